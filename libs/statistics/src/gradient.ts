import { grey, type RgbImage } from './rgbImage.js';

/** The luminance gradient where its filters lie inside the image. */
export interface Gradient {
  /** Change to the right and downwards, [height, width]. */
  readonly right: Float32Array;
  readonly down: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** Wide enough that sampling the derivative of a Gaussian costs no isotropy: 1 % of the response aliases. */
const FILTER_SD_PIXELS = 1;
const FILTER_RADIUS_PIXELS = 4;

/**
 * The gradient by derivatives of a Gaussian of 1 pixel, without its edge of 4 pixels; undefined for images of 8 pixels
 * or less. Its scale is arbitrary.
 * @param values [height, width]
 */
export function gradient(values: Float32Array, width: number, height: number): Gradient | undefined {
  const insideWidth = width - 2 * FILTER_RADIUS_PIXELS;
  const insideHeight = height - 2 * FILTER_RADIUS_PIXELS;
  if (insideWidth <= 0 || insideHeight <= 0) return undefined;
  const { smooth, derivative } = FILTERS;
  const smoothRows = filterRows(values, width, height, smooth);
  const derivedRows = filterRows(values, width, height, derivative);
  const right = new Float32Array(insideWidth * insideHeight);
  const down = new Float32Array(insideWidth * insideHeight);
  for (let y = 0; y < insideHeight; y++) {
    for (let x = 0; x < insideWidth; x++) {
      let toRight = 0;
      let downwards = 0;
      for (let tap = 0; tap < smooth.length; tap++) {
        const place = (y + tap) * insideWidth + x;
        toRight += (smooth[tap] ?? 0) * (derivedRows[place] ?? 0);
        downwards += (derivative[tap] ?? 0) * (smoothRows[place] ?? 0);
      }
      right[y * insideWidth + x] = toRight;
      down[y * insideWidth + x] = downwards;
    }
  }
  return { right, down, width: insideWidth, height: insideHeight };
}

/** That of an image's grey. */
export function imageGradient(image: RgbImage): Gradient | undefined {
  return gradient(grey(image), image.width, image.height);
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
