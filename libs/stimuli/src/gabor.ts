import { float64 } from '@oblique/arrays';
import { canonicalAngle } from './canonicalAngle.js';
import { canonicalBars } from './canonicalBars.js';
import { angle, quantity, spaced } from './parameter.js';
import type { StimulusFamily } from './stimulusFamily.js';

/**
 * A cosine grating under a Gaussian window (Benjamin et al. 2022, Methods, "Stimuli"; the grid of the authors' code,
 * in pixels).
 *
 * Orientation is that of the bars as a viewer sees them: 0° horizontal, 45° `/`, 90° vertical. Rows count downwards,
 * hence the direction across the bars is o = −θ − 90° in (x right, y down).
 */
export const gabor: StimulusFamily = {
  name: 'gabor',
  description:
    'A cosine grating under a Gaussian window, equal in the three colour channels, around a grey of 0.',
  formula:
    'x = column − W/2, y = row − H/2 (pixels, y down); o = −orientation − 90°; u = x cos o + y sin o; ' +
    'I = contrast · exp(−(x² + y²) / (2 sigma²)) · cos(2π frequency u + phase)',
  parameters: [
    angle({
      name: 'orientation',
      description: 'Orientation of the bars: 0 horizontal, 45 like /, 90 vertical.',
      default: 0,
      sweep: spaced(0, 180, 12),
    }),
    quantity({
      name: 'frequency',
      description: 'Spatial frequency of the grating.',
      unit: 'cycle/pixel',
      minimum: 0,
      maximum: 0.5,
      default: 0.02,
      sweep: [0.005, 0.01, 0.015, 0.02, 0.03, 0.04, 0.06, 0.08, 0.12, 0.16, 0.24, 0.32],
      programInput: 'frequency_cycles_per_pixel',
    }),
    angle({
      name: 'phase',
      description: 'Phase of the grating at the centre of the image.',
      default: 0,
      sweep: spaced(-180, 180, 12),
    }),
    quantity({
      name: 'sigma',
      description: 'Standard deviation of the Gaussian window.',
      unit: 'pixel',
      minimum: 0.5,
      maximum: 1e6,
      default: 50,
      sweep: [5, 10, 15, 20, 25, 30, 40, 50, 75, 100, 150, 1000],
      programInput: 'sigma_pixels',
    }),
    quantity({
      name: 'contrast',
      description: "Amplitude of the grating at the window's centre.",
      unit: '1',
      minimum: 0,
      maximum: 1,
      default: 1,
      sweep: [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1],
      programInput: 'contrast',
    }),
  ],
  referenceSizePixels: 224,
  defaultInput: 'direct',
  stretches: ['none', 'minmax'],
  valueRange: [-1, 1],

  // cos(a x + b y + phase) = cos(a x + phase) cos(b y) − sin(a x + phase) sin(b y), and the window is a product too: the
  // image is a matrix of rank 2, and cosines are needed for one row and one column only.
  image(f, inputs, { widthPixels, heightPixels }) {
    const perImage = (parameter: string): string => f.appendAxes(inputs(parameter), [1, 2, 3]);
    const x = f.constant('x', float64([1, 1, 1, widthPixels], centred(widthPixels)));
    const y = f.constant('y', float64([1, 1, heightPixels, 1], centred(heightPixels)));

    const across = f.sub(-Math.PI / 2, perImage('orientation'));
    const radiansPerPixel = f.mul(2 * Math.PI, perImage('frequency'));
    const gratingX = f.add(f.mul(f.mul(radiansPerPixel, f.cos(across)), x), perImage('phase'));
    const gratingY = f.mul(f.mul(radiansPerPixel, f.sin(across)), y);

    const sigma = perImage('sigma');
    const exponentPerSquarePixel = f.div(-0.5, f.mul(sigma, sigma));
    const windowX = f.exp(f.mul(exponentPerSquarePixel, f.mul(x, x)));
    const windowY = f.mul(perImage('contrast'), f.exp(f.mul(exponentPerSquarePixel, f.mul(y, y))));

    const ofX = f.mul(windowX, f.concat([f.cos(gratingX), f.sin(gratingX)], 2));
    const ofY = f.mul(windowY, f.concat([f.cos(gratingY), f.neg(f.sin(gratingY))], 3));
    return f.matMul(ofY, ofX);
  },

  canonical: canonicalBars,

  isFlat(point) {
    return (
      point['contrast'] === 0 ||
      (point['frequency'] === 0 && Math.abs(canonicalAngle(point['phase'] ?? 0) % 180) === 90)
    );
  },
};

function centred(size: number): number[] {
  return Array.from({ length: size }, (_, index) => index - size / 2);
}
