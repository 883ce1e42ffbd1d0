import { randomStream } from '@oblique/random';
import { NATURAL_SCENES, scene, type SceneOptions } from '@oblique/scenes';
import { describe, expect, it } from 'vitest';
import { edgeOrientations } from './edgeOrientations.js';
import { LAB_HUE_BIN_CENTRES_DEG } from './labHue.js';
import { HUE_BIN_CENTRES_DEG, hueCounts } from './hueCounts.js';
import { ImageStatistics, type ImageStatisticsResult } from './imageStatistics.js';
import { ORIENTATION_BIN_CENTRES_DEG, orientationEnergy } from './orientationEnergy.js';
import { powerSpectrum } from './powerSpectrum.js';
import type { RgbImage } from './rgbImage.js';
import { fitTwoPeaks } from './twoPeakedFit.js';

function imageOf(
  size: number,
  colour: (x: number, y: number) => readonly [number, number, number],
): RgbImage {
  const pixels = new Uint8Array(size * size * 3);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) pixels.set(colour(x, y), (y * size + x) * 3);
  }
  return { pixels, width: size, height: size };
}

function greyImage(size: number, value: (x: number, y: number) => number): RgbImage {
  return imageOf(size, (x, y) => {
    const byte = Math.round(value(x, y));
    return [byte, byte, byte];
  });
}

/** Bars of an orientation: 0° horizontal, 45° "/". */
function grating(orientationDeg: number, cyclesPerPixel: number, size = 64): RgbImage {
  const angle = (orientationDeg * Math.PI) / 180;
  return greyImage(
    size,
    (x, y) =>
      128 + 100 * Math.cos(2 * Math.PI * cyclesPerPixel * (x * Math.sin(angle) + y * Math.cos(angle))),
  );
}

const largest = (values: Float64Array): number => values.indexOf(Math.max(...values));

describe('orientation energy', () => {
  it.each([0.03, 0.1, 0.25])('of gratings of %d cycles a pixel lies at their orientation', (frequency) => {
    for (const orientation of [0, 20, 45, 70, 90, 115, 135, 175]) {
      const energy = orientationEnergy(grating(orientation, frequency));
      const bin = largest(energy);
      expect(ORIENTATION_BIN_CENTRES_DEG[bin]).toBe(orientation);
      expect((energy[bin] ?? 0) / energy.reduce((sum, value) => sum + value, 0)).toBeGreaterThan(0.95);
    }
  });

  it('is equal for gratings of all orientations', () => {
    const total = (orientation: number): number =>
      orientationEnergy(grating(orientation, 0.15)).reduce((sum, value) => sum + value, 0);
    for (const orientation of [15, 30, 45, 60, 90, 150])
      expect(total(orientation) / total(0)).toBeCloseTo(1, 1);
  });

  it('is none in images that are smaller than the filter', () => {
    expect(new Set(orientationEnergy(greyImage(8, (x) => 30 * x)))).toEqual(new Set([0]));
  });
});

describe('edges as Girshick et al. select them', () => {
  it.each([0, 20, 45, 90, 135, 160])(
    'of a grating of %d° lie at its orientation, at every scale',
    (orientation) => {
      // A period of 16 pixels is one of 4 at the coarsest scale.
      for (const counts of edgeOrientations(grating(orientation, 1 / 16, 160))) {
        const near = counts.reduce((sum, count, bin) => {
          const apart = Math.abs(((((5 * bin - orientation) % 180) + 270) % 180) - 90);
          return apart <= 5 ? sum + count : sum;
        }, 0);
        expect(near).toBeGreaterThan(20);
        expect(near / counts.reduce((sum, value) => sum + value, 0)).toBeGreaterThan(0.97);
      }
    },
  );

  it('leave out pixels of two orientations, whatever their energy', () => {
    const plaid = greyImage(
      64,
      (x, y) => 128 + 60 * Math.cos((2 * Math.PI * x) / 5) + 60 * Math.cos((2 * Math.PI * y) / 5),
    );
    const total = (image: RgbImage): number =>
      edgeOrientations(image)[0]?.reduce((sum, value) => sum + value, 0) ?? NaN;
    expect(total(plaid) / total(grating(0, 1 / 5))).toBeLessThan(0.1);
  });

  it('are none where an image is too small for a scale', () => {
    const [fine, , coarse] = edgeOrientations(greyImage(20, (x) => 10 * x));
    expect(Math.max(...(fine ?? []))).toBeGreaterThan(0);
    expect(new Set(coarse)).toEqual(new Set([0]));
  });
});

describe('orientation by octave', () => {
  it.each([
    [0.35, 0],
    [0.18, 1],
    [0.09, 2],
    [0.045, 3],
  ])('of gratings of %d cycles a pixel is in octave %d, at their orientation', (frequency, octave) => {
    for (const orientation of [0, 45, 90, 120]) {
      const { bands } = powerSpectrum(grating(orientation, frequency), 64);
      const sums = bands.map((band) => band.reduce((sum, value) => sum + value, 0));
      expect(sums.indexOf(Math.max(...sums))).toBe(octave);
      const found = 5 * largest(bands[octave] ?? new Float64Array());
      // At 64 pixels the lowest octave has few orientations.
      expect(Math.abs(((((found - orientation) % 180) + 270) % 180) - 90)).toBeLessThanOrEqual(
        octave === 3 ? 15 : 5,
      );
    }
  });

  it('of white noise is nearly flat', () => {
    const statistics = new ImageStatistics(64);
    const random = randomStream(0, 'white noise');
    for (let index = 0; index < 40; index++) statistics.add(greyImage(64, () => 255 * random.uniform()));
    const [highest = new Float64Array()] = statistics.result().bandOrientationShare;
    expect(Math.max(...highest) * 36).toBeLessThan(1.25);
    expect(Math.min(...highest) * 36).toBeGreaterThan(0.75);
  });
});

describe('hue counts', () => {
  it.each<[number, [number, number, number]]>([
    [0, [255, 0, 0]],
    [30, [255, 127, 0]],
    [60, [200, 200, 0]],
    [120, [0, 200, 0]],
    [210, [0, 127, 255]],
    [240, [60, 60, 200]],
    [300, [255, 0, 255]],
    [355, [240, 0, 20]],
  ])('of %d° count it', (hueDeg, colour) => {
    const counts = hueCounts(imageOf(4, () => colour)).coarse;
    expect(HUE_BIN_CENTRES_DEG[largest(counts)]).toBe(hueDeg);
    expect(counts.reduce((sum, value) => sum + value, 0)).toBe(16);
  });

  it('leave pale and dark pixels out', () => {
    for (const colour of [
      [255, 130, 130],
      [120, 0, 0],
      [99, 99, 99],
    ] as const) {
      expect(new Set(hueCounts(imageOf(2, () => colour)).coarse)).toEqual(new Set([0]));
    }
  });
});

describe('hue counts of 1°', () => {
  const counted = (...colour: [number, number, number]) => hueCounts(imageOf(1, () => colour));

  it('begin at whole degrees and take in less saturated pixels as the authors do', () => {
    // colorsys.rgb_to_hsv: (255, 128, 26) 26.7°, 0.90; (255, 200, 200) 0°, 0.22; (255, 0, 4) 359.06°
    expect(largest(counted(255, 128, 26).text)).toBe(26);
    expect(largest(counted(255, 0, 4).code)).toBe(359);
    const pale = counted(255, 200, 200);
    expect(Math.max(...pale.text)).toBe(0);
    expect(pale.code[0]).toBe(1);
    expect(Math.max(...counted(120, 0, 0).code, ...counted(99, 99, 99).code)).toBe(0);
  });

  it("have CIELAB's hues beside them", () => {
    // skimage.color.rgb2lab: pure red 40.0°, green 136.0°, blue 306.3°
    expect(LAB_HUE_BIN_CENTRES_DEG[largest(counted(255, 0, 0).lab)]).toBe(40);
    expect(LAB_HUE_BIN_CENTRES_DEG[largest(counted(0, 255, 0).lab)]).toBe(135);
    expect(LAB_HUE_BIN_CENTRES_DEG[largest(counted(0, 0, 255).lab)]).toBe(305);
    expect(Math.max(...counted(128, 128, 128).lab)).toBe(0);
  });
});

it('contrast is the standard deviation over the mean, averaged over images', () => {
  const statistics = new ImageStatistics(2);
  statistics.add(imageOf(4, (x) => (x % 2 === 0 ? [255, 255, 255] : [0, 0, 0])));
  statistics.add(imageOf(4, () => [90, 90, 90]));
  const other = new ImageStatistics(2);
  other.add(imageOf(4, (x) => (x % 2 === 0 ? [150, 150, 150] : [50, 50, 50])));
  statistics.merge(other);
  expect(statistics.result().contrast).toBeCloseTo((1 + 0 + 0.5) / 3, 6);
});

describe('the spectrum', () => {
  /** A sum of waves of all orientations, log-uniform in frequency, amplitude^2 ~ f ^ (2 − 2 exponent). */
  function field(exponent: number, index: number): RgbImage {
    const random = randomStream(1, 'field', index);
    const waves = Array.from({ length: 80 }, () => {
      const frequency = 0.45 * 2 ** (-7 * random.uniform());
      const angle = 2 * Math.PI * random.uniform();
      const phase = 2 * Math.PI * random.uniform();
      return { frequency, angle, phase, amplitude: frequency ** (1 - exponent) };
    });
    const power = waves.reduce((sum, { amplitude }) => sum + amplitude ** 2 / 2, 0);
    return greyImage(64, (x, y) => {
      const sum = waves.reduce(
        (total, { frequency, angle, phase, amplitude }) =>
          total +
          amplitude * Math.cos(2 * Math.PI * frequency * (x * Math.cos(angle) + y * Math.sin(angle)) + phase),
        0,
      );
      return Math.min(255, Math.max(0, 128 + (30 * sum) / Math.sqrt(power)));
    });
  }

  it.each([0, 0.5, 1, 1.5])('of fields whose amplitude falls with exponent %d shows it', (exponent) => {
    const statistics = new ImageStatistics(64);
    for (let index = 0; index < 30; index++) statistics.add(field(exponent, index));
    expect(Math.abs(statistics.result().amplitudeExponent + exponent)).toBeLessThan(0.12);
  });

  it('cannot be told of images without any structure', () => {
    const statistics = new ImageStatistics(32);
    statistics.add(greyImage(32, () => 100));
    expect(statistics.result().amplitudeExponent).toBeNaN();
  });
});

describe('a fit of two peaks', () => {
  it.each([
    [0, 0.7, 180],
    [20, 2, 180],
    [30, 1, 360],
  ])('finds peak %d° and concentration %d', (peakDeg, concentration, periodDeg) => {
    const bins = 72;
    const shares = Array.from({ length: bins }, (_, bin) => {
      // Over the width of the bin.
      const parts = Array.from(
        { length: 50 },
        (_, part) => ((bin + (part + 0.5) / 50 - 0.5) * periodDeg) / bins,
      );
      return parts.reduce(
        (sum, angle) =>
          sum + Math.exp(concentration * Math.cos((4 * Math.PI * (angle - peakDeg)) / periodDeg)) / 50,
        0,
      );
    });
    const fit = fitTwoPeaks(shares, periodDeg);
    expect(Math.abs(Math.sin((2 * Math.PI * (fit.peakDeg - peakDeg)) / periodDeg))).toBeLessThan(1e-6);
    expect(fit.concentration).toBeCloseTo(concentration, 3);
  });
});

describe('what the dials of scenes are set to is read back', () => {
  const COUNT = 1000;
  function measured(change: Partial<SceneOptions>, count = COUNT): ImageStatisticsResult {
    const options = { ...NATURAL_SCENES, ...change };
    const statistics = new ImageStatistics(32);
    for (let index = 0; index < count; index++) {
      statistics.add({ pixels: scene(options, index).pixels, width: 32, height: 32 });
    }
    return statistics.result();
  }
  const apart = (a: number, b: number, period: number): number =>
    Math.abs(((((a - b) % period) + 1.5 * period) % period) - period / 2);

  it('orientation: its peak, and at no concentration no orientation more', () => {
    const fits = [0, 22.5, 45].map((peakDeg) => {
      const { orientationShare } = measured({ orientation: { concentration: 0.7, peakDeg } });
      const fit = fitTwoPeaks(orientationShare, 180);
      expect(apart(fit.peakDeg, peakDeg, 90)).toBeLessThan(2.5);
      return fit.concentration;
    });
    // Ends of stripes, round edges and crossings spread what is dialled: about half of it is left, in every world alike.
    for (const concentration of fits) expect(Math.abs(concentration - 0.37)).toBeLessThan(0.06);
    const { orientationShare } = measured({ orientation: { concentration: 0, peakDeg: 0 } });
    expect(fitTwoPeaks(orientationShare, 180).concentration).toBeLessThan(0.08);
  });

  it('orientation: the more concentrated, the more it is measured to be', () => {
    const concentrations = [0.35, 0.7, 1.4, 3].map(
      (concentration) =>
        fitTwoPeaks(measured({ orientation: { concentration, peakDeg: 0 } }, 600).orientationShare, 180)
          .concentration,
    );
    expect(concentrations).toEqual([...concentrations].sort((a, b) => a - b));
  });

  it('hue: its peaks and concentration', () => {
    for (const hue of [
      { concentration: 1, peakDeg: 30 },
      { concentration: 2, peakDeg: 120 },
    ]) {
      const fit = fitTwoPeaks(measured({ hue }, 800).hueShare, 360);
      expect(apart(fit.peakDeg, hue.peakDeg, 180)).toBeLessThan(3);
      expect(Math.abs(fit.concentration - hue.concentration)).toBeLessThan(0.2);
    }
  });

  it.each([0.5, 1, 1.5, 2])('frequency: exponent %d', (exponent) => {
    expect(Math.abs(measured({ frequency: { exponent } }, 500).amplitudeExponent + exponent)).toBeLessThan(
      0.2,
    );
  });

  it('in parts that are merged', () => {
    const [whole, first, second] = [
      new ImageStatistics(32),
      new ImageStatistics(32),
      new ImageStatistics(32),
    ];
    for (let index = 0; index < 10; index++) {
      const image = { pixels: scene(NATURAL_SCENES, index).pixels, width: 32, height: 32 };
      whole.add(image);
      (index % 3 === 0 ? first : second).add(image);
    }
    first.merge(second);
    // Also that of scales and octaves, which are lists of arrays.
    const numbers = (value: unknown): number[] =>
      typeof value === 'number'
        ? [value]
        : Array.from(value instanceof Float64Array || Array.isArray(value) ? value : []).flatMap(numbers);
    const merged = first.result();
    const total = whole.result();
    expect(numbers(Object.values(total)).length).toBeGreaterThan(1000);
    numbers(Object.values(total)).forEach((value, index) => {
      expect(numbers(Object.values(merged))[index]).toBeCloseTo(value, 10);
    });
    expect(() => {
      first.merge(new ImageStatistics(64));
    }).toThrow(RangeError);
  });
});
