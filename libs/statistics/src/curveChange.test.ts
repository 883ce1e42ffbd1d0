import { randomStream } from '@oblique/random';
import { describe, expect, it } from 'vitest';
import { circularShift, nearestTurn } from './circularShift.js';
import { curveDifference } from './curveDifference.js';
import { overSeeds } from './overSeeds.js';
import { logWindowRatio } from './windowContrast.js';

const ANGLES = Array.from({ length: 24 }, (_, index) => index * 7.5);
const CONFIDENCE = 0.95;

/** Peaks at the cardinals, a little higher at 90: its period is 180 degrees. */
const preference = (angleDeg: number): number =>
  1 + 0.5 * Math.cos(radians(4 * angleDeg)) - 0.2 * Math.cos(radians(2 * angleDeg));

const noisy = (seed: number, of: (angleDeg: number) => number): number[] => {
  const stream = randomStream(seed, 'test curves');
  return ANGLES.map((angle) => of(angle) + 0.02 * stream.normal());
};

describe('overSeeds', () => {
  it('is the mean with Student’s interval', () => {
    // t(0.975, 3) = 3.182446; the standard deviation of 1, 2, 3, 4 is 1.290994.
    const { estimate, interval } = overSeeds([1, 2, 3, 4], CONFIDENCE);
    expect(estimate).toBe(2.5);
    expect(interval.high).toBeCloseTo(2.5 + (3.182446 * 1.290994) / 2, 5);
    expect(interval.low).toBeCloseTo(2.5 - (3.182446 * 1.290994) / 2, 5);
  });

  it('has no interval for one seed, and refuses none', () => {
    expect(overSeeds([3], CONFIDENCE)).toEqual({
      estimate: 3,
      interval: { low: NaN, high: NaN, confidence: CONFIDENCE },
    });
    expect(() => overSeeds([], CONFIDENCE)).toThrow(/no values/);
  });
});

describe('circularShift', () => {
  it.each([0, 11, 22.5, 45, 97.25, 170])('finds a pure shift of %f degrees', (shiftDeg) => {
    const first = [1, 2, 3].map((seed) => noisy(seed, preference));
    const second = [4, 5, 6].map((seed) => noisy(seed, (angle) => preference(angle - shiftDeg)));
    const found = circularShift(first, second, 180, CONFIDENCE);
    expect(Math.abs(nearestTurn(found.shiftDeg, shiftDeg, 180) - shiftDeg)).toBeLessThan(2);
    expect(found.interval.low).toBeLessThanOrEqual(found.shiftDeg);
    expect(found.interval.high - found.interval.low).toBeLessThan(12);
    expect(found.explained).toBeGreaterThan(0.98);
    if (shiftDeg === 45) expect(found.explainedUnshifted).toBeLessThan(-1);
  });

  it('explains only a part of a curve that keeps a preference of its own', () => {
    const architecture = (angle: number): number => 0.4 * Math.cos(radians(4 * angle));
    const turned = (angle: number): number => preference(angle - 45) + architecture(angle);
    const [first, second] = [preference, turned].map((of) => [ANGLES.map(of)]);
    const { explained, interval } = circularShift(first ?? [], second ?? [], 180, CONFIDENCE);
    expect(explained).toBeLessThan(0.9);
    expect(interval.low).toBeNaN();
  });

  it('says that any shift will do where seeds do not agree', () => {
    const turned = [0, 60, 120].map((shift) => noisy(shift, (angle) => preference(angle - shift)));
    const same = [1, 2, 3].map((seed) => noisy(seed, preference));
    const { interval } = circularShift(same, turned, 180, CONFIDENCE);
    expect(interval.high - interval.low).toBe(180);
  });

  it('refuses curves that are not of the same seeds and angles', () => {
    expect(() => circularShift([[1, 2, 3]], [], 180, CONFIDENCE)).toThrow(/same seeds/);
    expect(() => circularShift([], [], 180, CONFIDENCE)).toThrow(/at least one seed/);
  });
});

describe('curveDifference', () => {
  it('is paired by seed: what seeds have in common does not widen the interval', () => {
    const first = [0, 10, 20].map((offset) => [offset, offset + 1]);
    const second = [1, 11, 21].map((offset) => [offset, offset + 4]);
    const [here, there] = curveDifference(first, second, CONFIDENCE);
    expect(here).toEqual({ estimate: 1, interval: { low: 1, high: 1, confidence: CONFIDENCE } });
    expect(there?.estimate).toBe(4);
    expect(() => curveDifference(first, [[1, 2]], CONFIDENCE)).toThrow(/numbers differ/);
  });
});

describe('logWindowRatio', () => {
  const cardinal = { anglesDeg: ANGLES, periodDeg: 180, centresDeg: [0, 90], againstDeg: [45, 135] };

  it('is the logarithm of the ratio of the windows’ means', () => {
    const curve = ANGLES.map((angle) => (angle % 45 === 0 ? (angle % 90 === 0 ? 6 : 2) : 3));
    expect(logWindowRatio(curve, { ...cardinal, halfWidthDeg: 0 })).toBeCloseTo(Math.log(3), 12);
    // Each window of ±7.5° holds two neighbours; that about 0° reaches round the circle.
    expect(logWindowRatio(curve, { ...cardinal, halfWidthDeg: 7.5 })).toBeCloseTo(Math.log(4 / (8 / 3)), 12);
  });

  it('refuses windows without angles', () => {
    expect(() => logWindowRatio([1, 1], { ...cardinal, anglesDeg: [20, 110], halfWidthDeg: 5 })).toThrow(
      /within ±5° of 0° or 90°/,
    );
  });
});

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
