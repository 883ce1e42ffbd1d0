import type { Claim } from '@oblique/report';
import { preferenceAt } from '../gratings-grid/preference.js';
import { preferenceClaim } from '../gratings-grid/preferenceClaim.js';
import { overSeedsClaim } from '../linear/seedClaim.js';
import { above, below, within } from '@oblique/study';
import { peakSteps, preferenceAtTime, type LearnedRate } from './rates.js';
import type { TrainingLengthParameters } from './trainingLengthParameters.js';

/** Times at which learning rates are compared, as parts of the logarithm of the whole. */
const COMPARED = [0.5, 0.6, 0.7, 0.8, 0.9, 1];
const HALF = 0.5;

export function trainingLengthClaims(
  rates: readonly LearnedRate[],
  parameters: TrainingLengthParameters,
): Claim[] {
  const { confidence, tolerance, steps } = parameters;
  const [judged, ...others] = rates;
  if (judged === undefined) return [];
  const common = {
    confidence,
    figures: ['training-length'],
    provenance: rates.flatMap(({ learned }) => learned.map(({ digest }) => digest)),
    explanation: '',
  };
  const peaks = peakSteps(judged);
  const last = judged.learned.map((one) => preferenceAt(one, steps));
  const atPeak = judged.learned.map((one, seed) => preferenceAt(one, peaks[seed] ?? NaN));
  const name = judged.rate.label;
  return [
    preferenceClaim({
      ...common,
      id: 'TL.1',
      sentence: 'The preference is a child of finite training: it falls again when training goes on.',
      statistic: `D(90°)/D(0°) where it peaks (chosen on the other seeds) over that at step ${steps}, ${name}`,
      threshold: 'above 1',
      logRatios: atPeak.map((value, seed) => value - (last[seed] ?? NaN)),
      judge: (interval) => above(0, interval),
    }),
    preferenceClaim({
      ...common,
      id: 'TL.2',
      sentence: 'At the end a preference is left.',
      statistic: `D(90°)/D(0°) at step ${steps}, ${name}`,
      threshold: 'above 1',
      logRatios: last,
      judge: (interval) => above(0, interval),
    }),
    overSeedsClaim({
      ...common,
      id: 'TL.3',
      sentence: 'The preference peaks early: in the first half of training, in the logarithm of time.',
      statistic: `log of the step of the peak over log ${steps}, seed by seed`,
      threshold: `below ${HALF}`,
      values: judged.learned.map(
        ({ steps: known, logRatios }) =>
          Math.log(known[logRatios.indexOf(Math.max(...logRatios))] ?? NaN) / Math.log(steps),
      ),
      judge: (interval) => below(HALF, interval),
    }),
    ...others.map((other) =>
      preferenceClaim({
        ...common,
        id: `TL.4-${other.rate.learningRate}`,
        sentence: `What counts is the learning rate times the steps: ${other.rate.label} goes the same way as ${name}.`,
        statistic: `Quotient of their D(90°)/D(0°) at equal times, geometric mean of ${COMPARED.length} times`,
        threshold: `between ${(1 / tolerance).toFixed(2)} and ${tolerance}: both follow gradient flow`,
        logRatios: judged.learned.map((one, seed) => {
          const differences = COMPARED.map((part) => {
            const time = steps ** part;
            const twin = other.learned[seed];
            return twin === undefined
              ? NaN
              : preferenceAtTime(twin, other.rate, time) - preferenceAtTime(one, judged.rate, time);
          });
          return differences.reduce((sum, value) => sum + value, 0) / differences.length;
        }),
        judge: (interval) => within(0, Math.log(tolerance), interval),
      }),
    ),
  ];
}
