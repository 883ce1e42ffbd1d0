import { randomStream } from '@oblique/random';
import { describe, expect, it } from 'vitest';
import { circularCorrelation } from './circularCorrelation.js';
import { circularCrossCorrelation } from './circularCrossCorrelation.js';
import { matchPeaks } from './matchPeaks.js';
import { peaks } from './peaks.js';
import { smoothCircular } from './smoothCircular.js';

const HUES = Array.from({ length: 36 }, (_, index) => 10 * index);
const cos = (deg: number): number => Math.cos((deg * Math.PI) / 180);
const sin = (deg: number): number => Math.sin((deg * Math.PI) / 180);
const CURVE = HUES.map((x) => 2 + cos(x - 30) + 0.7 * cos(3 * x - 50) + 0.05 * sin(11 * x));
const OTHER = HUES.map((x) => 2 + 0.5 * cos(x - 90) + sin(2 * x));
const RESAMPLING = { resamples: 2000, seed: 0 };

describe('the correlation of curves over a circle', () => {
  it("is Pearson's, as scipy.stats.pearsonr has it", () => {
    expect(circularCorrelation(CURVE, OTHER, RESAMPLING).correlation).toBeCloseTo(0.18303234009578212, 12);
  });

  it('has a p-value that respects smoothness: of curves of one harmonic each, no correlation is rare', () => {
    // Two cosines of a whole turn correlate as the cosine of a uniform phase does: |r| > cos 20° in 40 of 180 cases.
    const { pValue, correlation } = circularCorrelation(
      HUES.map((x) => cos(x)),
      HUES.map((x) => cos(x - 20)),
      RESAMPLING,
    );
    expect(correlation).toBeCloseTo(cos(20), 12);
    expect(pValue).toBeGreaterThan(40 / 180 - 0.04);
    expect(pValue).toBeLessThan(40 / 180 + 0.04);
  });

  it('finds rough curves that are alike, and is as often below 5 % as it should for unrelated ones', () => {
    const rough = (index: number): number[] => {
      const random = randomStream(0, 'rough curves', index);
      const phases = [1, 2, 3, 5, 7, 8, 11, 13].map((h) => ({ h, phase: 360 * random.uniform() }));
      return HUES.map((x) => phases.reduce((sum, { h, phase }) => sum + cos(h * x + phase), 0));
    };
    expect(circularCorrelation(rough(1), rough(1), RESAMPLING).pValue).toBeLessThan(0.001);
    const below = Array.from(
      { length: 200 },
      (_, index) =>
        circularCorrelation(rough(2 * index + 3), rough(2 * index + 4), { resamples: 200, seed: index })
          .pValue,
    ).filter((pValue) => pValue < 0.05).length;
    expect(below).toBeLessThan(24);
  });

  it('refuses curves that have none', () => {
    expect(() => circularCorrelation([1, 1, 1, 1], [1, 2, 3, 4], RESAMPLING)).toThrow(/constant/);
    expect(() => circularCorrelation([1, 2, 3], [1, 2, 3], RESAMPLING)).toThrow(RangeError);
  });
});

it('cross-correlates at every turn, as numpy.corrcoef of numpy.roll does', () => {
  const found = circularCrossCorrelation(CURVE, OTHER, 360);
  expect(found.shiftDeg).toBe(60);
  expect(found.correlation).toBeCloseTo(0.36606468019156396, 12);
  const turned = [...CURVE.slice(-9), ...CURVE.slice(0, -9)];
  expect(circularCrossCorrelation(CURVE, turned, 360)).toMatchObject({ shiftDeg: 90 });
});

it('smooths around the circle, as scipy.ndimage.uniform_filter1d wraps', () => {
  const expected = [3.1757198085732425, 3.3908634526413204, 3.4774331935501706];
  const smooth = smoothCircular(CURVE, 10, 50);
  expected.forEach((value, index) => expect(smooth[index]).toBeCloseTo(value, 12));
  expect(() => smoothCircular(CURVE, 10, 5)).toThrow(RangeError);
});

describe('peaks', () => {
  it('are those of scipy.signal.find_peaks on three turns', () => {
    const found = peaks(CURVE, 10, { periodDeg: 360, prominence: 0.2 });
    expect(found.map(({ positionDeg }) => positionDeg)).toEqual([10, 130, 270]);
    [3.6444620863753396, 2.475454247999859, 2.0862311101832836].forEach((value, index) =>
      expect(found[index]?.value).toBeCloseTo(value, 12),
    );
    expect(peaks(CURVE, 10, { periodDeg: 360, prominence: 0.5617 })).toHaveLength(1);
  });

  it('lie in the middle of a flat top, also over the seam', () => {
    expect(peaks([5, 5, 1, 0, 1, 5], 60, { periodDeg: 360, prominence: 1 })).toEqual([
      { positionDeg: 0, value: 5 },
    ]);
    expect(() => peaks(CURVE, 5, { periodDeg: 360, prominence: 0 })).toThrow(/tile/);
  });

  it('are matched each once, nearest first, with what chance would match', () => {
    const { peaks: pairs, matched, chance } = matchPeaks([350, 40, 300], [5, 45, 200], 360, 20);
    expect(pairs.map(({ foundDeg }) => foundDeg)).toEqual([350, 40, 300]);
    [-15, -5, 100].forEach((offset, index) => expect(pairs[index]?.offsetDeg).toBeCloseTo(offset, 9));
    expect(matched).toBe(2);
    expect(chance).toBeGreaterThan(0.05);
    expect(chance).toBeLessThan(0.35);
    // One peak anywhere lies within 30° of one in a sixth of the cases.
    expect(matchPeaks([10], [10], 360, 30).chance).toBeCloseTo(1 / 6, 1);
    expect(matchPeaks([100], [10], 360, 30).chance).toBe(1);
  });
});
