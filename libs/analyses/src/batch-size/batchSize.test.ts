import { describe, expect, it } from 'vitest';
import type { LearnedVariant } from '../gratings-grid/gratingsGrid.js';
import { meanPreference, preferenceAt, stepOfLoss } from '../gratings-grid/preference.js';
import { batchSizeClaims } from './batchSizeClaims.js';
import { batchSizeParameters } from './batchSizeParameters.js';
import { sizesOf, type SizeVariant } from './sizes.js';

const parameters = batchSizeParameters.parse({ batchSizes: [40, 10, 20], steps: 100, seeds: [0, 1, 2] });
const STEPS = Array.from({ length: 41 }, (_, k) => 5 * k);

/** A preference whose logarithm is `rate` times a time, with a loss that falls by 0.01 a step. */
const growing = (rate: number): LearnedVariant => ({
  trainStep: '',
  steps: STEPS,
  logRatios: STEPS.map((step) => rate * step),
  loss: Array.from({ length: 200 }, (_, step) => 4 - 0.01 * (step + 1)),
  digest: '',
});

describe('what is read of a training', () => {
  const one = growing(0.01);

  it('is the preference at a step, and over the last four fifths of the steps before it', () => {
    expect(preferenceAt(one, 50)).toBeCloseTo(0.5, 12);
    expect(preferenceAt(one, 51)).toBeNaN();
    expect(meanPreference(one, 100)).toBeCloseTo(0.6, 12);
  });

  it('is the first measured step at which the loss has fallen, if any', () => {
    // The mean over steps n - 9 to n is 4 - 0.01 (n - 4.5).
    expect(stepOfLoss(one, 3.5, 10)).toBe(55);
    expect(stepOfLoss(one, 1, 10)).toBeNaN();
  });
});

describe('batch sizes', () => {
  const sizes = sizesOf(parameters);

  it('are compared at the steps given, and at the examples that the second one sees in them', () => {
    expect(sizes.map(({ batchSize, stepsToExamples }) => [batchSize, stepsToExamples])).toEqual([
      [10, 200],
      [20, 100],
      [40, 50],
    ]);
    expect(sizes.map(({ training }) => training.steps)).toEqual([200, 100, 100]);
    for (const { training, stepsToExamples } of sizes)
      expect(training.alsoObservedAt).toEqual([100, stepsToExamples]);
  });

  it('need whole batches', () => {
    const wrong = batchSizeParameters.safeParse({ batchSizes: [7, 10], steps: 99 });
    expect(wrong.error?.issues[0]?.message).toMatch(/whole number of batches of 7/);
    expect(batchSizeParameters.safeParse({ batchSizes: [7, 7] }).success).toBe(false);
  });

  const verdicts = (rateOf: (size: SizeVariant, seed: number) => number): Record<string, string> => {
    const learned = sizes.map((size) => ({
      size,
      learned: [0, 1, 2].map((seed) => growing(rateOf(size, seed))),
    }));
    return Object.fromEntries(batchSizeClaims(learned, parameters).map(({ id, verdict }) => [id, verdict]));
  };

  it('go with steps where the preference grows by the step', () => {
    expect(verdicts((_, seed) => 0.02 + 0.001 * seed)).toEqual({
      'BS.1-10': 'supported',
      'BS.1-20': 'supported',
      'BS.1-40': 'supported',
      'BS.2': 'supported',
      'BS.3': 'supported',
    });
  });

  it('go with examples where it grows by the example', () => {
    expect(verdicts(({ batchSize }, seed) => (0.02 + 0.001 * seed) * (batchSize / 20))).toMatchObject({
      'BS.2': 'not supported',
      'BS.3': 'not supported',
    });
  });
});
