import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileStimulus } from './compileStimulus.js';
import { hue } from './hue.js';
import { canonicalPoint } from './point.js';
import { render } from './testing/render.js';

/** hue in degrees, saturation, value, and what Python 3's colorsys.hsv_to_rgb(hue / 360 % 1, saturation, value) gives. */
const COLORSYS = [
  [0, 1, 1, 1, 0.0, 0.0],
  [30, 1, 1, 1, 0.5, 0.0],
  [60, 1, 1, 1.0, 1, 0.0],
  [100, 0.5, 0.8, 0.5333333333333333, 0.8, 0.4],
  [120, 1, 1, 0.0, 1, 0.0],
  [185, 0.3, 0.6, 0.42, 0.5850000000000001, 0.6],
  [200, 0.9, 0.4, 0.039999999999999994, 0.27999999999999997, 0.4],
  [250, 0.7, 0.95, 0.395833333333333, 0.28500000000000003, 0.95],
  [300, 1, 1, 1, 0.0, 1.0],
  [359, 1, 0.5, 0.5, 0.0, 0.008333333333333304],
  [-20, 0.8, 0.9, 0.9, 0.17999999999999997, 0.42000000000000043],
  [405 - 360, 0.6, 0.7, 0.7, 0.595, 0.27999999999999997],
] as const;

/** The same colours by the form with max and min, which knows no sectors. */
function expected(degrees: number, saturation: number, value: number): number[] {
  return [5, 3, 1].map((n) => {
    const k = (((n + degrees / 60) % 6) + 6) % 6;
    return value * (1 - saturation * Math.max(0, Math.min(k, 4 - k, 1)));
  });
}

const points = fc.record({
  hue: fc.double({ min: -360, max: 360, noNaN: true }),
  saturation: fc.double({ min: 0, max: 1, noNaN: true }),
  value: fc.double({ min: 0, max: 1, noNaN: true }),
});

describe('hue', () => {
  it('has the colours of colorsys', async () => {
    const program = compileStimulus({ family: 'hue', widthPixels: 1, heightPixels: 1 });
    const batch = COLORSYS.map(([degrees, saturation, value]) => ({ hue: degrees, saturation, value }));
    const { data } = await render(program, hue, batch);
    COLORSYS.forEach(([, , , ...rgb], index) => {
      rgb.forEach((channel, c) => {
        expect(data[index * 3 + c]).toBeCloseTo(channel, 7);
      });
    });
  });

  it('is uniform and follows the formula at any point and size, and so does its representative', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        points,
        async (w, h, point) => {
          const program = compileStimulus({ family: 'hue', widthPixels: w, heightPixels: h });
          const representative = canonicalPoint(hue, point);
          expect(representative['hue']).toBeGreaterThanOrEqual(0);
          expect(representative['hue']).toBeLessThan(360);
          const { data, shape } = await render(program, hue, [point, representative]);
          expect(shape).toEqual([2, 3, h, w]);
          const rgb = expected(point.hue, point.saturation, point.value);
          data.forEach((value, index) => {
            const channel = Math.floor(index / (w * h)) % 3;
            expect(Math.abs(value - (rgb[channel] ?? NaN))).toBeLessThan(1e-7);
          });
        },
      ),
      { numRuns: 80 },
    );
  });

  it('joins without a gap at every boundary of the sectors, on both sides and after a turn', async () => {
    const program = compileStimulus({ family: 'hue', widthPixels: 1, heightPixels: 1 });
    const boundaries = Array.from({ length: 13 }, (_, index) => (index - 6) * 60);
    const batch = boundaries.flatMap((at) =>
      [at - 1e-10, at, at + 1e-10].map((degrees) => ({ hue: Math.max(-360, Math.min(360, degrees)) })),
    );
    const { data } = await render(program, hue, batch);
    batch.forEach(({ hue: degrees }, index) => {
      expected(degrees, 1, 1).forEach((channel, c) => {
        expect(data[index * 3 + c]).toBeCloseTo(channel, 7);
      });
    });
  });

  it('has one representative a turn', () => {
    const red = canonicalPoint(hue, {});
    expect(canonicalPoint(hue, { hue: 360 })).toEqual(red);
    expect(canonicalPoint(hue, { hue: -360 })).toEqual(red);
    expect(canonicalPoint(hue, { hue: -20 })).toEqual(canonicalPoint(hue, { hue: 340 }));
  });
});
