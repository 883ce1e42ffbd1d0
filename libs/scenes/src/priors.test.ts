import { describe, expect, it } from 'vitest';
import { hueDensity, hueQuantile, orientationDensity, orientationQuantile } from './priors.js';

const radians = (degrees: number): number => (degrees * Math.PI) / 180;
/** Modified Bessel function I0, from tables (Abramowitz & Stegun 9.8). */
const I0 = { 0.7: 1.126303, 1: 1.2660658777520084, 2: 2.2795853023360673 };

describe('the priors', () => {
  it('have the densities that their names say', () => {
    const orientation = { concentration: 1, peakDeg: 30 };
    expect(orientationDensity(orientation, radians(30))).toBeCloseTo(Math.E / (Math.PI * I0[1]), 12);
    expect(orientationDensity(orientation, radians(120))).toBeCloseTo(Math.E / (Math.PI * I0[1]), 12);
    expect(orientationDensity(orientation, radians(75))).toBeCloseTo(1 / (Math.E * Math.PI * I0[1]), 12);
    const hue = { concentration: 2, peakDeg: 200 };
    expect(hueDensity(hue, radians(20))).toBeCloseTo(Math.exp(2) / (2 * Math.PI * I0[2]), 12);
    expect(hueDensity(hue, radians(65))).toBeCloseTo(1 / (2 * Math.PI * I0[2]), 12);
    const natural = { concentration: 0.7, peakDeg: 0 };
    expect(orientationDensity(natural, 0) / orientationDensity(natural, Math.PI / 4)).toBeCloseTo(
      Math.exp(1.4),
      12,
    );
    expect(orientationDensity(natural, 0)).toBeCloseTo(Math.exp(0.7) / (Math.PI * I0[0.7]), 5);
  });

  it.each([
    [0, 0],
    [0.7, 45],
    [3, -20],
    [50, 80],
  ])('with concentration %d around %d° are inverted by their quantiles', (concentration, peakDeg) => {
    const prior = { concentration, peakDeg };
    for (const [quantile, density, period] of [
      [orientationQuantile, orientationDensity, Math.PI],
      [hueQuantile, hueDensity, 2 * Math.PI],
    ] as const) {
      // dq/dp = 1 / density at the quantile, where it does not go around.
      const step = 1e-4;
      for (let p = 0.003; p < 0.99; p += 0.0371) {
        const [low, high] = [quantile(prior, p), quantile(prior, p + step)];
        expect(low).toBeGreaterThanOrEqual(0);
        expect(low).toBeLessThan(period);
        const turned = (((high - low) % period) + period) % period;
        const middle = low + turned / 2;
        // Within a cell of the table the density is taken as constant.
        expect(Math.abs((turned * density(prior, middle)) / step - 1)).toBeLessThan(0.01);
      }
    }
  });

  it('turn with their peaks', () => {
    for (const p of [0.01, 0.3, 0.77]) {
      const turned = orientationQuantile({ concentration: 0.7, peakDeg: 45 }, p);
      const straight = orientationQuantile({ concentration: 0.7, peakDeg: 0 }, p);
      expect(Math.sin(2 * (turned - straight - Math.PI / 4))).toBeCloseTo(0, 12);
    }
  });
});
