import type { Claim } from '@oblique/report';
import type { LearnedVariant } from '../gratings-grid/gratingsGrid.js';
import { meanPreference } from '../gratings-grid/preference.js';
import { preferenceClaim } from '../gratings-grid/preferenceClaim.js';
import { overSeedsClaim } from '../linear/seedClaim.js';
import { above, within } from '@oblique/study';
import type { BatchSizeParameters } from './batchSizeParameters.js';
import { comparedExamples, type SizeVariant } from './sizes.js';

/** A batch size with its trainings, one a seed. */
export interface LearnedSize {
  readonly size: SizeVariant;
  readonly learned: readonly LearnedVariant[];
}

/** log D(90°)/D(0°) of every seed, averaged over the last four fifths of equally many steps, or examples. */
export function preferencesAt(
  { size, learned }: LearnedSize,
  equal: 'steps' | 'examples',
  { steps }: Pick<BatchSizeParameters, 'steps'>,
): number[] {
  return learned.map((one) => meanPreference(one, equal === 'steps' ? steps : size.stepsToExamples));
}

const averaged = 'geometric mean over the last four fifths of';

/** The claims, smallest batches first. */
export function batchSizeClaims(sizes: readonly LearnedSize[], parameters: BatchSizeParameters): Claim[] {
  const { steps, confidence, tolerance } = parameters;
  const [smallest, largest] = [sizes[0], sizes.at(-1)];
  if (smallest === undefined || largest === undefined) return [];
  const common = {
    confidence,
    figures: ['batch-size-learning', 'batch-size-preference'],
    provenance: sizes.flatMap(({ learned }) => learned.map(({ digest }) => digest)),
  };
  const names = `${smallest.size.batchSize} and ${largest.size.batchSize}`;
  const quotients = (equal: 'steps' | 'examples'): number[] => {
    const large = preferencesAt(largest, equal, parameters);
    return preferencesAt(smallest, equal, parameters).map((value, seed) => value - (large[seed] ?? NaN));
  };
  const atSteps = quotients('steps');
  const atExamples = quotients('examples');
  return [
    ...sizes.map((each) =>
      preferenceClaim({
        ...common,
        id: `BS.1-${each.size.batchSize}`,
        sentence: `With ${each.size.label}, frequent orientations are preferred.`,
        statistic: `D(90°)/D(0°), ${averaged} ${steps} steps`,
        threshold: 'above 1, which is no preference',
        logRatios: preferencesAt(each, 'steps', parameters),
        judge: (interval) => above(0, interval),
        explanation: '',
      }),
    ),
    preferenceClaim({
      ...common,
      id: 'BS.2',
      sentence: 'Over equally many steps, batch size leaves the preference as it is.',
      statistic: `Quotient of D(90°)/D(0°) with batches of ${names}, seed by seed, ${averaged} ${steps} steps`,
      threshold: `between ${(1 / tolerance).toFixed(2)} and ${tolerance}, as for the controls of label-noise: the expected step is the same whatever the batch`,
      logRatios: atSteps,
      judge: (interval) => within(0, Math.log(tolerance), interval),
      explanation: 'Above 1, the noise of small batches raises the preference.',
    }),
    overSeedsClaim({
      ...common,
      id: 'BS.3',
      sentence: 'It is steps, not examples, that the preference goes with.',
      statistic: `|log quotient of D(90°)/D(0°) with batches of ${names}|, ${averaged} ${comparedExamples(parameters)} examples, minus the same over steps, seed by seed`,
      threshold: 'above 0: batch sizes are further apart at equal examples',
      values: atExamples.map((value, seed) => Math.abs(value) - Math.abs(atSteps[seed] ?? NaN)),
      judge: (interval) => above(0, interval),
      explanation: `Over equally many examples the quotient is ${atExamples.map((value) => Math.exp(value).toPrecision(3)).join(', ')} (seed by seed).`,
    }),
  ];
}
