import { float64 } from '@oblique/arrays';
import { canonicalAngle } from './canonicalAngle.js';
import { canonicalBars } from './canonicalBars.js';
import { angle, quantity, spaced } from './parameter.js';
import type { StimulusFamily } from './stimulusFamily.js';

/** Standard deviation of the Gaussian that softens the disc's edge, in pixels. */
const EDGE_SIGMA_PIXELS = 2;

/**
 * A cosine grating seen through a soft disc: the stimulus of Fig. 6 (Benjamin et al. 2022; the aperture is in the
 * authors' code only). Orientation is as in `gabor`: 0° horizontal bars, 90° vertical ones.
 *
 * The authors draw vertical bars, cos(10 u + phase) with u from 0 to 3.14159 over 64 columns, rotate them by bilinear
 * resampling about the middle of the image, and multiply with a disc of radius 30 about pixel 32 smoothed by a
 * Gaussian of 2 pixels. Here the rotated bars are drawn exactly, and the disc's edge is the smoothed straight edge.
 * Their phase is that at the first column, five half cycles from the middle: theirs + 180° is the phase here.
 */
export const grating: StimulusFamily = {
  name: 'grating',
  description:
    'A cosine grating seen through a soft disc, equal in the three colour channels, around a grey of 0.',
  formula:
    'x = column − (W − 1)/2, y = row − (H − 1)/2 (pixels, y down); o = −orientation − 90°; u = x cos o + y sin o; ' +
    'r = distance from pixel (W/2, H/2); z = (radius − r) / 2; ' +
    'I = cos(2π frequency u + phase) / (1 + exp(−√(8/π) (z + 0.044715 z³))), the last factor being the normal ' +
    'distribution function of z to 3e-4',
  parameters: [
    angle({
      name: 'orientation',
      description: 'Orientation of the bars: 0 horizontal, 45 like /, 90 vertical.',
      default: 0,
      sweep: spaced(0, 180, 12),
    }),
    quantity({
      name: 'frequency',
      description: 'Spatial frequency of the grating; by default 5 cycles in 63 pixels.',
      unit: 'cycle/pixel',
      minimum: 0,
      maximum: 0.5,
      default: 5 / 63,
      sweep: [0.005, 0.01, 0.02, 0.03, 0.04, 0.06, 5 / 63, 0.1, 0.12, 0.16, 0.24, 0.32],
      programInput: 'frequency_cycles_per_pixel',
    }),
    angle({
      name: 'phase',
      description: 'Phase of the grating in the middle of the image.',
      default: 0,
      sweep: spaced(-180, 180, 12),
    }),
    quantity({
      name: 'radius',
      description: 'Radius of the disc.',
      unit: 'pixel',
      minimum: 1,
      maximum: 1e4,
      default: 30,
      sweep: [4, 8, 12, 16, 20, 24, 28, 30, 34, 40, 60, 100],
      programInput: 'radius_pixels',
    }),
  ],
  defaultInput: 'direct',
  stretches: ['none'],
  valueRange: [-1, 1],

  // A sum of two products of a column and a row, as in `gabor`; the disc's distances are known beforehand.
  image(f, inputs, { widthPixels, heightPixels }) {
    const perImage = (parameter: string): string => f.appendAxes(inputs(parameter), [1, 2, 3]);
    const x = f.constant('x', float64([1, 1, 1, widthPixels], offsets(widthPixels, (widthPixels - 1) / 2)));
    const y = f.constant(
      'y',
      float64([1, 1, heightPixels, 1], offsets(heightPixels, (heightPixels - 1) / 2)),
    );

    const across = f.sub(-Math.PI / 2, perImage('orientation'));
    const radiansPerPixel = f.mul(2 * Math.PI, perImage('frequency'));
    const ofX = f.add(f.mul(f.mul(radiansPerPixel, f.cos(across)), x), perImage('phase'));
    const ofY = f.mul(f.mul(radiansPerPixel, f.sin(across)), y);
    const bars = f.matMul(
      f.concat([f.cos(ofY), f.neg(f.sin(ofY))], 3),
      f.concat([f.cos(ofX), f.sin(ofX)], 2),
    );

    const distance = float64([1, 1, heightPixels, widthPixels], distances(widthPixels, heightPixels));
    const z = f.div(f.sub(perImage('radius'), f.constant('distance', distance)), EDGE_SIGMA_PIXELS);
    const cubic = f.mul(z, f.add(1, f.mul(0.044715, f.mul(z, z))));
    return f.mul(bars, f.sigmoid(f.mul(Math.sqrt(8 / Math.PI), cubic)));
  },

  canonical: canonicalBars,

  isFlat(point) {
    return point['frequency'] === 0 && Math.abs(canonicalAngle(point['phase'] ?? 0) % 180) === 90;
  },
};

function offsets(size: number, centre: number): number[] {
  return Array.from({ length: size }, (_, index) => index - centre);
}

function distances(width: number, height: number): number[] {
  return offsets(height, height / 2).flatMap((y) => offsets(width, width / 2).map((x) => Math.hypot(x, y)));
}
