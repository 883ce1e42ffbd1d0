import jstat from 'jstat';
import { mean, sampleStandardDeviation } from 'simple-statistics';
import type { Interval } from './resampling.js';

/** A mean over seeds with its interval. */
export interface OverSeeds {
  readonly estimate: number;
  /** NaN at both ends where there is one seed only. */
  readonly interval: Interval;
}

/**
 * The mean of one value a seed with Student's interval, which stays honest for the few seeds that a training can be
 * repeated with; a bootstrap of three values would be far too narrow.
 * @throws RangeError where there are no values
 */
export function overSeeds(values: readonly number[], confidence: number): OverSeeds {
  if (values.length === 0)
    throw new RangeError('There are no values to average over seeds; give at least one.');
  const estimate = mean([...values]);
  const standardError =
    values.length === 1 ? NaN : sampleStandardDeviation([...values]) / Math.sqrt(values.length);
  return { estimate, interval: studentInterval(estimate, standardError, values.length, confidence) };
}

/** estimate ± t · standard error, t having one degree of freedom less than there are seeds. */
export function studentInterval(
  estimate: number,
  standardError: number,
  seeds: number,
  confidence: number,
): Interval {
  const reach = seeds < 2 ? NaN : jstat.studentt.inv((1 + confidence) / 2, seeds - 1) * standardError;
  return { low: estimate - reach, high: estimate + reach, confidence };
}
