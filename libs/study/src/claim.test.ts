import type { Claim } from '@oblique/report';
import { describe, expect, it } from 'vitest';
import { claim, type ClaimOptions } from './claim.js';
import { above, below, equalsOne, everywhere, within, type Criterion, type Everywhere } from './criterion.js';
import { Quantity } from './quantity.js';

const over = (values: readonly number[], isLogarithm = false): Quantity =>
  Quantity.over({ seed: values.map((_, seed) => seed) }, ({ seed }) => values[Number(seed)] ?? NaN, {
    name: 'q',
    words: 'what is measured',
    isLogarithm,
  });

const told = (quantity: Quantity, criterion: Criterion | Everywhere, options?: ClaimOptions): Claim =>
  claim('X.1', 'It is so.', quantity, criterion, options)({ confidence: 0.95, figures: ['fig'] });

describe('a claim', () => {
  it("is judged by the whole of Student's interval over seeds", () => {
    // mean 2, standard error 0.1 / √3, t(0.975, 2) = 4.302653
    const { effect, interval, verdict, statistic, figures } = told(over([1.9, 2, 2.1]), above(1.5));
    expect(effect).toBeCloseTo(2, 12);
    expect(interval?.low).toBeCloseTo(2 - (4.302653 * 0.1) / Math.sqrt(3), 6);
    expect({ verdict, statistic, figures }).toEqual({
      verdict: 'supported',
      statistic: 'what is measured',
      figures: ['fig'],
    });
    expect(told(over([1.9, 2, 2.1]), above(2)).verdict).toBe('inconclusive');
    expect(told(over([1.9, 2, 2.1]), above(3)).verdict).toBe('not supported');
    expect(told(over([1.9, 2, 2.1]), below(3)).verdict).toBe('supported');
    expect(told(over([1.9, 2, 2.1]), within(2, 0.5)).verdict).toBe('supported');
  });

  it('about a ratio is told as one: logarithms are averaged', () => {
    const { effect, interval, verdict, threshold } = told(over([0.1, 0, -0.1], true), equalsOne(1.5));
    expect(effect).toBeCloseTo(1, 12);
    expect((interval?.low ?? NaN) * (interval?.high ?? NaN)).toBeCloseTo(1, 12);
    expect({ verdict, threshold }).toEqual({ verdict: 'supported', threshold: 'between 0.67 and 1.5' });
  });

  it('has no verdict with one seed, or where a seed could not be measured', () => {
    expect(told(over([5]), above(1))).toMatchObject({ effect: 5, interval: null, verdict: 'inconclusive' });
    const missing = told(over([5, NaN, 6]), above(1));
    expect(missing).toMatchObject({ effect: null, interval: null, verdict: 'inconclusive' });
    expect(missing.explanation).toContain('1 of 3 seeds');
  });

  it('that must hold everywhere tells the place that reaches lowest', () => {
    const q = Quantity.over(
      { step: [1, 2, 3], seed: [0, 1, 2] },
      ({ step, seed }) => Number(step) + 0.01 * Number(seed),
      { name: 'q' },
    );
    expect(told(q, everywhere(above(0), 'at every step'))).toMatchObject({
      verdict: 'supported',
      threshold: 'above 0 at every step',
      effect: expect.closeTo(1.01, 12),
    });
    expect(told(q, everywhere(above(2.5), 'at every step')).verdict).toBe('not supported');
    expect(() => told(q, above(0))).toThrow('has the axes step');
  });

  it('that nothing changes is not made before something is learned', () => {
    const learned = { least: 3, needed: 100, words: 'Growth' };
    expect(told(over([0.1, 0, -0.1], true), equalsOne(1.5), { learned }).verdict).toBe('not learned');
  });

  it('about one number is judged by itself', () => {
    expect(
      told(
        Quantity.over({}, () => 3, { name: 'q' }),
        above(2),
      ),
    ).toMatchObject({
      effect: 3,
      interval: null,
      verdict: 'supported',
    });
  });
});
