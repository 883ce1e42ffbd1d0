import { describe, expect, it } from 'vitest';
import { InvalidParametersError } from '@oblique/study';
import { labelNoise } from './labelNoise.js';
import { conditionsOf, labelNoiseParameters } from './labelNoiseParameters.js';
import { orientationsOf, trainingSpec } from './trainingSpec.js';

const read = (given: object) => labelNoiseParameters.parse(given);

function refusal(given: { [name: string]: number | string | number[] | string[] }) {
  try {
    labelNoise.prepare(given);
  } catch (error) {
    if (error instanceof InvalidParametersError) return error.violations;
    throw error;
  }
  return [];
}

describe('the parameters', () => {
  it('take what is left open from the profile', () => {
    expect(read({})).toMatchObject({
      seeds: [0, 1, 2, 3, 4],
      bins: [60],
      steps: 240,
      learningRate: 1,
      initialScale: 0.1,
    });
    expect(read({}).conditions).toEqual(['uniform', 'b', 'c', 'd-text', 'erasure', 'uniform-half']);
    expect(read({ protocol: 'code' }).conditions).toContain('d-code');
    expect(read({ profile: 'full' })).toMatchObject({
      width: 1,
      batchSize: 2048,
      steps: 300,
      orientations: 60,
      phases: 11,
    });
    expect(read({ profile: 'paper', steps: 40, fromStep: 10 })).toMatchObject({ bins: [60, 3], steps: 40 });
  });

  it('refuse an amount outside the range of the formulas in use, naming it and the range', () => {
    expect(refusal({ amount: 0.16 })).toEqual([
      {
        field: 'amount',
        description: expect.stringMatching(/a = 0.16 .*from 0.000000 to 0.159155/) as unknown,
      },
    ]);
    expect(refusal({ amount: 0.05 })).toEqual([]);
    expect(refusal({ amount: 0.05, protocol: 'code' }).map(({ field }) => field)).toEqual(['amount']);
    expect(refusal({ amount: 0.16, conditions: ['c', 'erasure'] })).toEqual([]);
  });

  it('refuse what leaves nothing to judge', () => {
    expect(refusal({ steps: 20 }).map(({ field }) => field)).toEqual(['fromStep']);
    expect(refusal({ orientations: 12, halfWidth: 10 }).map(({ field }) => field)).toEqual(['halfWidth']);
    expect(refusal({ conditions: ['e'] }).map(({ field }) => field)).toEqual(['conditions[0]']);
  });

  it("give b the protocol's formula, balancing the prior that it does not draw from", () => {
    const [b] = conditionsOf(read({ protocol: 'code', conditions: ['b'] }));
    expect(b).toMatchObject({
      prior: 'uniform',
      labelNoise: { formula: 'code', amount: 0.15, balancedPrior: 'vertical' },
    });
  });

  it('place angles as the protocol has them', () => {
    expect(orientationsOf(read({ orientations: 12 })).at(-1)).toBe(165);
    expect(orientationsOf(read({ orientations: 13, protocol: 'code' })).at(-1)).toBe(180);
  });

  it('observe the steps of short trainings too', () => {
    const parameters = read({ steps: 3, fromStep: 1 });
    const [condition] = conditionsOf(parameters);
    if (condition === undefined) throw new Error('There is no condition.');
    const { learner } = trainingSpec(parameters, condition, 60, 7);
    if (learner?.$case !== 'network') throw new Error('No network is trained.');
    expect(learner.value.observationSteps).toMatchObject({ at: [1, 2, 3], every: 16 });
  });
});
