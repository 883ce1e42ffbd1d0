import FFT from 'fft.js';
import { orientationBin, ORIENTATION_BINS } from './orientationEnergy.js';
import { grey, type RgbImage } from './rgbImage.js';

/** Octaves of frequency below half a cycle a pixel that orientations are told apart in, the highest first. */
export const ORIENTATION_BANDS = 4;

/** What the Fourier plane of an image holds. */
export interface PowerSpectrum {
  /** Mean power in rings; entry k is of frequencies k / side cycles a pixel, rounded, k = 0 … side / 2. */
  readonly rings: Float64Array;
  /**
   * Mean power by the orientation of the waves' bars, [octaves][bins of 5°]: 1/4 to 1/2 cycles a pixel, 1/8 to 1/4, …
   */
  readonly bands: readonly Float64Array[];
}

/**
 * Power of the luminance in rings of the Fourier plane, and by octave and orientation. A round (radial Hann) window is cut from the image's centre, so that no orientation is favoured by
 * the image's edges, and its mean taken out.
 * @param side of the window's square, a power of two, not above the image's width or height
 */
export function powerSpectrum(image: RgbImage, side: number): PowerSpectrum {
  const plane = windowed(image, side);
  const fft = new FFT(side);
  const row = new Float64Array(2 * side);
  const result = new Float64Array(2 * side);
  for (let y = 0; y < side; y++) {
    fft.transform(result, plane.subarray(2 * y * side, 2 * (y + 1) * side));
    plane.set(result, 2 * y * side);
  }
  const power = new Float64Array(side / 2 + 1);
  const members = new Float64Array(side / 2 + 1);
  const perBand = () => Array.from({ length: ORIENTATION_BANDS }, () => new Float64Array(ORIENTATION_BINS));
  const [bands, bandMembers] = [perBand(), perBand()];
  for (let x = 0; x < side; x++) {
    for (let y = 0; y < side; y++) {
      row[2 * y] = plane[2 * (y * side + x)] ?? 0;
      row[2 * y + 1] = plane[2 * (y * side + x) + 1] ?? 0;
    }
    fft.transform(result, row);
    for (let y = 0; y < side; y++) {
      const [right, down] = [x < side / 2 ? x : x - side, y < side / 2 ? y : y - side];
      const distance = Math.hypot(right, down);
      const ring = Math.round(distance);
      if (ring >= power.length) continue;
      const here = (result[2 * y] ?? 0) ** 2 + (result[2 * y + 1] ?? 0) ** 2;
      power[ring] = (power[ring] ?? 0) + here;
      members[ring] = (members[ring] ?? 0) + 1;
      // Octaves below half a cycle a pixel.
      const octave = Math.floor(Math.log2(side / 2 / distance));
      const [band, bandCount] = [bands[octave], bandMembers[octave]];
      if (band === undefined || bandCount === undefined) continue;
      const bin = orientationBin(right, down);
      band[bin] = (band[bin] ?? 0) + here;
      bandCount[bin] = (bandCount[bin] ?? 0) + 1;
    }
  }
  return {
    rings: power.map((sum, ring) => sum / (members[ring] ?? 1)),
    // The lattice has more frequencies near its axes and diagonals than beside them.
    bands: bands.map((band, octave) =>
      band.map((sum, bin) => sum / Math.max(1, bandMembers[octave]?.[bin] ?? 1)),
    ),
  };
}

/** Complex, [side, side]. */
function windowed(image: RgbImage, side: number): Float64Array {
  const values = grey(image);
  const left = Math.floor((image.width - side) / 2);
  const top = Math.floor((image.height - side) / 2);
  const weights = new Float64Array(side * side);
  let sum = 0;
  let weighted = 0;
  const at = (x: number, y: number): number => values[(top + y) * image.width + left + x] ?? 0;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const fromCentre = Math.hypot(x - (side - 1) / 2, y - (side - 1) / 2) / (side / 2);
      const weight = fromCentre < 1 ? Math.cos((Math.PI / 2) * fromCentre) ** 2 : 0;
      weights[y * side + x] = weight;
      sum += weight;
      weighted += weight * at(x, y);
    }
  }
  const mean = weighted / sum;
  const plane = new Float64Array(2 * side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++)
      plane[2 * (y * side + x)] = (weights[y * side + x] ?? 0) * (at(x, y) - mean);
  }
  return plane;
}

/** Below it the window's own width shows, in cycles a window. */
const LOWEST_RING = 3;
/** Above it cameras, compression and the pixels of drawn images show. */
const HIGHEST_CYCLES_PER_PIXEL = 0.3;

/** What rounding leaves of nothing; the faintest structure of 8-bit images has a thousand million times as much. */
const NO_POWER = 1e-16;

/**
 * The exponent of amplitude ~ frequency ^ exponent, from the powers that `powerSpectrum` gives: least squares of the
 * logarithms between 3 cycles a window and 0.3 cycles a pixel, every octave of equal weight. NaN where that is less
 * than three rings, or a ring has no power.
 */
export function amplitudeExponent(power: Float64Array): number {
  const side = 2 * (power.length - 1);
  const highest = Math.floor(HIGHEST_CYCLES_PER_PIXEL * side);
  if (highest - LOWEST_RING < 2) return NaN;
  if (power.subarray(LOWEST_RING, highest + 1).some((value) => value < NO_POWER)) return NaN;
  const sums = { weight: 0, x: 0, y: 0, xx: 0, xy: 0 };
  for (let ring = LOWEST_RING; ring <= highest; ring++) {
    const x = Math.log(ring);
    const y = Math.log(power[ring] ?? 0) / 2;
    const weight = 1 / ring;
    sums.weight += weight;
    sums.x += weight * x;
    sums.y += weight * y;
    sums.xx += weight * x * x;
    sums.xy += weight * x * y;
  }
  return (sums.weight * sums.xy - sums.x * sums.y) / (sums.weight * sums.xx - sums.x * sums.x);
}
