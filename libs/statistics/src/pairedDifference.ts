import { bootstrapMean } from './bootstrap.js';
import type { Interval, Resampling } from './resampling.js';

/**
 * Mean of b − a, pair by pair, with its percentile bootstrap interval over pairs (Efron & Tibshirani 1993, An
 * Introduction to the Bootstrap, chapter 13): what a seed adds to both conditions does not widen it. For fewer than about
 * eight pairs it is too narrow; `curveDifference` and `overSeeds` give those the interval of Student.
 * @param a one value a seed
 * @param b of the same seeds in the same order
 * @throws RangeError where there are no pairs, their numbers differ, or a value is not finite
 */
export function pairedDifference(
  a: readonly number[],
  b: readonly number[],
  resampling: Resampling,
): { estimate: number; interval: Interval } {
  if (a.length !== b.length) {
    throw new RangeError(`Pairs need as many values of both; there are ${a.length} and ${b.length}.`);
  }
  return bootstrapMean(
    a.map((value, index) => (b[index] ?? NaN) - value),
    resampling,
  );
}
