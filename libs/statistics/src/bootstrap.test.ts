import { describe, expect, it } from 'vitest';
import { bootstrap, percentileInterval } from './index.js';

const numbers = Array.from({ length: 12 }, (_, k) => 0.1 * k * k - 0.3 * k);

describe('bootstrap', () => {
  // SciPy 1.17.1: scipy.stats.bootstrap((numbers,), numpy.mean, method='percentile', confidence_level=0.9,
  // n_resamples=400000), and numpy.median with 200000. The tolerance is four standard errors of 20000 resamples.
  it('of a mean and a median has the interval that SciPy finds', () => {
    const resampling = { resamples: 20_000, confidence: 0.9, seed: 7 };
    const ofMean = bootstrap([numbers], 'mean', resampling);
    expect(ofMean.estimate).toBeCloseTo(2.566666666666667, 12);
    expect(Math.abs(ofMean.interval.low - 1.2167)).toBeLessThan(0.06);
    expect(Math.abs(ofMean.interval.high - 4.0333)).toBeLessThan(0.06);
    const ofMedian = bootstrap([numbers], 'median', resampling);
    expect(ofMedian.estimate).toBeCloseTo(1.4, 12);
    expect(ofMedian.interval.low).toBeCloseTo(0, 9);
    expect(ofMedian.interval.high).toBeCloseTo(4, 9);
  });

  // NumPy: 300000 resamples of the three groups, then of the values of each drawn one, written out as two loops:
  // quantiles 5 %, 25 %, 75 %, 95 % of the pooled mean are 3.5, 4.875, 7.2857, 9.25. (2.5 % lies on a step.)
  it('over groups draws groups first, then values in each', () => {
    const groups = [
      [1, 2, 4],
      [10, 11],
      [5, 5, 8, 9],
    ];
    const wide = bootstrap(groups, 'mean', { resamples: 20_000, confidence: 0.9, seed: 2 });
    expect(wide.estimate).toBeCloseTo(55 / 9, 12);
    expect(Math.abs(wide.interval.low - 3.5)).toBeLessThan(0.1);
    expect(Math.abs(wide.interval.high - 9.25)).toBeLessThan(0.1);
    const narrow = bootstrap(groups, 'mean', { resamples: 20_000, confidence: 0.5, seed: 2 });
    expect(Math.abs(narrow.interval.low - 4.875)).toBeLessThan(0.1);
    expect(Math.abs(narrow.interval.high - 7.2857)).toBeLessThan(0.1);
  });

  it('of groups of one value resamples the groups; of one value, nothing', () => {
    const resampling = { resamples: 4000, confidence: 0.95, seed: 0 };
    const singles = bootstrap(
      numbers.map((value) => [value]),
      'mean',
      resampling,
    );
    const pooled = bootstrap([numbers], 'mean', resampling);
    expect(singles).toEqual(pooled);
    expect(bootstrap([[3]], 'median', resampling)).toEqual({
      estimate: 3,
      interval: { low: 3, high: 3, confidence: 0.95 },
    });
  });

  it('refuses nothing, an empty group and NaN', () => {
    const resampling = { resamples: 10, confidence: 0.95, seed: 0 };
    expect(() => bootstrap([], 'mean', resampling)).toThrow(/There are no groups/);
    expect(() => bootstrap([[1], []], 'mean', resampling)).toThrow(/Group 1 has no values/);
    expect(() => bootstrap([[1, NaN]], 'mean', resampling)).toThrow(/Group 0 holds NaN/);
  });
});

describe('percentileInterval', () => {
  it('interpolates as numpy.quantile does', () => {
    // numpy.quantile([0, 1, 4, 9, 16], [0.05, 0.95]) = [0.2, 14.6]
    const { low, high } = percentileInterval([16, 0, 9, 1, 4], 0.9);
    expect(low).toBeCloseTo(0.2, 12);
    expect(high).toBeCloseTo(14.6, 12);
  });

  it('is not made of numbers that are none', () => {
    expect(percentileInterval([1, NaN, 2], 0.9)).toEqual({ low: NaN, high: NaN, confidence: 0.9 });
  });
});
