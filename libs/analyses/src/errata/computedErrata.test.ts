import { supervisedAt } from '@oblique/linear-learning';
import { describe, expect, it } from 'vitest';
import { balancedInformation } from './balancedInformation.js';
import { printedExponent } from './printedExponent.js';

describe('E.4, the exponent of eq. 11', () => {
  it('as it is printed is that of twice as many matrices at half the speed', () => {
    const [lambda, tau, initial, duration] = [0.7, 0.4, 0.05, 9];
    for (const depth of [1, 2, 3]) {
      // dσ/dt = N λ σ^((2N−1)/N) (τ/λ − σ), by the classical Runge-Kutta method.
      const slope = (sigma: number): number =>
        depth * lambda * sigma ** ((2 * depth - 1) / depth) * (tau / lambda - sigma);
      const steps = 4000;
      const h = duration / steps;
      let sigma = initial;
      for (let step = 0; step < steps; step++) {
        const a = slope(sigma);
        const b = slope(sigma + (h / 2) * a);
        const c = slope(sigma + (h / 2) * b);
        sigma += (h / 6) * (a + 2 * b + 2 * c + slope(sigma + h * c));
      }
      const flow = { depth: 2 * depth, variance: lambda, covariance: tau, initial };
      expect(supervisedAt(flow, duration / 2)).toBeCloseTo(sigma, 9);
    }
  });

  it('is not what gradient descent follows, that of eq. 10 is', async () => {
    const { claims, figures } = await printedExponent();
    expect(claims.map(({ id, verdict }) => [id, verdict])).toEqual([
      ['E.4', 'not supported'],
      ['E.4-corrected', 'supported'],
    ]);
    expect(figures.map(({ id }) => id)).toEqual(['errata-eq11']);
  });
});

describe('E.6, label noise', () => {
  it('balances information by the formula of the text only, and labels by erasure only', async () => {
    const { claims } = await balancedInformation();
    const byId = new Map(claims.map((claim) => [claim.id, claim]));
    expect(claims.map(({ id, verdict }) => [id, verdict])).toEqual([
      ['E.6-text', 'supported'],
      ['E.6-code', 'not supported'],
      ['E.6-preference', 'supported'],
      ['E.6-erasure', 'supported'],
    ]);
    // p (1 − H) = 0.195 − 0.3 p of the code, at p = 1/(2π) and 3/(2π).
    const information = (p: number): number => 0.195 - 0.3 * p;
    expect(byId.get('E.6-code')?.effect).toBeCloseTo(
      information(1 / (2 * Math.PI)) / information(3 / (2 * Math.PI)),
      9,
    );
    // σ of the code at 0° and 90°, of which three times as many labels are kept: .9912 and .6914.
    expect(byId.get('E.6-preference')?.effect).toBeCloseTo((3 * 0.6914) / 0.9912, 2);
  });
});
