import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileStimulus } from './compileStimulus.js';
import { gabor } from './gabor.js';
import { canonicalPoint } from './point.js';
import { render } from './testing/render.js';

interface Gabor extends Record<string, number> {
  orientation: number;
  frequency: number;
  phase: number;
  sigma: number;
  contrast: number;
}

/** The formula, pixel by pixel. */
function expected(width: number, height: number, p: Gabor): Float64Array {
  const radians = Math.PI / 180;
  const across = -p.orientation * radians - Math.PI / 2;
  return Float64Array.from({ length: width * height }, (_, index) => {
    const x = (index % width) - width / 2;
    const y = Math.floor(index / width) - height / 2;
    const u = x * Math.cos(across) + y * Math.sin(across);
    const window = Math.exp(-(x * x + y * y) / (2 * p.sigma ** 2));
    return p.contrast * window * Math.cos(2 * Math.PI * p.frequency * u + p.phase * radians);
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
  frequency: fc.double({ min: 0.001, max: 0.5, noNaN: true }),
  phase: fc.double({ min: -360, max: 360, noNaN: true }),
  sigma: fc.double({ min: 0.5, max: 1e4, noNaN: true }),
  contrast: fc.double({ min: 0.01, max: 1, noNaN: true }),
});
const sizes = fc.record({
  widthPixels: fc.integer({ min: 1, max: 40 }),
  heightPixels: fc.integer({ min: 1, max: 40 }),
});
const centred: Gabor = { orientation: 0, frequency: 0.02, phase: 0, sigma: 50, contrast: 1 };

describe('gabor', () => {
  it('is the formula, equal in three channels, at any size and point', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.array(points, { minLength: 1, maxLength: 5 }), async (size, batch) => {
        const images = await render(compileStimulus({ family: 'gabor', ...size }), gabor, batch);
        expect(images.shape).toEqual([batch.length, 3, size.heightPixels, size.widthPixels]);
        const pixels = size.widthPixels * size.heightPixels;
        batch.forEach((point, index) => {
          const truth = expected(size.widthPixels, size.heightPixels, point);
          for (let channel = 0; channel < 3; channel++) {
            const start = (index * 3 + channel) * pixels;
            expect(largestDifference(images.data.subarray(start, start + pixels), truth)).toBeLessThan(1e-7);
          }
        });
      }),
      { numRuns: 60 },
    );
  });

  it('is the formula at 224 × 224 with the defaults', async () => {
    const program = compileStimulus({ family: gabor, widthPixels: 224, heightPixels: 224 });
    const images = await render(program, gabor, [{}]);
    expect(largestDifference(images.data.subarray(0, 224 * 224), expected(224, 224, centred))).toBeLessThan(
      1e-7,
    );
    expect(images.data[112 * 224 + 112]).toBe(1);
  });

  it('has horizontal bars at 0°, / at 45°, vertical ones at 90° and \\ at 135°, and rows count downwards', async () => {
    const size = 65;
    const at = (row: number, column: number): number => row * size + column;
    // An odd size has its centre between pixels: x + 1/2 there. Steps along a bar leave the phase as it is.
    const along = { 0: [0, 8], 45: [-8, 8], 90: [8, 0], 135: [8, 8] };
    const program = compileStimulus({ family: gabor, widthPixels: size, heightPixels: size });
    for (const [orientation, [rows = NaN, columns = NaN]] of Object.entries(along)) {
      const { data } = await render(program, gabor, [
        { orientation: Number(orientation), sigma: 1e6, frequency: 0.05, phase: 20 },
      ]);
      const centre = data[at(32, 32)] ?? NaN;
      expect(data[at(32 + rows, 32 + columns)]).toBeCloseTo(centre, 6);
      expect(Math.abs((data[at(32 + columns, 32 - rows)] ?? NaN) - centre)).toBeGreaterThan(0.1);
    }
  });

  it('moves downwards at 0° as the phase grows, since u = −y', async () => {
    const program = compileStimulus({ family: gabor, widthPixels: 64, heightPixels: 64 });
    const { data } = await render(program, gabor, [{ phase: 36 }]);
    const column = Array.from({ length: 64 }, (_, row) => data[row * 64 + 32] ?? NaN);
    // cos(−2π · 0.02 · y + 36°) is largest at y = 5; the window pulls the largest pixel towards the centre a little.
    expect(column.indexOf(Math.max(...column)) - 32).toBeOneOf([4, 5]);
  });

  it('stretches each image to exactly [-1, 1]', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(points, { minLength: 1, maxLength: 4 }), async (batch) => {
        const size = { widthPixels: 33, heightPixels: 20 };
        const images = await render(
          compileStimulus({ family: gabor, ...size, stretch: 'minmax' }),
          gabor,
          batch,
        );
        batch.forEach((point, index) => {
          const truth = expected(33, 20, point);
          const low = Math.min(...truth);
          const high = Math.max(...truth);
          const image = images.data.subarray(index * 3 * 660, index * 3 * 660 + 660);
          expect(Math.min(...image)).toBe(-1);
          expect(Math.max(...image)).toBe(1);
          const stretched = truth.map((value) => (2 * (value - low)) / (high - low) - 1);
          // The stretch magnifies the rounding of the smallest images.
          expect(largestDifference(image, stretched)).toBeLessThan(1e-7 + 1e-14 / (high - low));
        });
      }),
      { numRuns: 40 },
    );
  });

  it('has grey at −0.061 when stretched at phase 0, as in the authors’ stimuli', async () => {
    const program = compileStimulus({
      family: gabor,
      widthPixels: 224,
      heightPixels: 224,
      stretch: 'minmax',
    });
    const { data } = await render(program, gabor, [{ phase: 0 }, { phase: 180 }]);
    expect(data[0]).toBeCloseTo(-0.061, 2);
    expect(data[3 * 224 * 224]).toBeCloseTo(0.061, 2);
  });

  it('gives identical images at a point and at its representative', async () => {
    const program = compileStimulus({ family: gabor, widthPixels: 31, heightPixels: 24 });
    await fc.assert(
      fc.asyncProperty(points, async (point) => {
        const representative = canonicalPoint(gabor, point);
        expect(representative['orientation']).toBeGreaterThanOrEqual(0);
        expect(representative['orientation']).toBeLessThan(180);
        expect(representative['phase']).toBeGreaterThanOrEqual(0);
        expect(representative['phase']).toBeLessThan(360);
        expect(canonicalPoint(gabor, representative)).toEqual(representative);
        const { data } = await render(program, gabor, [point, representative]);
        expect(
          largestDifference(data.subarray(0, data.length / 2), data.subarray(data.length / 2)),
        ).toBeLessThan(1e-7);
      }),
      { numRuns: 100 },
    );
  });

  it('has one representative for (θ, p), (θ + 180°, −p) and whole turns', () => {
    const representative = canonicalPoint(gabor, { orientation: 30, phase: 40 });
    expect(representative).toMatchObject({ orientation: 30, phase: 40 });
    for (const twin of [
      { orientation: 210, phase: -40 },
      { orientation: -150, phase: 320 },
      { orientation: 30, phase: -320 },
      { orientation: -330, phase: 40 },
    ]) {
      expect(canonicalPoint(gabor, twin)).toEqual(representative);
    }
    expect(canonicalPoint(gabor, { orientation: 30, phase: -40 })).not.toEqual(representative);
    expect(canonicalPoint(gabor, { orientation: 360, phase: -360 })).toEqual(canonicalPoint(gabor, {}));
  });

  it('counts 126 images, not 252, in a grid of 84 orientations over the full turn and 3 phases', () => {
    const keys = new Set<string>();
    for (let i = 0; i < 84; i++) {
      for (const phase of [-120, 0, 120]) {
        keys.add(JSON.stringify(canonicalPoint(gabor, { orientation: (360 * i) / 84, phase })));
      }
    }
    expect(keys.size).toBe(126);
  });
});
