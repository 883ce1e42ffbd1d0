import { toNumbers } from '@oblique/arrays';
import type { ArtifactStore, Digest } from '@oblique/artifacts';
import { readProgram } from '@oblique/onnx';
import {
  above,
  claim,
  equalsOne,
  intervals,
  lines,
  param,
  reading,
  several,
  study,
  type TrainedMember,
} from '@oblique/study';
import { z } from 'zod';
import {
  batchSize,
  gratingParameters,
  learnedShare,
  learningRate,
  smallest,
  steps,
  tolerance,
} from './gratings/gratingParameters.js';
import { BINS, gratingTrainings, onceLearned, shareOfChance } from './gratings/gratingTrainings.js';

/** D is measured so often. */
const OBSERVATIONS = 40;
const FIRST_WEIGHTS = 'fc1.weight';
/** How many times as far the weights go in the rich regime, at least. */
const REGIMES_APART = 10;

/** Does sensitivity follow frequency where weights hardly move? Beyond the paper. */
export const regime = study({
  name: 'regime',
  title: 'Rich and lazy learning',
  description:
    'The preference for frequent orientations from small initial weights, where features are learned, to large ones, where ' +
    'weights hardly move.',
  parameters: {
    ...gratingParameters,
    tolerance,
    scales: param(
      several(z.number().positive().max(100), { least: 2, sorted: true }),
      "Factors on PyTorch's default initial weights and biases: small is rich, large is lazy.",
      { quick: [0.1, 1, 3], full: [0.1, 0.3, 1, 2, 3] },
    ),
    learningRate: learningRate(
      0.25,
      'Learning rate up to a scale of 1; divided by the fourth power of larger ones.',
    ),
    batchSize: batchSize({ quick: 128, full: 512 }),
    steps: steps({ quick: 520, full: 1600 }),
    learnedShare: learnedShare('Scales'),
  },
  profiles: {
    quick: 'an eighth of the hidden units, three scales, three seeds, 40 seconds on two cores',
    full: 'half of the hidden units, five scales, five seeds, about an hour',
  },
  smallest: { ...smallest, scales: [0.1, 1], batchSize: 8, learnedShare: 0.99 },

  asks: (p) =>
    `Beyond the paper: one network learns to tell gratings from initial weights of ${p.scales.length} sizes, from the rich regime, where features are learned, to the lazy one, where weights hardly move. Does sensitivity need the rich regime to follow frequency?`,

  data: (p) => ({
    learned: reading(
      gratingTrainings({
        p,
        over: { scale: { values: p.scales, title: 'initial scale' } },
        label: ({ scale }) => `initial scale ${scale}`,
        training: ({ scale }) => ({
          batchSize: p.batchSize,
          steps: p.steps,
          learningRate: learningRateOf(scale, p.learningRate),
          initialScale: scale,
          observeEvery: observedEvery(p),
          checkpointSteps: [0],
        }),
        lossWindow: () => observedEvery(p),
      }),
      async (learned, { store }) => {
        const { trained } = learned;
        const changes = new Map(
          await Promise.all(
            trained.members.map(async (member) => [member, await weightChange(member, store)] as const),
          ),
        );
        return {
          ...learned,
          change: trained.each((member) => changes.get(member) ?? NaN, {
            name: 'change',
            title: 'relative change of the weights',
          }),
        };
      },
    ),
  }),

  quantities: ({ learned: { preference, loss, change } }, p) => ({
    preference,
    share: shareOfChance(loss),
    once: onceLearned(preference, loss, p.learnedShare),
    change: change.log(),
  }),

  claims: ({ once, change }, p) => {
    const [rich, lazy] = [Math.min(...p.scales), Math.max(...p.scales)];
    const where = `where the loss first is ${p.learnedShare} of chance's`;
    const names = `${rich} and ${lazy}`;
    return [
      claim(
        'RG.1',
        'Small initial weights are rich and large ones lazy: relative to their size, weights move less.',
        change
          .at({ scale: rich })
          .minus(change.at({ scale: lazy }))
          .called({
            words: `Quotient of ‖W(end) − W(0)‖/‖W(0)‖ of the first layer at the initial scales ${names}, seed by seed`,
          }),
        above(REGIMES_APART, ': an order of magnitude, so that they can be called two regimes'),
      ),
      claim(
        'RG.2',
        'In the rich regime, the first layer prefers frequent orientations.',
        once.at({ scale: rich }).called({ words: `D(90°)/D(0°) at the initial scale ${rich}, ${where}` }),
        above(1, 'which is no preference'),
      ),
      claim(
        'RG.3',
        'In the lazy regime it does not, though as much is learned.',
        once.at({ scale: lazy }).called({ words: `D(90°)/D(0°) at the initial scale ${lazy}, ${where}` }),
        equalsOne(
          p.tolerance,
          'as for the controls of label-noise: weights that stay where they were prefer nothing',
        ),
      ),
      claim(
        'RG.4',
        'The preference is greater in the rich regime than in the lazy one.',
        once
          .at({ scale: rich })
          .minus(once.at({ scale: lazy }))
          .called({
            words: `Quotient of D(90°)/D(0°) at the initial scales ${names}, seed by seed, ${where}`,
          }),
        above(1),
      ),
    ];
  },

  figures: ({ preference, share, once, change }, p) => [
    lines(
      'regime-learning',
      { preference, loss: share },
      {
        title: 'Preference for frequent orientations by initial scale',
        caption: `Left: D(90°)/D(0°) of the first layer. Right: loss, mean over seeds, as a share of that of chance; scales are compared where it first is ${p.learnedShare}.`,
        x: { axis: 'step', scale: 'log' },
        y: { name: 'value', title: 'D(90°) / D(0°), or share of the loss', shared: false },
        colour: 'scale',
      },
    ),
    intervals('regime-preference', once, {
      title: 'Preference where equally much is learned',
      caption: `D(90°)/D(0°) of the first layer where the loss first is ${p.learnedShare} of chance's, by initial scale. Without a mark: not reached in every seed.`,
      rows: ['scale'],
    }),
    intervals('regime-change', change, {
      title: 'How far the weights of the first layer move',
      caption:
        '‖W(end) − W(0)‖ / ‖W(0)‖, by initial scale. Far below 1, learning is lazy: the network stays near its linearisation.',
      rows: ['scale'],
    }),
  ],

  methods: (p) => [
    `All initial weights and biases are PyTorch's default times the initial scale (the paper's code has 0.1); batches of ${p.batchSize}, ${p.steps} steps. For three layers without biases, weights times c are an output times α = c³ (Chizat, Oyallon and Bach 2019), whose learning rate is as 1/α²; in the larger weights' own coordinates that is c⁻⁴. Learning rates: ${p.scales
      .map((scale) => `${scale}: ${Number(learningRateOf(scale, p.learningRate).toPrecision(3))}`)
      .join(
        ', ',
      )}; below a scale of 1 the rate stays at ${p.learningRate}, since a network at its plateau needs no smaller one. Biases make the correspondence approximate, and the output at the start is not subtracted.`,
    `Scales learn at different speeds, so that they are compared where they have learned equally much: at the first measurement where the cross-entropy, averaged over ${observedEvery(p)} steps, is at most ${p.learnedShare} of that of chance, log ${BINS}. With one half, half of the information about the class has been learned.`,
    'Only the first layer is measured. In the lazy regime the output can still follow frequency through the small changes of all weights together.',
  ],
});

/** How often D is measured, in steps. */
function observedEvery({ steps: all }: { readonly steps: number }): number {
  return Math.ceil(all / OBSERVATIONS);
}

/**
 * Three layers without biases give c³ times the output for c times the weights: α = c³ in the terms of Chizat, Oyallon and
 * Bach 2019, whose learning rate is as 1/α². In the coordinates of the larger weights that is c² / α² = c⁻⁴. Below the usual
 * weights the rate stays: there a smaller one would only lengthen the plateau.
 */
export function learningRateOf(scale: number, learningRateAtOne: number): number {
  return learningRateAtOne * Math.min(1, scale ** -4);
}

/** ‖W(end) − W(0)‖ / ‖W(0)‖ of the first layer: small where learning is lazy. */
async function weightChange({ checkpoints, model }: TrainedMember, store: ArtifactStore): Promise<number> {
  const weightsOf = async (digest: Digest): Promise<Float64Array> => {
    const weights = readProgram(await store.get(digest)).initializers.get(FIRST_WEIGHTS);
    if (weights === undefined) throw new Error(`A trained network has no ${FIRST_WEIGHTS}.`);
    return toNumbers(weights);
  };
  const initial = checkpoints.get(0);
  if (initial === undefined) throw new Error('A training has not kept its initial weights.');
  return relativeChange(await weightsOf(initial), await weightsOf(model));
}

/** ‖after − before‖ / ‖before‖. @throws RangeError where they are not equally many */
export function relativeChange(before: Float64Array, after: Float64Array): number {
  return norm(after.map((value, index) => value - valueAt(before, index))) / norm(before);
}

function valueAt(values: Float64Array, index: number): number {
  const value = values[index];
  if (value === undefined)
    throw new RangeError(`There are only ${values.length} weights before the training.`);
  return value;
}

function norm(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}
