import { float64 } from '@oblique/arrays';
import { canonicalAngle } from './canonicalAngle.js';
import { angle, quantity, spaced } from './parameter.js';
import type { StimulusFamily } from './stimulusFamily.js';

/**
 * How far red, green and blue lie below `value`, as the part `offset + slope · f` of `value · saturation`, in each
 * sixth of the hue circle; f runs from 0 to 1 within it. The same table as in Python's `colorsys.hsv_to_rgb`.
 */
const OFFSETS = [
  [0, 1, 1],
  [0, 0, 1],
  [1, 0, 1],
  [1, 0, 0],
  [1, 1, 0],
  [0, 1, 0],
];
const SLOPES = [
  [0, -1, 0],
  [1, 0, 0],
  [0, 0, -1],
  [0, 1, 0],
  [-1, 0, 0],
  [0, 0, 1],
];

/** 60° in radians is not a double; this makes each boundary belong to the sector above it all the same. */
const BOUNDARY_TOLERANCE = 1e-12;

/**
 * One colour everywhere. The image is piecewise linear in hue; at the six boundaries the derivative is the one
 * towards larger hues.
 */
export const hue: StimulusFamily = {
  name: 'hue',
  description: 'A uniform image of one colour, given as hue, saturation and value.',
  formula:
    "(R, G, B) = HSV to RGB of (hue, saturation, value), Python's colorsys.hsv_to_rgb: " +
    'channel = value · (1 − saturation · max(0, min(k, 4 − k, 1))), k = (n + hue / 60°) mod 6, n = 5, 3, 1',
  parameters: [
    angle({
      name: 'hue',
      description: 'Hue: 0 red, 120 green, 240 blue.',
      default: 0,
      sweep: spaced(0, 360, 12),
    }),
    quantity({
      name: 'saturation',
      description: 'From 0, grey, to 1, pure colour.',
      unit: '1',
      minimum: 0,
      maximum: 1,
      default: 1,
      sweep: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1],
      programInput: 'saturation',
    }),
    quantity({
      name: 'value',
      description: 'The largest of red, green and blue: from 0, black, to 1.',
      unit: '1',
      minimum: 0,
      maximum: 1,
      default: 1,
      sweep: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1],
      programInput: 'value',
    }),
  ],
  defaultInput: 'imagenet',
  stretches: ['none'],
  valueRange: [0, 1],

  image(f, inputs) {
    const sixths = f.mul(3 / Math.PI, inputs('hue'));
    const sector = f.floor(f.add(sixths, BOUNDARY_TOLERANCE));
    const sectorOnCircle = f.sub(sector, f.mul(6, f.floor(f.div(sector, 6))));
    const withinSector = f.appendAxes(f.sub(sixths, sector), [1]);

    const offset = f.rows(f.constant('sector_offsets', float64([6, 3], OFFSETS.flat())), sectorOnCircle);
    const slope = f.rows(f.constant('sector_slopes', float64([6, 3], SLOPES.flat())), sectorOnCircle);
    const below = f.mul(f.appendAxes(inputs('saturation'), [1]), f.add(offset, f.mul(slope, withinSector)));
    const rgb = f.mul(f.appendAxes(inputs('value'), [1]), f.sub(1, below));
    return f.appendAxes(rgb, [2, 3]);
  },

  canonical(point) {
    return { ...point, hue: canonicalAngle(point['hue'] ?? 0) };
  },

  isFlat() {
    return true;
  },
};
