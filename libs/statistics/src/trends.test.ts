import { describe, expect, it } from 'vitest';
import { bootstrapMean } from './bootstrap.js';
import { monotonicity } from './monotonicity.js';
import { pairedDifference } from './pairedDifference.js';
import { powerK, powerKOverSeeds } from './powerK.js';

const RESAMPLING = { resamples: 4000, confidence: 0.95, seed: 0 };

describe('monotonicity', () => {
  it("is Kendall's, exact without ties and normal with them, as scipy.stats.kendalltau", () => {
    const exact = monotonicity([1.2, 0.8, 1.9, 2.4, 2.2, 3.1, 2.9, 4.0]);
    expect(exact.tau).toBeCloseTo(0.7857142857142856, 12);
    expect(exact.pValue).toBeCloseTo(0.005505952380952381, 12);
    const tied = monotonicity([1, 1, 2, 3, 3, 2, 5, 6, 6, 7]);
    expect(tied.tau).toBeCloseTo(0.8613973647824797, 12);
    expect(tied.pValue).toBeCloseTo(0.0007692282402994766, 10);
  });

  it('needs values', () => {
    expect(() => monotonicity([1])).toThrow(RangeError);
    expect(() => monotonicity([1, NaN])).toThrow(/NaN/);
  });
});

it('finds the power of a prior, as scipy.stats.linregress of the logarithms', () => {
  const prior = [0.1, 0.2, 0.4, 0.25, 0.05];
  const { k, r2 } = powerK(prior, [0.011, 0.05, 0.13, 0.06, 0.004]);
  expect(k).toBeCloseTo(1.7201118721193525, 12);
  expect(r2).toBeCloseTo(0.99272559746608, 12);
  const seeds = [1.8, 2, 2.2].map((power) => prior.map((p) => 3 * p ** power));
  const over = powerKOverSeeds(prior, seeds, RESAMPLING);
  expect(over.k).toBeCloseTo(2, 12);
  expect(over.interval.low).toBeCloseTo(1.8, 2);
  expect(() => powerK([0.5, 0.5], [1, 2])).toThrow(RangeError);
});

it('pairs seeds, so that what is common to both conditions does not count', () => {
  const a = [1, 5, 9, 13, 17, 21, 25, 29];
  const b = a.map((value, index) => value + 1 + (index % 2 === 0 ? 0.1 : -0.1));
  const { estimate, interval } = pairedDifference(a, b, RESAMPLING);
  expect(estimate).toBeCloseTo(1, 12);
  // The bootstrap's deviation of the mean of eight values ±0.1 is 0.1 / sqrt 8.
  expect(interval.high - interval.low).toBeCloseTo((2 * 1.96 * 0.1) / Math.sqrt(8), 1);
  expect(() => pairedDifference([1], [1, 2], RESAMPLING)).toThrow(/as many/);
  expect(() => bootstrapMean([1, NaN], RESAMPLING)).toThrow(RangeError);
});
