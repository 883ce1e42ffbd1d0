import {
  above,
  below,
  claim,
  equalsOne,
  lines,
  param,
  Quantity,
  seeds,
  several,
  study,
} from '@oblique/study';
import { z } from 'zod';
import {
  batchSize,
  gratingParameters,
  initialScale,
  smallest,
  steps,
  tolerance,
} from './gratings/gratingParameters.js';
import { gratingTrainings, shareOfChance } from './gratings/gratingTrainings.js';

/** D is measured so often, evenly, and at as many steps spaced logarithmically. */
const OBSERVATIONS = 24;
/** Times at which learning rates are compared, as parts of the logarithm of the whole. */
const COMPARED = [0.5, 0.6, 0.7, 0.8, 0.9, 1];

/** Does the preference stay when training goes on? Beyond the paper. */
export const trainingLength = study({
  name: 'training-length',
  title: 'Training length',
  description:
    'The preference for frequent orientations over a long training: where it peaks, what is left of it, and whether the ' +
    'learning rate only changes how fast.',
  parameters: {
    ...gratingParameters,
    tolerance,
    seeds: seeds(
      'Seeds of weights and gratings, at least two: where the preference peaks is chosen on the others.',
      { quick: [0, 1, 2], full: [0, 1, 2, 3, 4] },
      2,
    ),
    learningRates: param(
      several(z.number().positive(), { least: 2 }),
      'Learning rates; a higher one is trained for as much shorter. The first is judged.',
      [0.25, 0.5],
    ),
    initialScale: initialScale(
      1,
      "Factor on PyTorch's default initial weights; from the paper's 0.1 quick does not come to an end.",
    ),
    batchSize: batchSize({ quick: 128, full: 512 }),
    steps: steps({ quick: 960, full: 6400 }),
  },
  profiles: {
    quick: 'an eighth of the hidden units, 960 steps, three seeds, 40 seconds on two cores',
    full: 'half of the hidden units, 6400 steps, five seeds, about two hours',
  },
  smallest: { ...smallest, batchSize: 8 },

  asks: () =>
    'Beyond the paper: one network learns to tell gratings for long. Is the preference for frequent orientations a child of finite training, and does it go away?',

  // Every rate is trained for the same time, and measured at the same times as far as steps allow.
  data: (p) => ({
    learned: gratingTrainings({
      p,
      over: { rate: { values: p.learningRates, labels: p.learningRates.map(rateInWords) } },
      label: ({ rate }) => rateInWords(rate),
      training: ({ rate }) => {
        const own = stepsOf(rate, p);
        return {
          batchSize: p.batchSize,
          steps: own,
          learningRate: rate,
          initialScale: p.initialScale,
          observeEvery: Math.ceil(own / OBSERVATIONS),
          alsoObservedAt: logarithmic(own),
        };
      },
      lossWindow: ({ rate }) => Math.ceil(stepsOf(rate, p) / OBSERVATIONS),
    }),
  }),

  quantities: ({ learned: { preference, loss } }, p) => {
    const rate = judgedRate(p);
    const judged = preference.at({ rate });
    // Chosen on the other seeds, so that the peak is not where the noise of this one is highest.
    const peak = judged.meanOfOthers('seed').peak('step');
    const compared = Quantity.over(
      { rate: p.learningRates, part: COMPARED },
      ({ rate: own, part }) => p.steps ** Number(part) / timePerStep(Number(own), p),
      { name: 'step' },
    );
    const atEqualTimes = preference.interpolated('step', compared);
    return {
      preference,
      share: shareOfChance(loss),
      atEnd: judged.at({ step: p.steps }),
      atPeak: judged.at({ step: peak }),
      peakShare: judged
        .peak('step')
        .map((step) => Math.log(step) / Math.log(p.steps), { isLogarithm: false }),
      apart: atEqualTimes.minus(atEqualTimes.at({ rate })).mean('part'),
    };
  },

  claims: ({ atEnd, atPeak, peakShare, apart }, p) => {
    const name = rateInWords(judgedRate(p));
    return [
      claim(
        'TL.1',
        'The preference is a child of finite training: it falls again when training goes on.',
        atPeak.minus(atEnd).called({
          words: `D(90°)/D(0°) where it peaks (chosen on the other seeds) over that at step ${p.steps}, ${name}`,
        }),
        above(1),
      ),
      claim(
        'TL.2',
        'At the end a preference is left.',
        atEnd.called({ words: `D(90°)/D(0°) at step ${p.steps}, ${name}` }),
        above(1),
      ),
      claim(
        'TL.3',
        'The preference peaks early: in the first half of training, in the logarithm of time.',
        peakShare.called({ words: `log of the step of the peak over log ${p.steps}, seed by seed` }),
        below(0.5),
      ),
      p.learningRates.slice(1).map((rate) =>
        claim(
          `TL.4-${rate}`,
          `What counts is the learning rate times the steps: ${rateInWords(rate)} goes the same way as ${name}.`,
          apart.at({ rate }).called({
            words: `Quotient of their D(90°)/D(0°) at equal times, geometric mean of ${COMPARED.length} times`,
          }),
          equalsOne(p.tolerance, ': both follow gradient flow'),
        ),
      ),
    ];
  },

  figures: ({ preference, share }, p) => [
    lines(
      'training-length',
      { preference, loss: share },
      {
        title: 'Preference for frequent orientations over a long training',
        caption:
          'Left: D(90°)/D(0°) of the first layer. Right: loss as a share of that of chance, mean over seeds. Time is steps times the learning rate relative to the first one.',
        x: {
          axis: 'step',
          name: 'time',
          title: 'time (steps of the first learning rate)',
          scale: 'log',
          value: (step, { rate }) => step * timePerStep(Number(rate), p),
        },
        y: { name: 'value', title: 'D(90°) / D(0°), or share of the loss', shared: false },
        colour: 'rate',
      },
    ),
  ],

  methods: (p) => [
    `Initial weights are ${p.initialScale} times PyTorch's default; batches of ${p.batchSize}; learning rates ${p.learningRates.join(', ')}, constant, each trained for the time of ${p.steps} steps at the first.`,
    'Where the preference peaks is chosen for each seed as the step of the greatest mean over the other seeds, so that noise is not taken for a peak; only its share of log time (TL.3) is read from the seed itself.',
  ],
});

interface Rates {
  readonly learningRates: readonly number[];
  readonly steps: number;
}

function rateInWords(rate: number): string {
  return `learning rate ${rate}`;
}

function judgedRate({ learningRates: [first] }: Rates): number {
  if (first === undefined) throw new RangeError('One learning rate at least is trained.');
  return first;
}

/** Time of one step: that of gradient flow, in steps of the first rate. */
function timePerStep(rate: number, p: Rates): number {
  return rate / judgedRate(p);
}

function stepsOf(rate: number, p: Rates): number {
  return Math.max(1, Math.round(p.steps / timePerStep(rate, p)));
}

function logarithmic(all: number): number[] {
  const each = Array.from({ length: OBSERVATIONS }, (_, index) =>
    Math.round(all ** ((index + 1) / OBSERVATIONS)),
  );
  return [...new Set(each)];
}
