import { randomStream, type RandomStream, type Seed } from '@oblique/random';
import { quantile } from 'simple-statistics';

/** How an interval is made. */
export interface Resampling {
  /** Number of resamples, at least 1. */
  readonly resamples: number;
  /** Fraction of the resamples that the interval holds, between 0 and 1. */
  readonly confidence: number;
  readonly seed: Seed;
}

export const DEFAULT_RESAMPLING: Resampling = { resamples: 2000, confidence: 0.95, seed: 0 };

/** A percentile interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  readonly confidence: number;
}

/** The random numbers of one resample: they depend on the seed and the resample's index and on nothing else. */
export function resampleStream(seed: Seed, index: number): RandomStream {
  return randomStream(seed, 'statistics.bootstrap', index);
}

/**
 * The percentile interval (Efron & Tibshirani 1993, section 13.3) of what a statistic came out as in each resample,
 * with quantiles interpolated linearly (type 7, as NumPy and R do); NaN where any of the values is.
 */
export function percentileInterval(values: readonly number[], confidence: number): Interval {
  if (values.some(Number.isNaN)) return { low: NaN, high: NaN, confidence };
  const tail = (1 - confidence) / 2;
  const [low = NaN, high = NaN] = quantile([...values], [tail, 1 - tail]);
  return { low, high, confidence };
}

/** Draws as many items as there are, with replacement; a single item is kept without drawing. */
export function drawWithReplacement<T>(items: readonly T[], stream: RandomStream): T[] {
  if (items.length <= 1) return [...items];
  return items.map((item) => items[stream.integer(items.length)] ?? item);
}
