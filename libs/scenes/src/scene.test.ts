import { describe, expect, it } from 'vitest';
import { SCENE_CLASSES } from './sceneClasses.js';
import { checkSceneOptions, NATURAL_SCENES, SceneOptionsError, type SceneOptions } from './sceneOptions.js';
import { scene } from './scene.js';

const COUNT = 2000;
const natural = Array.from({ length: COUNT }, (_, index) => scene(NATURAL_SCENES, index));

/** The mean of e^(i n angle) over scenes, its length. */
function moment(angles: readonly number[], fold: number): number {
  const cosine = angles.reduce((sum, angle) => sum + Math.cos(fold * angle), 0);
  const sine = angles.reduce((sum, angle) => sum + Math.sin(fold * angle), 0);
  return Math.hypot(cosine, sine) / angles.length;
}

describe('scene', () => {
  it('is a function of dials and index, in any order', () => {
    for (const index of [7, 1999, 0]) expect(scene(NATURAL_SCENES, index)).toEqual(natural[index]);
    expect(scene({ ...NATURAL_SCENES, seed: 1 }, 0).pixels).not.toEqual(natural[0]?.pixels);
    expect(natural[0]?.pixels).not.toEqual(natural[10]?.pixels);
  });

  it('has classes of equal number', () => {
    const counts = SCENE_CLASSES.map(
      (_, index) => natural.filter(({ classIndex }) => classIndex === index).length,
    );
    expect(new Set(counts)).toEqual(new Set([COUNT / SCENE_CLASSES.length]));
  });

  it('draws orientation and hue of objects from the priors, in every class alike', () => {
    // First circular moments of von Mises distributions, I1/I0: of concentration 0.7 and 1.
    const expected = { orientation: 0.330136, hue: 0.446398 };
    // Four standard errors of a mean of 200.
    const tolerance = 4 / Math.sqrt(2 * 200);
    for (const index of SCENE_CLASSES.keys()) {
      const members = natural.filter(({ classIndex }) => classIndex === index);
      const orientations = members.map(({ objectOrientationRad }) => objectOrientationRad);
      const hues = members.map(({ objectHueRad }) => objectHueRad);
      expect(Math.abs(moment(orientations, 4) - expected.orientation)).toBeLessThan(tolerance);
      expect(moment(orientations, 2)).toBeLessThan(tolerance);
      expect(Math.abs(moment(hues, 2) - expected.hue)).toBeLessThan(tolerance);
      expect(moment(hues, 1)).toBeLessThan(tolerance);
    }
    // Independent of each other: neither the sum nor the difference of the phases is drawn to anything but their product.
    const joint = natural.map(
      ({ objectOrientationRad, objectHueRad }) => 4 * objectOrientationRad + 2 * objectHueRad,
    );
    expect(Math.abs(moment(joint, 1) - expected.orientation * expected.hue)).toBeLessThan(
      4 / Math.sqrt(2 * COUNT),
    );
  });

  it('is varied: every scene has light, dark and colour of its own', () => {
    const means = natural.map(({ pixels }) => pixels.reduce((sum, value) => sum + value, 0) / pixels.length);
    const mean = means.reduce((sum, value) => sum + value, 0) / COUNT;
    const spread = Math.sqrt(means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / COUNT);
    expect(mean).toBeGreaterThan(70);
    expect(mean).toBeLessThan(150);
    expect(spread).toBeGreaterThan(15);
  });

  it('takes any size', () => {
    for (const sizePixels of [8, 33, 96]) {
      const { pixels } = scene({ ...NATURAL_SCENES, sizePixels }, 3);
      expect(pixels).toHaveLength(sizePixels * sizePixels * 3);
      expect(new Set(pixels).size).toBeGreaterThan(20);
    }
  });
});

describe('dials that cannot be', () => {
  it.each<[string, Partial<SceneOptions>]>([
    ['count', { count: 0 }],
    ['seed', { seed: 0.5 }],
    ['sizePixels', { sizePixels: 7 }],
    ['orientation.concentration', { orientation: { concentration: -1, peakDeg: 0 } }],
    ['hue.peakDeg', { hue: { concentration: 1, peakDeg: NaN } }],
    ['frequency.exponent', { frequency: { exponent: 4 } }],
  ])('are refused by name: %s', (field, change) => {
    const check = (): void => {
      checkSceneOptions({ ...NATURAL_SCENES, ...change });
    };
    expect(check).toThrow(SceneOptionsError);
    expect(check).toThrow(
      expect.objectContaining({ field, message: expect.stringContaining('it must be') as string }),
    );
  });
});
