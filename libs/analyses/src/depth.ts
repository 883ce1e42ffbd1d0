import { above, claim, count, intervals, lines, param, several, study } from '@oblique/study';
import {
  batchSize,
  gratingParameters,
  initialScale,
  learnedShare,
  learningRate,
  smallest,
  steps,
} from './gratings/gratingParameters.js';
import { BINS, gratingTrainings, onceLearned, shareOfChance } from './gratings/gratingTrainings.js';

/** Architectures by their number of hidden layers, from one on. */
const ARCHITECTURES = ['mlp_1', 'mlp', 'mlp_3', 'mlp_4'];
const [FIRST, LAST] = ['hidden1', 'logits'];
/** D is measured so often. */
const OBSERVATIONS = 40;

/** Does a deeper network follow frequency more? Beyond the paper. */
export const depth = study({
  name: 'depth',
  title: 'Depth',
  description:
    'The preference for frequent orientations in networks of one to four hidden layers that have learned equally much, in ' +
    'their first and in their last layer.',
  parameters: {
    ...gratingParameters,
    depths: param(
      several(count(1, ARCHITECTURES.length), { least: 2, sorted: true }),
      'Numbers of hidden layers: 1024 units, and 256 in every further one.',
      [1, 2, 3, 4],
    ),
    initialScale: initialScale(
      1,
      "Factor on PyTorch's default initial weights; from the paper's 0.1 deep networks do not leave their plateau.",
    ),
    learningRate: learningRate(0.25, 'Learning rate, constant, of all depths.'),
    batchSize: batchSize({ quick: 128, full: 512 }),
    steps: steps({ quick: 320, full: 800 }),
    learnedShare: learnedShare('Depths'),
  },
  profiles: {
    quick: 'an eighth of the hidden units, three seeds, half a minute on two cores',
    full: 'half of the hidden units, five seeds, about an hour',
  },
  smallest: { ...smallest, depths: [1, 2], batchSize: 8, learnedShare: 0.99 },

  asks: (p) =>
    `Beyond the paper: networks of ${p.depths.join(', ')} hidden layers learn to tell gratings. Does depth make sensitivity follow frequency more?`,

  data: (p) => ({
    learned: gratingTrainings({
      p,
      over: { depth: { values: p.depths, title: 'hidden layers' } },
      label: ({ depth: layers }) => hiddenLayers(layers),
      training: ({ depth: layers }) => ({
        architecture: architectureOf(layers),
        batchSize: p.batchSize,
        steps: p.steps,
        learningRate: p.learningRate,
        initialScale: p.initialScale,
        observeEvery: observedEvery(p),
        layers: [FIRST, LAST],
      }),
      lossWindow: () => observedEvery(p),
    }),
  }),

  quantities: ({ learned: { preference, loss } }, p) => ({
    first: preference.at({ layer: FIRST }),
    last: preference.at({ layer: LAST }),
    share: shareOfChance(loss),
    once: onceLearned(preference, loss, p.learnedShare),
  }),

  claims: ({ once }, p) => {
    const [shallowest, deepest] = [Math.min(...p.depths), Math.max(...p.depths)];
    const where = `where the loss first is ${p.learnedShare} of chance's`;
    const first = once.at({ layer: FIRST });
    return [
      p.depths.map((layers) =>
        claim(
          `DP.1-${layers}`,
          `With ${hiddenLayers(layers)}, the first layer prefers frequent orientations.`,
          first.at({ depth: layers }).called({ words: `D(90°)/D(0°) of the first layer, ${where}` }),
          above(1, 'which is no preference'),
        ),
      ),
      claim(
        'DP.2',
        'The deeper the network, the more its first layer follows frequency.',
        first
          .at({ depth: deepest })
          .minus(first.at({ depth: shallowest }))
          .called({
            words: `Quotient of D(90°)/D(0°) with ${deepest} and with ${shallowest} hidden layers, seed by seed, ${where}`,
          }),
        above(1),
      ),
      claim(
        'DP.3',
        'Within the deepest network, the last layer follows frequency more than the first, as in claim C2.1.',
        once
          .at({ depth: deepest, layer: LAST })
          .minus(first.at({ depth: deepest }))
          .called({
            words: `Quotient of D(90°)/D(0°) of ${LAST} and of the first layer, seed by seed, ${where}`,
          }),
        above(1),
      ),
    ];
  },

  figures: ({ first, last, share, once }, p) => [
    lines(
      'depth-learning',
      { 'first layer': first, 'last layer': last, loss: share },
      {
        title: 'Preference for frequent orientations by depth',
        caption: `Left and middle: D(90°)/D(0°). Right: loss, mean over seeds, as a share of that of chance; depths are compared where it first is ${p.learnedShare}.`,
        x: { axis: 'step', scale: 'log' },
        y: { name: 'value', title: 'D(90°) / D(0°), or share of the loss', shared: false },
        colour: 'depth',
      },
    ),
    intervals('depth-preference', once, {
      title: 'Preference where equally much is learned, by depth',
      caption: `D(90°)/D(0°) where the loss first is ${p.learnedShare} of chance's. Without a mark: not reached in every seed.`,
      rows: ['layer', 'depth'],
    }),
  ],

  methods: (p) => [
    `Hidden layers have 1024 and then 256 units each, times the width; a layer that two depths have in common begins with the same weights, ${p.initialScale} times PyTorch's default. Learning rate ${p.learningRate}, batches of ${p.batchSize}, ${p.steps} steps.`,
    `Depths learn at different speeds, so that they are compared where they have learned equally much: at the first measurement where the cross-entropy, averaged over ${observedEvery(p)} steps, is at most ${p.learnedShare} of that of chance, log ${BINS}.`,
  ],
});

/** How often D is measured, in steps. */
function observedEvery({ steps: all }: { readonly steps: number }): number {
  return Math.ceil(all / OBSERVATIONS);
}

function hiddenLayers(layers: number): string {
  return layers === 1 ? '1 hidden layer' : `${layers} hidden layers`;
}

function architectureOf(layers: number): string {
  const architecture = ARCHITECTURES[layers - 1];
  if (architecture === undefined) throw new RangeError(`There is no network of ${layers} hidden layers.`);
  return architecture;
}
