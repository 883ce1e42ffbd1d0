import { quantileSorted } from 'simple-statistics';
import { gradient, imageGradient, type Gradient } from './gradient.js';
import { orientationBin, ORIENTATION_BINS } from './orientationEnergy.js';
import { grey, type RgbImage } from './rgbImage.js';

/** Scales, each half as fine as the one before; images are 1, 1/2 and 1/4 of their size. */
export const EDGE_SCALES = 3;

/** Half width in pixels of the square that the structure tensor is averaged over. */
const TENSOR_RADIUS_PIXELS = 2;
/** Girshick et al. keep the strongest third of the pixels, and of those the ones with one dominant orientation. */
const ENERGY_QUANTILE = 0.68;
const LEAST_ORIENTEDNESS = 0.8;

/**
 * Edges by orientation and scale as Girshick, Landy & Simoncelli select them (2011, Nature Neuroscience 14:926, Methods):
 * the structure tensor of the gradient, averaged locally, has its energy (sum of eigenvalues) in the image's upper 32 %
 * and its orientedness (their difference over their sum) at least 0.8. Every such pixel counts once, whatever its
 * contrast. Counts of several images add up.
 * @param finest the image's gradient, where it is known already
 * @returns [{@link EDGE_SCALES}][bins of 5°]; a scale at which the image is too small has none
 */
export function edgeOrientations(image: RgbImage, finest = imageGradient(image)): Float64Array[] {
  let plane: Plane = { values: grey(image), width: image.width, height: image.height };
  return Array.from({ length: EDGE_SCALES }, (_, scale) => {
    if (scale > 0) plane = halved(plane);
    const found = scale === 0 ? finest : gradient(plane.values, plane.width, plane.height);
    return found === undefined ? new Float64Array(ORIENTATION_BINS) : edges(found);
  });
}

interface Plane {
  /** [height, width] */
  readonly values: Float32Array;
  readonly width: number;
  readonly height: number;
}

function edges({ right, down, width, height }: Gradient): Float64Array {
  const counts = new Float64Array(ORIENTATION_BINS);
  const product = (one: Float32Array, other: Float32Array): Plane => ({
    values: one.map((value, place) => value * (other[place] ?? 0)),
    width,
    height,
  });
  const rightRight = boxSum(product(right, right)).values;
  const downDown = boxSum(product(down, down)).values;
  const rightDown = boxSum(product(right, down)).values;
  const energy = rightRight.map((value, place) => value + (downDown[place] ?? 0));
  if (energy.length === 0) return counts;
  const least = quantileSorted([...energy.slice().sort()], ENERGY_QUANTILE);
  for (let place = 0; place < energy.length; place++) {
    const total = energy[place] ?? 0;
    if (!(total > 0 && total >= least)) continue;
    const difference = (rightRight[place] ?? 0) - (downDown[place] ?? 0);
    const mixed = 2 * (rightDown[place] ?? 0);
    if (Math.hypot(difference, mixed) < LEAST_ORIENTEDNESS * total) continue;
    const angle = Math.atan2(mixed, difference) / 2;
    const bin = orientationBin(Math.cos(angle), Math.sin(angle));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}

/** Sums over squares about every pixel whose square lies inside. */
function boxSum({ values, width, height }: Plane): Plane {
  const side = 2 * TENSOR_RADIUS_PIXELS + 1;
  return separable({ values, width, height }, new Float64Array(side).fill(1), 1);
}

const BINOMIAL = Float64Array.of(1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16);

/** Half as wide and high, smoothed before. */
function halved(plane: Plane): Plane {
  return separable(plane, BINOMIAL, 2);
}

/** Filters rows and columns where the filter lies inside, and keeps every `step`th. */
function separable({ values, width, height }: Plane, filter: Float64Array, step: number): Plane {
  const kept = (length: number): number => Math.max(0, Math.floor((length - filter.length) / step) + 1);
  const [newWidth, newHeight] = [kept(width), kept(height)];
  const rows = new Float32Array(newWidth * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < newWidth; x++) {
      let sum = 0;
      for (let tap = 0; tap < filter.length; tap++)
        sum += (filter[tap] ?? 0) * (values[y * width + x * step + tap] ?? 0);
      rows[y * newWidth + x] = sum;
    }
  }
  const result = new Float32Array(newWidth * newHeight);
  for (let y = 0; y < newHeight; y++) {
    for (let x = 0; x < newWidth; x++) {
      let sum = 0;
      for (let tap = 0; tap < filter.length; tap++)
        sum += (filter[tap] ?? 0) * (rows[(y * step + tap) * newWidth + x] ?? 0);
      result[y * newWidth + x] = sum;
    }
  }
  return { values: result, width: newWidth, height: newHeight };
}
