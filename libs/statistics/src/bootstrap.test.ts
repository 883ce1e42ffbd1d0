import { describe, expect, it } from 'vitest';
import { bootstrap, percentileInterval } from './index.js';

const numbers = Array.from({ length: 12 }, (_, k) => 0.1 * k * k - 0.3 * k);

describe('bootstrap', () => {
  // SciPy 1.17.1: scipy.stats.bootstrap((numbers,), numpy.mean, method='percentile', confidence_level=0.9,
  // n_resamples=400000), and numpy.median with 200000. The tolerance is four standard errors of 20000 resamples.
  it('of a mean and a median has the interval that SciPy finds', async () => {
    const resampling = { resamples: 20_000, confidence: 0.9, seed: 7 };
    const ofMean = await bootstrap([numbers], 'mean', resampling);
    expect(ofMean.estimate).toBeCloseTo(2.566666666666667, 12);
    expect(Math.abs(ofMean.interval.low - 1.2167)).toBeLessThan(0.06);
    expect(Math.abs(ofMean.interval.high - 4.0333)).toBeLessThan(0.06);
    const ofMedian = await bootstrap([numbers], 'median', resampling);
    expect(ofMedian.estimate).toBeCloseTo(1.4, 12);
    expect(ofMedian.interval.low).toBeCloseTo(0, 9);
    expect(ofMedian.interval.high).toBeCloseTo(4, 9);
  });

  // NumPy: 300000 resamples of the three groups, then of the values of each drawn one, written out as two loops:
  // quantiles 10 %, 20 %, 80 %, 90 % of the pooled mean are 4, 4.5, 7.6, 8.625. (2.5 % and 5 % lie on steps of it.)
  it('over groups draws groups first, then values in each', async () => {
    const groups = [
      [1, 2, 4],
      [10, 11],
      [5, 5, 8, 9],
    ];
    const wide = await bootstrap(groups, 'mean', { resamples: 20_000, confidence: 0.8, seed: 2 });
    expect(wide.estimate).toBeCloseTo(55 / 9, 12);
    expect(Math.abs(wide.interval.low - 4)).toBeLessThan(0.1);
    expect(Math.abs(wide.interval.high - 8.625)).toBeLessThan(0.1);
    const narrow = await bootstrap(groups, 'mean', { resamples: 20_000, confidence: 0.6, seed: 2 });
    expect(Math.abs(narrow.interval.low - 4.5)).toBeLessThan(0.1);
    expect(Math.abs(narrow.interval.high - 7.6)).toBeLessThan(0.1);
  });

  it('of groups of one value resamples the groups; of one value, nothing', async () => {
    const resampling = { resamples: 4000, confidence: 0.95, seed: 0 };
    const singles = await bootstrap(
      numbers.map((value) => [value]),
      'mean',
      resampling,
    );
    const pooled = await bootstrap([numbers], 'mean', resampling);
    expect(singles).toEqual(pooled);
    expect(await bootstrap([[3]], 'median', resampling)).toEqual({
      estimate: 3,
      interval: { low: 3, high: 3, confidence: 0.95 },
    });
  });

  it('refuses nothing, an empty group and NaN', async () => {
    const resampling = { resamples: 10, confidence: 0.95, seed: 0 };
    await expect(bootstrap([], 'mean', resampling)).rejects.toThrow(/There are no groups/);
    await expect(bootstrap([[1], []], 'mean', resampling)).rejects.toThrow(/Group 1 has no values/);
    await expect(bootstrap([[1, NaN]], 'mean', resampling)).rejects.toThrow(/Group 0 holds NaN/);
  });
});

describe('percentileInterval', () => {
  it('interpolates as numpy.quantile does', async () => {
    // numpy.quantile([0, 1, 4, 9, 16], [0.05, 0.95]) = [0.2, 14.6]
    const { low, high } = percentileInterval([16, 0, 9, 1, 4], 0.9);
    expect(low).toBeCloseTo(0.2, 12);
    expect(high).toBeCloseTo(14.6, 12);
  });

  it('is not made of numbers that are none', async () => {
    expect(percentileInterval([1, NaN, 2], 0.9)).toEqual({ low: NaN, high: NaN, confidence: 0.9 });
  });
});
