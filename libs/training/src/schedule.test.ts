import { describe, expect, it } from 'vitest';
import { learningRateAt, type Schedule } from './schedule.js';

const course = (schedule: Schedule, steps: number): number[] =>
  Array.from({ length: steps }, (_, step) => learningRateAt(schedule, step, steps));

describe('the learning rate', () => {
  it('stays, after a linear rise', () => {
    const rates = course({ kind: 'constant', learningRate: 2, warmUpSteps: 4 }, 6);
    expect(rates).toEqual([0.5, 1, 1.5, 2, 2, 2]);
  });

  it('falls by a factor at every so many steps', () => {
    const rates = course({ kind: 'step', learningRate: 8, factor: 0.5, everySteps: 2 }, 6);
    expect(rates).toEqual([8, 8, 4, 4, 2, 2]);
  });

  it('follows half a cosine that would reach zero behind the last step', () => {
    const rates = course({ kind: 'cosine', learningRate: 1 }, 4);
    [1, 0.5 + Math.SQRT1_2 / 2, 0.5, 0.5 - Math.SQRT1_2 / 2].forEach((rate, step) =>
      expect(rates[step]).toBeCloseTo(rate, 15),
    );
  });

  it('begins the cosine behind the warm-up', () => {
    const rates = course({ kind: 'cosine', learningRate: 1, warmUpSteps: 2 }, 4);
    [0.5, 1, 1, 0.5].forEach((rate, step) => expect(rates[step]).toBeCloseTo(rate, 15));
  });

  it('is refused for steps that there are not, and for a fall without its distance', () => {
    expect(() => learningRateAt({ kind: 'constant', learningRate: 1 }, 5, 5)).toThrow('no step 5');
    expect(() => learningRateAt({ kind: 'step', learningRate: 1 }, 0, 5)).toThrow('everySteps');
    expect(() => learningRateAt({ kind: 'constant', learningRate: NaN }, 0, 5)).toThrow('not NaN');
  });
});
