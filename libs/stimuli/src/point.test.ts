import { describe, expect, it } from 'vitest';
import { compileStimulus } from './compileStimulus.js';
import { FAMILIES, findFamily } from './families.js';
import { gabor } from './gabor.js';
import { defaultGrids, gridPoints, lazyGridPoints } from './grid.js';
import { hue } from './hue.js';
import { checkStretchable, completePoint, stimulusFeeds } from './point.js';

describe('points', () => {
  it('take defaults, and go to programs in radians, cycles/pixel and pixels', () => {
    expect(completePoint(gabor, { phase: 90 })).toEqual({
      orientation: 0,
      frequency: 0.02,
      phase: 90,
      sigma: 50,
      contrast: 1,
    });
    const feeds = stimulusFeeds(gabor, [{ orientation: 180 }, { frequency: 0.1, phase: -90 }]);
    expect(Object.keys(feeds)).toEqual(gabor.parameters.map(({ programInput }) => programInput));
    expect(feeds['orientation_rad']).toEqual({
      dtype: 'float64',
      shape: [2],
      data: Float64Array.of(Math.PI, 0),
    });
    expect(feeds['phase_rad']?.data).toEqual(Float64Array.of(0, -Math.PI / 2));
    expect(feeds['frequency_cycles_per_pixel']?.data).toEqual(Float64Array.of(0.02, 0.1));
    expect(feeds['sigma_pixels']?.data).toEqual(Float64Array.of(50, 50));
  });

  it('refuse names that are not known, and say which are near', () => {
    expect(() => findFamily('gobor')).toThrow(
      /no stimulus family "gobor"\. Did you mean "gabor"\? Known are: gabor, grating, hue\./,
    );
    expect(() => completePoint(gabor, { orientaton: 3 })).toThrow(
      /gabor has no parameter "orientaton"\. Did you mean "orientation"\? Known are: orientation, frequency, phase, sigma, contrast\./,
    );
    expect(() => completePoint(gabor, { x: 3 })).toThrow(/has no parameter "x"\. Known are/);
    expect(() => completePoint(hue, { toString: 3 })).toThrow(/has no parameter "toString"/);
    expect(() => findFamily('g'.repeat(10_000))).toThrow(/^.{1,200}$/);
  });

  it('refuse numbers that are not finite or out of range, and say what is allowed', () => {
    expect(() => completePoint(gabor, { sigma: -3 })).toThrow(
      'gabor: sigma = -3 pixel is out of range; allowed is 0.5 to 1000000 pixel.',
    );
    expect(() => completePoint(gabor, { frequency: NaN })).toThrow(
      'gabor: frequency = NaN cycle/pixel is not a finite number; allowed is 0 to 0.5 cycle/pixel.',
    );
    expect(() => completePoint(gabor, { phase: Infinity })).toThrow(/Infinity degree is not a finite number/);
    expect(() => completePoint(hue, { hue: 361 })).toThrow(
      /361 degree is out of range; .* It repeats every 360 degree\./,
    );
    expect(() => completePoint(hue, { value: 1.01 })).toThrow(
      'hue: value = 1.01 is out of range; allowed is 0 to 1.',
    );
  });

  it('refuse to stretch an image without contrast', () => {
    expect(() => {
      checkStretchable(gabor, 'minmax', completePoint(gabor, { contrast: 0 }));
    }).toThrow(/contrast = 0 is one grey everywhere/);
    expect(() => {
      checkStretchable(gabor, 'minmax', completePoint(gabor, { frequency: 0, phase: -90 }));
    }).toThrow(/one grey/);
    checkStretchable(gabor, 'minmax', completePoint(gabor, { phase: -90 }));
    checkStretchable(gabor, 'none', completePoint(gabor, { contrast: 0 }));
  });
});

describe('grids', () => {
  it('hold all combinations, the last axis fastest', () => {
    const points = gridPoints(gabor, { sigma: 20 }, [
      { parameter: 'orientation', values: [0, 90] },
      { parameter: 'phase', values: [0, 120, 240] },
    ]);
    expect(points.map(({ orientation, phase }) => [orientation, phase])).toEqual([
      [0, 0],
      [0, 120],
      [0, 240],
      [90, 0],
      [90, 120],
      [90, 240],
    ]);
    expect(points.every(({ sigma }) => sigma === 20)).toBe(true);
    expect(() => lazyGridPoints(hue, {}, []).at(1)).toThrow(/points 0 to 0, not 1/);
    expect(gridPoints(hue, {}, [])).toEqual([{ hue: 0, saturation: 1, value: 1 }]);
  });

  it('are refused when empty, repeated, too large or out of range, before any point is made', () => {
    const axis = (parameter: string, values: number[]) => ({ parameter, values });
    expect(() => gridPoints(gabor, {}, [axis('phase', [])])).toThrow(/axis phase has no values/);
    expect(() => gridPoints(gabor, {}, [axis('phase', [1]), axis('phase', [2])])).toThrow(/axis phase twice/);
    expect(() => gridPoints(gabor, { phase: 1 }, [axis('phase', [1])])).toThrow(
      /phase has a fixed value and an axis/,
    );
    expect(() => gridPoints(gabor, {}, [axis('contrast', [0.5, NaN])])).toThrow(/contrast = NaN/);
    const many = Array.from({ length: 1000 }, (_, index) => index / 1000);
    expect(() =>
      gridPoints(gabor, {}, [axis('phase', many), axis('orientation', many), axis('contrast', many)], 5000),
    ).toThrow(
      '1000 (phase) × 1000 (orientation) × 1000 (contrast) = 1000000000 points; at most 5000 are allowed.',
    );
  });

  it('sweep every parameter of every family within its range', () => {
    for (const family of FAMILIES) {
      const grids = defaultGrids(family);
      expect(grids.map(({ parameter }) => parameter)).toEqual(family.parameters.map(({ name }) => name));
      for (const grid of grids) expect(gridPoints(family, {}, [grid]).length).toBeGreaterThan(4);
      expect(completePoint(family, {})).toEqual(
        Object.fromEntries(family.parameters.map(({ name, default: value }) => [name, value])),
      );
    }
  });
});

describe('compileStimulus', () => {
  it('refuses sizes that are not whole or absurd, and stretches that the family does not offer', () => {
    for (const widthPixels of [0, -1, 1.5, NaN, Infinity, 1e9]) {
      expect(() => compileStimulus({ family: 'gabor', widthPixels, heightPixels: 8 })).toThrow(
        `width = ${widthPixels} pixels is not possible; allowed are whole numbers from 1 to 4096.`,
      );
    }
    expect(() =>
      compileStimulus({ family: 'hue', widthPixels: 8, heightPixels: 8, stretch: 'minmax' }),
    ).toThrow(/hue cannot be stretched/);
  });
});
