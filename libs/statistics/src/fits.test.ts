import { describe, expect, it } from 'vitest';
import { elbowFit, lineFit, powerLawFit } from './fits.js';

const X = [1, 2, 3, 5, 8];
const Y = [2.1, 3.9, 6.2, 9.8, 16.5];

describe('a line', () => {
  it('is that of numpy.polyfit, with the interval of Student', () => {
    // numpy.polyfit(X, Y, 1); 3.182446 (Student's t of 3 degrees of freedom) times the slope's standard error
    const fit = lineFit(X, Y);
    expect(fit.slope).toBeCloseTo(158 / 77, 12);
    expect(fit.intercept).toBeCloseTo(-7.5 / 77, 12);
    expect(fit.rSquared).toBeCloseTo(0.9983303840116773, 12);
    expect(fit.slopeInterval.high - fit.slope).toBeCloseTo(0.154183526, 7);
  });

  it('has no interval through two points, and needs two', () => {
    expect(lineFit([0, 1], [1, 3])).toMatchObject({ slope: 2, intercept: 1, rSquared: 1 });
    expect(lineFit([0, 1], [1, 3]).slopeInterval.low).toBeNaN();
    expect(() => lineFit([1, 1], [1, 2])).toThrow(RangeError);
  });
});

it('a power law is found exactly, and refuses what has no logarithm', () => {
  const fit = powerLawFit(
    X,
    X.map((x) => 3 * x ** -1.16),
  );
  expect(fit.exponent).toBeCloseTo(-1.16, 12);
  expect(fit.factor).toBeCloseTo(3, 12);
  expect(fit.rSquared).toBeCloseTo(1, 12);
  expect(() => powerLawFit([0, 1], [1, 2])).toThrow(/above 0/);
});

describe('an elbow', () => {
  const places = Array.from({ length: 21 }, (_, index) => index / 2);

  it('is found where a floor meets a line', () => {
    const fit = elbowFit(
      places,
      places.map((x) => 0.05 + 0.02 * Math.max(0, x - 3.25)),
    );
    expect(fit.elbow).toBeCloseTo(3.25, 1);
    expect(fit.floor).toBeCloseTo(0.05, 4);
    expect(fit.slope).toBeCloseTo(0.02, 4);
    expect(fit.rSquaredAbove).toBeCloseTo(1, 4);
    expect(fit.pointsAbove).toBe(14);
  });

  it('lies at the start of a straight line', () => {
    expect(elbowFit(places, places).elbow).toBe(0);
    expect(() => elbowFit([1, 2], [1, 2])).toThrow(/four points/);
  });
});
