import { grey, type RgbImage } from './rgbImage.js';

export const ORIENTATION_BINS = 36;
/** Orientations that the bins are centred on; 0 is horizontal, 45 "/". */
export const ORIENTATION_BIN_CENTRES_DEG: readonly number[] = Array.from(
  { length: ORIENTATION_BINS },
  (_, bin) => (180 * bin) / ORIENTATION_BINS,
);

/** Wide enough that sampling the derivative of a Gaussian costs no isotropy: 1 % of the response aliases. */
const FILTER_SD_PIXELS = 1;
const FILTER_RADIUS_PIXELS = 4;

/**
 * Energy of the luminance gradient (of the channels' mean, by derivatives of a Gaussian of 1 pixel) by the orientation
 * of the structure that it is the gradient of, in bins of 5°. Energies of several images add up. Only pixels whose
 * filter lies inside the image count; there are none in images of 8 pixels or less.
 */
export function orientationEnergy(image: RgbImage): Float64Array {
  const { width, height } = image;
  const energy = new Float64Array(ORIENTATION_BINS);
  const insideWidth = width - 2 * FILTER_RADIUS_PIXELS;
  const insideHeight = height - 2 * FILTER_RADIUS_PIXELS;
  if (insideWidth <= 0 || insideHeight <= 0) return energy;
  const values = grey(image);
  const { smooth, derivative } = FILTERS;
  const smoothRows = filterRows(values, width, height, smooth);
  const derivedRows = filterRows(values, width, height, derivative);
  for (let y = 0; y < insideHeight; y++) {
    for (let x = 0; x < insideWidth; x++) {
      let toRight = 0;
      let down = 0;
      for (let tap = 0; tap < smooth.length; tap++) {
        const place = (y + tap) * insideWidth + x;
        toRight += (smooth[tap] ?? 0) * (derivedRows[place] ?? 0);
        down += (derivative[tap] ?? 0) * (smoothRows[place] ?? 0);
      }
      // A horizontal bar's gradient points up or down; its bar turned towards "/" turns the gradient to the right.
      const turns = Math.atan2(toRight, down) / Math.PI;
      const bin = (Math.round(turns * ORIENTATION_BINS) + ORIENTATION_BINS) % ORIENTATION_BINS;
      energy[bin] = (energy[bin] ?? 0) + toRight * toRight + down * down;
    }
  }
  return energy;
}

const FILTERS = gaussianFilters();

function gaussianFilters(): { readonly smooth: Float64Array; readonly derivative: Float64Array } {
  const length = 2 * FILTER_RADIUS_PIXELS + 1;
  const smooth = new Float64Array(length);
  const derivative = new Float64Array(length);
  for (let tap = 0; tap < length; tap++) {
    const place = tap - FILTER_RADIUS_PIXELS;
    const weight = Math.exp(-(place * place) / (2 * FILTER_SD_PIXELS ** 2));
    smooth[tap] = weight;
    derivative[tap] = place * weight;
  }
  return { smooth, derivative };
}

/** Correlates every row with a filter, where it lies inside: [height, width − filter + 1]. */
function filterRows(values: Float32Array, width: number, height: number, filter: Float64Array): Float32Array {
  const inside = width - filter.length + 1;
  const filtered = new Float32Array(inside * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < inside; x++) {
      let sum = 0;
      for (let tap = 0; tap < filter.length; tap++) {
        sum += (filter[tap] ?? 0) * (values[y * width + x + tap] ?? 0);
      }
      filtered[y * inside + x] = sum;
    }
  }
  return filtered;
}
