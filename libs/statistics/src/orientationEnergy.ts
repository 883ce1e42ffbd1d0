import { imageGradient } from './gradient.js';
import type { RgbImage } from './rgbImage.js';

export const ORIENTATION_BINS = 36;
/** Orientations that the bins are centred on; 0 is horizontal, 45 "/". */
export const ORIENTATION_BIN_CENTRES_DEG: readonly number[] = Array.from(
  { length: ORIENTATION_BINS },
  (_, bin) => (180 * bin) / ORIENTATION_BINS,
);

/**
 * Energy of the luminance gradient (of the channels' mean, by derivatives of a Gaussian of 1 pixel) by the orientation
 * of the structure that it is the gradient of, in bins of 5°. Energies of several images add up. Only pixels whose
 * filter lies inside the image count; there are none in images of 8 pixels or less.
 * @param found the image's gradient, where it is known already
 */
export function orientationEnergy(image: RgbImage, found = imageGradient(image)): Float64Array {
  const energy = new Float64Array(ORIENTATION_BINS);
  const { right = [], down = [] } = found ?? {};
  for (let place = 0; place < right.length; place++) {
    const [toRight, downwards] = [right[place] ?? 0, down[place] ?? 0];
    const bin = orientationBin(toRight, downwards);
    energy[bin] = (energy[bin] ?? 0) + toRight * toRight + downwards * downwards;
  }
  return energy;
}

/**
 * The bin of a structure whose luminance changes along a direction: a horizontal bar's gradient points up or down; its
 * bar turned towards "/" turns the gradient to the right.
 */
export function orientationBin(right: number, down: number): number {
  const turns = Math.atan2(right, down) / Math.PI;
  return (Math.round(turns * ORIENTATION_BINS) + 2 * ORIENTATION_BINS) % ORIENTATION_BINS;
}
