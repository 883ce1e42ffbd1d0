import { lineFit } from '@oblique/statistics';
import { above, claim, equalsOne, lines, param, several, study, within, type Quantity } from '@oblique/study';
import { z } from 'zod';
import {
  batchSize,
  gratingParameters,
  learningRate,
  smallest,
  steps,
  tolerance,
} from './gratings/gratingParameters.js';
import { gratingTrainings, HALF_WIDTH_DEG } from './gratings/gratingTrainings.js';

/** Early to late; all but the power by layer is about the first. */
const LAYERS = ['hidden1', 'hidden2', 'logits'];
const [FIRST, LAST] = ['hidden1', 'logits'];
/** D is measured so often. */
const OBSERVATIONS = 20;
const OVER = 'over the last four fifths of the steps';

/** How much preference a prior makes, from turned around over flat to steep. Beyond the paper. */
export const doseResponse = study({
  name: 'dose-response',
  title: 'Dose and response',
  description:
    'The preference for frequent orientations over how frequent they are, from a prior turned around over a flat one to a ' +
    'steep one, and the power k of D ∝ p^k while the network learns.',
  parameters: {
    ...gratingParameters,
    tolerance,
    steepnesses: param(
      several(z.number().gt(-1).lt(1), { least: 3, sorted: true }),
      'Steepnesses s of the prior (1 + s cos 2(θ − 90°))/π: 0 is uniform, a negative one the same prior turned by 90°.',
      { quick: [-0.9, -0.5, 0, 0.5, 0.9], full: [-0.9, -0.7, -0.5, -0.25, 0, 0.25, 0.5, 0.7, 0.9] },
    ),
    steps: steps({ quick: 320, full: 480 }),
    learningRate: learningRate(0.25, 'Learning rate, constant.'),
    batchSize: batchSize({ quick: 128, full: 512 }),
  },
  profiles: {
    quick: 'an eighth of the hidden units, five priors, three seeds, 40 seconds on two cores',
    full: 'half of the hidden units, nine priors, five seeds, about two hours',
  },
  smallest: { ...smallest, steepnesses: [-0.5, 0, 0.5], batchSize: 8 },

  asks: (p) =>
    `Beyond the paper: one network learns to tell gratings from ${p.steepnesses.length} priors over orientation, from turned around over flat to steep. How much preference does how much frequency make?`,

  data: (p) => ({
    learned: gratingTrainings({
      p,
      over: { steepness: p.steepnesses },
      label: ({ steepness }) => `steepness ${steepness}`,
      training: ({ steepness }) => ({
        steepness,
        batchSize: p.batchSize,
        steps: p.steps,
        learningRate: p.learningRate,
        initialScale: 0.1,
        observeEvery: Math.ceil(p.steps / OBSERVATIONS),
        layers: LAYERS,
      }),
      lossWindow: () => Math.ceil(p.steps / OBSERVATIONS),
    }),
  }),

  quantities: ({ learned: { preference } }, p) => {
    const averaged = preference.meanFrom('step', p.steps / 5);
    return {
      preference: preference.at({ layer: FIRST }),
      response: averaged.at({ layer: FIRST }),
      power: power(preference.only('step', (step) => step > 0)),
      averagedPower: power(averaged),
      straightness: averaged
        .at({ layer: FIRST })
        .reduce('steepness', ({ at, values }) => lineFit(at.map(logPriorRatio), values).rSquared, {
          words: `R² of that line, ${OVER}`,
          isLogarithm: false,
        }),
    };
  },

  claims: ({ response, power: k, averagedPower, straightness }, p) => [
    claim(
      'DR.1',
      'The more frequent an orientation is, the more sensitive the network becomes to it.',
      averagedPower
        .at({ layer: FIRST })
        .called({ words: `Power k of D ∝ p^k: slope of log D(90°)/D(0°) ${OVER}, on log p(90°)/p(0°)` }),
      above(0),
    ),
    p.steepnesses.includes(0) &&
      claim(
        'DR.2',
        'Without a prior there is no preference.',
        response.at({ steepness: 0 }).called({ words: `D(90°)/D(0°) at steepness 0, ${OVER}` }),
        equalsOne(p.tolerance, 'as for the controls of label-noise'),
      ),
    p.steepnesses
      .filter((steepness) => steepness > 0 && p.steepnesses.includes(-steepness))
      .map((steepness) =>
        claim(
          `DR.3-${steepness}`,
          `A prior that is turned around (steepness ±${steepness}) turns the preference around, as strong as before.`,
          response
            .at({ steepness })
            .plus(response.at({ steepness: -steepness }))
            .called({
              words: `Product of D(90°)/D(0°) at steepness ${steepness} and −${steepness}, ${OVER}`,
            }),
          equalsOne(p.tolerance, ': pixels and windows favour neither'),
        ),
      ),
    claim(
      'DR.4',
      'Dose and response are a power law: on logarithmic axes a straight line.',
      straightness,
      above(0.9),
    ),
    claim(
      'DR.5',
      'When training ends, the power is that of efficient coding.',
      k.at({ layer: FIRST, step: p.steps }).called({ words: `Power k at step ${p.steps}` }),
      within(2, 0.5, ': sensors that maximise information have √D ∝ p (Ganguli and Simoncelli 2014)'),
    ),
    claim(
      'DR.6',
      'The power grows with depth, as the oblique effect does.',
      averagedPower
        .at({ layer: LAST })
        .minus(averagedPower.at({ layer: FIRST }))
        .called({ words: `k of ${LAST} less that of ${FIRST}, ${OVER}, seed by seed` }),
      above(0),
    ),
  ],

  figures: ({ preference, response, power: k }) => [
    lines('dose-response-line', response, {
      title: 'Preference over the prior',
      caption:
        'D(90°)/D(0°) of the first layer over the last four fifths of the steps, for priors from turned around to steep. Dashed: D ∝ p², which efficient coding predicts.',
      x: {
        axis: 'steepness',
        name: 'priorRatio',
        title: 'p(90°) / p(0°), over the windows',
        scale: 'log',
        value: (steepness) => Math.exp(logPriorRatio(steepness)),
      },
      line: 'network',
      theory: { name: 'D ∝ p²', value: (ratio) => ratio ** 2 },
      references: [
        { along: 'y', at: 1 },
        { along: 'x', at: 1 },
      ],
    }),
    lines('dose-response-learning', preference, {
      title: 'Preference while learning, by the steepness of the prior',
      caption: 'D(90°)/D(0°) of the first layer. Negative steepness: horizontal bars are the frequent ones.',
      x: { axis: 'step', scale: 'log' },
      colour: 'steepness',
    }),
    lines('dose-response-power', k, {
      title: 'The power of the prior while learning',
      caption:
        'k of D ∝ p^k: slope of log D(90°)/D(0°) on log p(90°)/p(0°) over all priors. Dotted: 2, of efficient coding that maximises information.',
      x: { axis: 'step', scale: 'log' },
      colour: 'layer',
      references: [
        { along: 'y', at: 0 },
        { along: 'y', at: 2 },
      ],
    }),
  ],

  methods: (p) => [
    `The priors are p = (1 + s cos 2(θ − 90°))/π with s = ${p.steepnesses.join(', ')}; 0.5 is that of Fig. 6c, and −s is s turned by 90°. Batches of ${p.batchSize}, ${p.steps} steps at the learning rate ${p.learningRate}.`,
    'The power k is the slope of log D(90°)/D(0°) on log p(90°)/p(0°), both averaged over the same windows, over all priors of a seed. A gradient that is proportional to frequency gives √D ∝ p, hence k = 2, early in a linear network as well: k alone does not tell efficient coding from early learning; how it changes with time does.',
  ],
});

/** The power k of D ∝ p^k: the slope of the preference on the prior's, both logarithms. */
function power(preference: Quantity): Quantity {
  return preference.reduce('steepness', ({ at, values }) => lineFit(at.map(logPriorRatio), values).slope, {
    name: 'k',
    title: 'power k',
    isLogarithm: false,
  });
}

/**
 * log p(90°)/p(0°), averaged over the windows in which D is: the mean of cos 2θ within a window about 0 is
 * sin(2w)/(2w), w being its half width.
 */
export function logPriorRatio(steepness: number): number {
  const turn = (2 * HALF_WIDTH_DEG * Math.PI) / 180;
  const part = (steepness * Math.sin(turn)) / turn;
  return Math.log((1 + part) / (1 - part));
}
