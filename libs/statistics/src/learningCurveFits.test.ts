import { expect, it } from 'vitest';
import { learningCurveFits } from './learningCurveFits.js';

const TIME = [0, 1, 2, 4, 8, 16, 32, 64, 100];
const NOISE = [0.01, -0.008, 0.005, -0.01, 0.012, -0.006, 0.009, -0.004, 0.003];

it('tells a sigmoid from an exponential and a power law, with the fits of scipy.optimize.curve_fit', () => {
  const fits = learningCurveFits(
    TIME,
    TIME.map((t, index) => 0.9 / (1 + Math.exp(-(t - 20) / 6)) + (NOISE[index] ?? NaN)),
  );
  // curve_fit of the three shapes with free floor and height; n log(RSS/n) + 2k + 2k(k+1)/(n-k-1) of its residuals.
  expect(fits.map(({ shape }) => shape)).toEqual(['sigmoid', 'exponential', 'power']);
  const expected = [-57.94800339334702, -28.018372901505273, -20.219578582315677];
  for (const [index, { aicc }] of fits.entries()) expect(aicc).toBeCloseTo(expected[index] ?? NaN, 4);
  const [best, second, third] = fits;
  expect(best?.parameters[0]).toBeCloseTo(20.032750389815305, 3);
  expect(best?.parameters[1]).toBeCloseTo(5.802640100594352, 3);
  expect(best?.height).toBeCloseTo(0.8941536090315784, 4);
  expect(second?.parameters[0]).toBeCloseTo(28.952946997690145, 2);
  expect(third?.parameters[0]).toBeCloseTo(0.5277493851314769, 3);
});

it('tells an exponential and a power law from the others', () => {
  const best = (shape: (t: number) => number): string | undefined =>
    learningCurveFits(
      TIME,
      TIME.map((t, index) => shape(t) + 0.1 * (NOISE[index] ?? NaN)),
    )[0]?.shape;
  expect(best((t) => 1 - Math.exp(-t / 12))).toBe('exponential');
  expect(best((t) => 0.1 * Math.sqrt(t))).toBe('power');
});

it('refuses what cannot be told apart', () => {
  expect(() => learningCurveFits([0, 1, 2], [0, 1, 2])).toThrow(/at least 7/);
  expect(() => learningCurveFits([-1, ...TIME], [0, ...NOISE])).toThrow(RangeError);
});
