import { describe, expect, it } from 'vitest';
import { discreteLearnedAt, discreteLearning } from './discreteLearning.js';
import { hypergeometricIntegral, flowIntegral } from './flowIntegral.js';
import {
  flowTimePerUpdate,
  halfTime,
  learnedAt,
  sensitivityAt,
  sensitivityInflectionTime,
  sharpness,
  timeTo,
} from './gradientFlow.js';
import { supervisedAt, supervisedTimeTo } from './supervisedFlow.js';
import { covarianceOfEquallyUseful, supervisedLearning } from './supervisedLearning.js';
import { integrate } from './testing/integrate.js';

const DEPTHS = [1, 2, 3, 4, 5, 8, 20];

describe('gradient flow', () => {
  it.each(DEPTHS)('agrees with integrating eq. 7 at depth %i', (depth) => {
    const [variance, initial] = [0.7, 0.01];
    const slope = (sigma: number): number => depth * variance * sigma ** (2 - 2 / depth) * (1 - sigma);
    const times = Array.from({ length: 12 }, (_, index) => index);
    for (const [index, sigma] of integrate(slope, initial, times).entries()) {
      expect(learnedAt({ depth, variance, initial }, index)).toBeCloseTo(sigma, 9);
    }
  });

  it('has the half-times and sharpness of a table computed by integrating eq. 7', () => {
    const table: [number, number, number, number, number][] = [
      [1, 0.095, 0.683, 2.293, 3.22],
      [2, 1.199, 2.298, 3.396, 0.956],
      [3, 2.576, 3.768, 4.586, 0.533],
      [4, 3.532, 4.683, 5.332, 0.384],
      [5, 4.082, 5.156, 5.693, 0.313],
      [8, 4.462, 5.313, 5.666, 0.227],
    ];
    for (const [depth, t10, t50, t90, sharp] of table) {
      const flow = { depth, variance: 1, initial: 0.01 };
      expect(timeTo(flow, 0.1)).toBeCloseTo(t10, 3);
      expect(halfTime(flow)).toBeCloseTo(t50, 3);
      expect(timeTo(flow, 0.9)).toBeCloseTo(t90, 3);
      expect(sharpness(flow)).toBeCloseTo(sharp, 2);
    }
    expect(sharpness({ depth: 20, variance: 1, initial: 0.01 })).toBeCloseTo(0.162, 3);
    expect(sharpness({ depth: 100, variance: 1, initial: 0.01 })).toBeCloseTo(0.136, 3);
  });

  it('tends to its limit of infinite depth, where sharpness is about 13.3 σ(0)', () => {
    const initial = 1e-4;
    const limit = { depth: Infinity, variance: 2, initial };
    expect(sharpness(limit) / initial).toBeCloseTo(13.3, 1);
    const deep = { depth: 1e7, variance: 2, initial };
    expect(halfTime(deep) * deep.depth).toBeCloseTo(halfTime(limit), 0);
    expect(learnedAt(limit, halfTime(limit))).toBeCloseTo(0.5, 10);
  });

  it('turns proportions into times and back, close to 0 and 1 too', () => {
    for (const depth of [...DEPTHS, Infinity]) {
      const flow = { depth, variance: 0.3, initial: 1e-6 };
      for (const learned of [2e-6, 0.01, 0.4999, 0.5001, 0.99, 1 - 1e-9]) {
        expect(learnedAt(flow, timeTo(flow, learned)) / learned).toBeCloseTo(1, 9);
      }
      expect(learnedAt(flow, 1e12)).toBe(1);
    }
  });

  it('has half-times in proportion to 1 / variance, not to 1 / standard deviation', () => {
    const at = (variance: number): number => halfTime({ depth: 3, variance, initial: 0.01 });
    expect(at(0.1) / at(0.4)).toBeCloseTo(4, 12);
  });

  it('has explicit forms that are the hypergeometric one up to a constant', () => {
    for (const depth of [1, 3, 4]) {
      const a = 2 / depth - 1;
      const difference = (sigma: number): number =>
        flowIntegral(depth, sigma) - hypergeometricIntegral(a, sigma);
      for (const sigma of [1e-5, 0.3, 0.5, 0.7, 0.999])
        expect(difference(sigma)).toBeCloseTo(difference(0.1), 9);
    }
  });

  it('obeys eq. 8: D of one matrix is sigmoid though the proportion learned is not', () => {
    const flow = { depth: 1, variance: 0.7, initial: 0.05 };
    const slope = (d: number): number => 2 * flow.variance * Math.sqrt(d) * (1 - Math.sqrt(d));
    const times = [0, 0.5, 1, 3];
    for (const [index, d] of integrate(slope, flow.initial ** 2, times).entries()) {
      expect(sensitivityAt(flow, times[index] ?? NaN)).toBeCloseTo(d, 9);
    }
    expect(sensitivityAt(flow, sensitivityInflectionTime(flow))).toBeCloseTo(0.25, 12);
  });

  it('refuses what no flow has', () => {
    expect(() => halfTime({ depth: 2, variance: 1, initial: 0 })).toThrow(/from 0 only depth 1 learns/);
    expect(() => halfTime({ depth: 1.5, variance: 1, initial: 0.1 })).toThrow(RangeError);
    expect(() => halfTime({ depth: 1, variance: 0, initial: 0.1 })).toThrow(RangeError);
    expect(() => timeTo({ depth: 1, variance: 1, initial: 0.1 }, 1)).toThrow(RangeError);
  });
});

describe('discrete learning', () => {
  it('of one matrix has a closed form', () => {
    const learning = { depth: 1, tied: false, variance: 3, initial: 0.2, learningRate: 1, pixels: 16 };
    const sigma = discreteLearning(learning, 50);
    for (const step of [0, 1, 7, 50])
      expect(discreteLearnedAt(learning, step)).toBeCloseTo(sigma[step] ?? NaN, 13);
  });

  it('tends to gradient flow as the learning rate falls, linearly', () => {
    for (const [depth, tied] of [
      [1, false],
      [2, true],
      [3, false],
    ] as const) {
      const gap = (learningRate: number): number => {
        const network = { learningRate, pixels: 16, tied };
        const flow = { depth, variance: 3, initial: 0.02 };
        const half = halfTime(flow) / flowTimePerUpdate(network);
        const step = Math.round(half);
        const sigma = discreteLearning({ ...flow, ...network }, step)[step] ?? NaN;
        return sigma - learnedAt(flow, step * flowTimePerUpdate(network));
      };
      expect(Math.abs(gap(0.01))).toBeLessThan(0.01);
      expect(gap(0.001) / gap(0.01)).toBeGreaterThan(0.05);
      expect(gap(0.001) / gap(0.01)).toBeLessThan(0.2);
    }
  });
});

describe('supervised learning', () => {
  it.each([1, 2, 3, 4, 6])('agrees with integrating eq. 10 at depth %i', (depth) => {
    const [variance, covariance, initial] = [0.7, 0.4, 0.02];
    const slope = (sigma: number): number =>
      depth * sigma ** (2 - 2 / depth) * (covariance - sigma * variance);
    const times = [0, 1, 3, 6, 10, 20];
    for (const [index, sigma] of integrate(slope, initial, times).entries()) {
      expect(supervisedAt({ depth, variance, covariance, initial }, times[index] ?? NaN)).toBeCloseTo(
        sigma,
        9,
      );
    }
    const decay = (sigma: number): number => -depth * sigma ** (3 - 2 / depth) * variance;
    for (const [index, sigma] of integrate(decay, 0.5, times).entries()) {
      const flow = { depth, variance, covariance: 0, initial: 0.5 };
      expect(supervisedAt(flow, times[index] ?? NaN)).toBeCloseTo(sigma, 9);
    }
  });

  it('starts with the slope of eq. 10, not of eq. 11 as printed', () => {
    const flow = { depth: 1, variance: 0.7, covariance: 0.4, initial: 0.2 };
    expect((supervisedAt(flow, 1e-6) - 0.2) / 1e-6).toBeCloseTo(0.26, 5);
  });

  it('learns features in the order that each reading of "equally useful" has', () => {
    const half = (usefulness: 'correlation' | 'covariance' | 'regressionWeight', value: number): number[][] =>
      [1, 2, 3].map((depth) =>
        [1, 0.25].map((variance) => {
          const [covariance = NaN] = covarianceOfEquallyUseful(usefulness, [variance], value);
          return supervisedTimeTo({ depth, variance, covariance, initial: 0.01 }, 0.5);
        }),
      );
    for (const readings of [
      half('correlation', 0.6),
      half('covariance', 0.6),
      half('regressionWeight', 0.6),
    ]) {
      for (const [high = NaN, low = NaN] of readings) expect(high).toBeLessThan(low);
    }
    const [one = [], two = []] = half('covariance', 0.6);
    expect(one[0]).toBeCloseTo(0.7, 1);
    expect(one[1]).toBeCloseTo(2.78, 1);
    // Depth 2 grows at the rate of the covariance alone: what is left is the asymptote.
    expect((two[1] ?? NaN) / (two[0] ?? NaN)).toBeLessThan(1.6);
  });

  it('is what gradient descent does', () => {
    const learning = { depth: 3, variance: [1, 0.25], covariance: [0.5, 0.125], initial: 0.01 };
    const sigma = supervisedLearning({ ...learning, learningRate: 1e-4, steps: 100_000 });
    for (const [feature, trained] of sigma.entries()) {
      const flow = {
        ...learning,
        variance: learning.variance[feature] ?? NaN,
        covariance: learning.covariance[feature] ?? NaN,
      };
      for (const step of [0, 40_000, 100_000]) {
        expect(supervisedAt(flow, 2e-4 * step)).toBeCloseTo(trained[step] ?? NaN, 3);
      }
    }
  });
});
