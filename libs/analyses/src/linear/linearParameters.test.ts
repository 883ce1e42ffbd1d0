import { describe, expect, it } from 'vitest';
import { InvalidParametersError } from '@oblique/study';
import { linear } from './linear.js';
import { linearParameters } from './linearParameters.js';
import { initialSize, networksOf, oneMatrix } from './network.js';
import { acuityThreshold, leastThreshold } from './training.js';

function violations(parameters: Parameters<typeof linear.prepare>[0]): string[] {
  try {
    linear.prepare(parameters);
  } catch (error) {
    if (error instanceof InvalidParametersError) return error.violations.map(({ field }) => field).sort();
    throw error;
  }
  return [];
}

describe('parameters', () => {
  it('are all described, and read again as they were read', () => {
    for (const { name, description } of linear.parameters) expect(description, name).toMatch(/\.$/);
    for (const protocol of ['text', 'code']) {
      for (const profile of ['quick', 'full', 'paper']) {
        const { parameters } = linear.prepare({ protocol, profile });
        expect(linear.prepare(parameters).parameters).toEqual(parameters);
      }
    }
  });

  it('name everything that is wrong at once', () => {
    expect(violations({ seeds: [-1], depths: [1], protocol: 'both', stepz: 1 })).toEqual([
      'depths[0]',
      'protocol',
      'seeds[0]',
      'stepz',
    ]);
    expect(violations({ patches: 100, deepBatchSize: 50 })).toEqual(['batchSize']);
  });

  it("are the paper's in the profile paper", () => {
    const code = linearParameters.parse({ profile: 'paper', protocol: 'code' });
    expect(code).toMatchObject({
      sizePixels: 32,
      patches: 100_352,
      batchSize: 16_384,
      deepBatchSize: 4096,
      steps: 7 * 1000,
      deepSteps: 25 * 1000,
      learningRate: 1,
      outputNoise: 0.1,
    });
    expect(networksOf(code).map((network) => initialSize(network, code))).toEqual([
      0.005, 0.005, 0.005, 0.01,
    ]);
    const text = linearParameters.parse({ profile: 'paper', protocol: 'text' });
    expect(text).toMatchObject({ deepBatchSize: 16_384, deepSteps: 7000, outputNoise: 0 });
    expect(initialSize(oneMatrix(text), text)).toBeCloseTo(1 / 32 / 100, 15);
  });

  it('keep the least threshold of Fig. 5f, and the cutoff of acuity as far above it at other sizes', () => {
    expect(leastThreshold(32)).toBeCloseTo(0.0483, 4);
    expect(acuityThreshold(linearParameters.parse({ sizePixels: 32 }))).toBe(0.1);
    const small = linearParameters.parse({ sizePixels: 16 });
    expect(acuityThreshold(small) / leastThreshold(16)).toBeCloseTo(0.1 / leastThreshold(32), 1);
  });
});
