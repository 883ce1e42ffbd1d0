import { above, claim, equalsOne, intervals, lines, param, several, study } from '@oblique/study';
import { z } from 'zod';
import { gratingParameters, smallest, steps, tolerance } from './gratings/gratingParameters.js';
import { BINS, gratingTrainings } from './gratings/gratingTrainings.js';

/** D is measured so often. */
const OBSERVATIONS = 20;
const AVERAGED = 'geometric mean over the last four fifths of';

/** Does the noise of small batches change what is preferred? Beyond the paper. */
export const batchSize = study({
  name: 'batch-size',
  title: 'Batch size',
  description:
    'The preference for frequent orientations with small and large batches, after equally many steps and after equally ' +
    'many examples.',
  parameters: {
    ...gratingParameters,
    tolerance,
    batchSizes: param(
      several(z.int().min(1).max(65_536), { least: 2, sorted: true }),
      'Gratings a step; the second size is compared with the others at as many examples as it sees in the steps.',
      { quick: [32, 128, 512], full: [32, 128, 512, 2048] },
    ),
    steps: steps({ quick: 320, full: 480 }, 'Steps that all batch sizes are compared at.'),
    learningRate: param(z.number().positive(), 'Learning rate, of all batch sizes.', 0.25),
  },
  profiles: {
    quick: 'an eighth of the hidden units, three batch sizes, three seeds, 40 seconds on two cores',
    full: 'half of the hidden units, four batch sizes, five seeds, about an hour',
  },
  smallest: { ...smallest, batchSizes: [4, 8] },
  check: (p, wrong) => {
    const examples = comparedExamples(p);
    for (const size of p.batchSizes) {
      if (examples % size !== 0)
        wrong(
          'batchSizes',
          `${examples} examples (${p.steps} steps of ${p.batchSizes[1]}) are not a whole number of batches of ${size}: choose sizes, or steps, that divide them`,
        );
    }
  },

  asks: (p) =>
    `Beyond the paper: one network learns to tell gratings in batches of ${p.batchSizes.join(', ')}. Does gradient noise change which orientations it becomes sensitive to?`,

  // Each is trained once, for as long as the longer of the two comparisons needs.
  data: (p) => ({
    learned: gratingTrainings({
      p,
      over: { batchSize: { values: p.batchSizes, title: 'batch size' } },
      label: ({ batchSize: size }) => `batches of ${size}`,
      training: ({ batchSize: size }) => {
        const own = Math.max(p.steps, comparedExamples(p) / size);
        return {
          batchSize: size,
          steps: own,
          learningRate: p.learningRate,
          initialScale: 0.1,
          observeEvery: Math.ceil(own / OBSERVATIONS),
          alsoObservedAt: [p.steps, comparedExamples(p) / size],
        };
      },
      lossWindow: () => OBSERVATIONS,
    }),
  }),

  quantities: ({ learned: { preference, loss } }, p) => {
    const examples = comparedExamples(p);
    const overSteps = preference.meanBetween('step', () => [p.steps / 5, p.steps]);
    const overExamples = preference.meanBetween('step', ({ batchSize: size }) => {
      const steps = examples / Number(size);
      return [steps / 5, steps];
    });
    const [smallestSize, largestSize] = [Math.min(...p.batchSizes), Math.max(...p.batchSizes)];
    const apart = (q: typeof overSteps) =>
      q.at({ batchSize: smallestSize }).minus(q.at({ batchSize: largestSize }));
    return {
      preference,
      overSteps,
      overExamples,
      apartOverSteps: apart(overSteps),
      apartOverExamples: apart(overExamples),
      names: `${smallestSize} and ${largestSize}`,
      finalLoss: loss.at({ step: p.steps }).mean('seed'),
    };
  },

  claims: ({ overSteps, apartOverSteps, apartOverExamples, names }, p) => [
    p.batchSizes.map((size) =>
      claim(
        `BS.1-${size}`,
        `With batches of ${size}, frequent orientations are preferred.`,
        overSteps.at({ batchSize: size }).called({ words: `D(90°)/D(0°), ${AVERAGED} ${p.steps} steps` }),
        above(1, 'which is no preference'),
      ),
    ),
    claim(
      'BS.2',
      'Over equally many steps, batch size leaves the preference as it is.',
      apartOverSteps.called({
        words: `Quotient of D(90°)/D(0°) with batches of ${names}, seed by seed, ${AVERAGED} ${p.steps} steps`,
      }),
      equalsOne(
        p.tolerance,
        'as for the controls of label-noise: the expected step is the same whatever the batch',
      ),
      { remark: 'Above 1, the noise of small batches raises the preference.' },
    ),
    claim(
      'BS.3',
      'It is steps, not examples, that the preference goes with.',
      apartOverExamples
        .map(Math.abs)
        .minus(apartOverSteps.map(Math.abs))
        .called({
          isLogarithm: false,
          words: `|log quotient of D(90°)/D(0°) with batches of ${names}|, ${AVERAGED} ${comparedExamples(p)} examples, minus the same over steps, seed by seed`,
        }),
      above(0, ': batch sizes are further apart at equal examples'),
    ),
  ],

  figures: ({ preference, overSteps, overExamples }, p) => [
    lines(
      'batch-size-learning',
      { 'over steps': preference, 'over examples': preference },
      {
        title: 'Preference for frequent orientations by batch size',
        caption: `D(90°)/D(0°) of the first layer. Left, time is steps relative to the ${p.steps} that are compared at; right, it is examples relative to ${comparedExamples(p)}. Vertical bars (90°) are three times as frequent as horizontal ones.`,
        x: {
          axis: 'step',
          name: 'relativeTime',
          title: 'steps, or examples, relative to where they are compared',
          scale: 'log',
          value: (step, { batchSize: size }, panel) =>
            panel === 'over steps' ? step / p.steps : (step * Number(size)) / comparedExamples(p),
        },
        colour: 'batchSize',
        references: [
          { along: 'y', at: 1 },
          { along: 'x', at: 1 },
        ],
      },
    ),
    intervals(
      'batch-size-preference',
      { [`${p.steps} steps`]: overSteps, [`${comparedExamples(p)} examples`]: overExamples },
      {
        title: 'Preference over equally many steps, and examples',
        caption: 'D(90°)/D(0°) of the first layer, over the last four fifths of the time, by batch size.',
        rows: ['batchSize'],
      },
    ),
  ],

  methods: (p, { finalLoss }) => [
    `All batch sizes have the learning rate ${p.learningRate}: after equally many steps they have gone the same way but for the noise of the gradient. They are compared over the last four fifths of ${p.steps} steps, and of ${comparedExamples(p)} examples, which small batches reach in more steps. Each training is read at both.`,
    `Cross-entropy about step ${p.steps} (chance ${Math.log(BINS).toFixed(2)}), mean over seeds: ${p.batchSizes
      .map((size) => `batches of ${size} ${finalLoss.at({ batchSize: size }).number.toFixed(2)}`)
      .join(', ')}. Where nothing was learned, a preference says nothing.`,
  ],
});

/** Gratings after which batch sizes are compared at equal numbers of examples. */
function comparedExamples(p: { readonly batchSizes: readonly number[]; readonly steps: number }): number {
  const [, second] = p.batchSizes;
  if (second === undefined) throw new RangeError('Two batch sizes are compared.');
  return p.steps * second;
}
