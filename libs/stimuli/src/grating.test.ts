import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileStimulus } from './compileStimulus.js';
import { grating } from './grating.js';
import { canonicalPoint } from './point.js';
import { render } from './testing/render.js';

interface Grating extends Record<string, number> {
  orientation: number;
  frequency: number;
  phase: number;
  radius: number;
}

/** The formula, pixel by pixel. */
function expected(width: number, height: number, p: Grating): Float64Array {
  const across = (-p.orientation * Math.PI) / 180 - Math.PI / 2;
  return Float64Array.from({ length: width * height }, (_, index) => {
    const [column, row] = [index % width, Math.floor(index / width)];
    const u = (column - (width - 1) / 2) * Math.cos(across) + (row - (height - 1) / 2) * Math.sin(across);
    const z = (p.radius - Math.hypot(column - width / 2, row - height / 2)) / 2;
    const inside = 1 / (1 + Math.exp(-Math.sqrt(8 / Math.PI) * (z + 0.044715 * z ** 3)));
    return inside * Math.cos(2 * Math.PI * p.frequency * u + (p.phase * Math.PI) / 180);
  });
}

/** The authors' vertical bars, turned by 180° for orientation 90°, in a disc convolved with a Gaussian. */
function authors(phaseRad: number): Float64Array {
  const inDisc = (column: number, row: number): number =>
    Math.hypot(column - 32, row - 32) <= 30 && Math.min(column, row) >= 0 && Math.max(column, row) < 64
      ? 1
      : 0;
  const taps = Array.from({ length: 15 }, (_, index) => Math.exp(-((index - 7) ** 2) / 8));
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return Float64Array.from({ length: 64 * 64 }, (_, index) => {
    const [column, row] = [index % 64, Math.floor(index / 64)];
    let disc = 0;
    taps.forEach((a, i) => {
      taps.forEach((b, j) => {
        disc += ((a * b) / sum ** 2) * inDisc(column + i - 7, row + j - 7);
      });
    });
    return disc * Math.cos((10 * 3.14159 * (63 - column)) / 63 + phaseRad);
  });
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce(
    (largest, value, index) => Math.max(largest, Math.abs(value - (b[index] ?? NaN))),
    0,
  );
}

const points = fc.record({
  orientation: fc.double({ min: -360, max: 360, noNaN: true }),
  frequency: fc.double({ min: 0, max: 0.5, noNaN: true }),
  phase: fc.double({ min: -360, max: 360, noNaN: true }),
  radius: fc.double({ min: 1, max: 1e4, noNaN: true }),
});
const sizes = fc.record({
  widthPixels: fc.integer({ min: 1, max: 40 }),
  heightPixels: fc.integer({ min: 1, max: 40 }),
});

describe('grating', () => {
  it('is the formula, equal in three channels, at any size and point', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.array(points, { minLength: 1, maxLength: 5 }), async (size, batch) => {
        const { data, shape } = await render(compileStimulus({ family: 'grating', ...size }), grating, batch);
        expect(shape).toEqual([batch.length, 3, size.heightPixels, size.widthPixels]);
        const pixels = size.widthPixels * size.heightPixels;
        batch.forEach((point, index) => {
          const truth = expected(size.widthPixels, size.heightPixels, point);
          for (let channel = 0; channel < 3; channel++) {
            const start = (index * 3 + channel) * pixels;
            expect(largestDifference(data.subarray(start, start + pixels), truth)).toBeLessThan(1e-7);
          }
        });
      }),
      { numRuns: 60 },
    );
  });

  it("is the authors' stimulus by default, but for the disc's rim, whose pixels they cannot place more finely", async () => {
    const program = compileStimulus({ family: grating, widthPixels: 64, heightPixels: 64 });
    for (const phase of [0, 40, 130]) {
      const { data } = await render(program, grating, [{ orientation: 90, phase: phase + 180 }]);
      const theirs = authors((phase * Math.PI) / 180);
      expect(largestDifference(data.subarray(0, 64 * 64), theirs)).toBeLessThan(0.065);
      const inner = (values: ArrayLike<number>): number[] =>
        Array.from(values).filter(
          (_, index) => Math.hypot((index % 64) - 32, Math.floor(index / 64) - 32) < 22,
        );
      expect(largestDifference(inner(data.subarray(0, 64 * 64)), inner(theirs))).toBeLessThan(5e-4);
    }
  });

  it('is 0 far outside the disc, however large the image', async () => {
    const program = compileStimulus({ family: grating, widthPixels: 600, heightPixels: 2 });
    const { data } = await render(program, grating, [{ radius: 5 }]);
    expect(data.slice(0, 250).every((value) => value === 0)).toBe(true);
  });

  it('gives identical images at a point and at its representative', async () => {
    const program = compileStimulus({ family: grating, widthPixels: 31, heightPixels: 24 });
    await fc.assert(
      fc.asyncProperty(points, async (point) => {
        const representative = canonicalPoint(grating, point);
        expect(representative['orientation']).toBeGreaterThanOrEqual(0);
        expect(representative['orientation']).toBeLessThan(180);
        expect(canonicalPoint(grating, representative)).toEqual(representative);
        const { data } = await render(program, grating, [point, representative]);
        const half = data.length / 2;
        expect(largestDifference(data.subarray(0, half), data.subarray(half))).toBeLessThan(1e-7);
      }),
      { numRuns: 60 },
    );
  });
});
