import { EDGE_SCALES, edgeOrientations } from './edgeOrientations.js';
import { imageGradient } from './gradient.js';
import { FINE_HUE_BINS, hueCounts, HUE_BINS } from './hueCounts.js';
import { LAB_HUE_BINS } from './labHue.js';
import { orientationEnergy, ORIENTATION_BINS } from './orientationEnergy.js';
import { amplitudeExponent, ORIENTATION_BANDS, powerSpectrum } from './powerSpectrum.js';
import { grey, type RgbImage } from './rgbImage.js';

/** What many images are like; histograms are of share, and zeros where nothing was found. */
export interface ImageStatisticsResult {
  readonly orientationShare: Float64Array;
  /** Selected edges by scale, fine to coarse; see `edgeOrientations`. */
  readonly edgeOrientationShare: readonly Float64Array[];
  /** Power by octave, high to low; see `PowerSpectrum.bands`. */
  readonly bandOrientationShare: readonly Float64Array[];
  /** Saturated, bright pixels in bins of 5°; see `HueCounts` for these and the next three. */
  readonly hueShare: Float64Array;
  readonly hueShareText: Float64Array;
  readonly hueShareCode: Float64Array;
  readonly labHueShare: Float64Array;
  /** Mean over images of the root-mean-square contrast of the grey image: standard deviation over mean. */
  readonly contrast: number;
  readonly frequencyCyclesPerPixel: Float64Array;
  /** Root of the mean power in each ring of frequencies. */
  readonly amplitude: Float64Array;
  /** NaN where it cannot be told. */
  readonly amplitudeExponent: number;
}

/** Sums the statistics of images, in any order; those of several threads merge. */
export class ImageStatistics {
  readonly #orientation = new Float64Array(ORIENTATION_BINS);
  readonly #edges = Array.from({ length: EDGE_SCALES }, () => new Float64Array(ORIENTATION_BINS));
  readonly #bands = Array.from({ length: ORIENTATION_BANDS }, () => new Float64Array(ORIENTATION_BINS));
  readonly #hue = new Float64Array(HUE_BINS);
  readonly #hueText = new Float64Array(FINE_HUE_BINS);
  readonly #hueCode = new Float64Array(FINE_HUE_BINS);
  readonly #labHue = new Float64Array(LAB_HUE_BINS);
  #contrast = 0;
  #images = 0;
  readonly #power: Float64Array;
  #spectra = 0;

  /** @param spectrumSide side in pixels, a power of two, of what spectra are taken from; smaller images have none */
  constructor(readonly spectrumSide: number) {
    this.#power = new Float64Array(spectrumSide / 2 + 1);
  }

  add(image: RgbImage): void {
    const found = imageGradient(image);
    addTo(this.#orientation, orientationEnergy(image, found));
    addAll(this.#edges, edgeOrientations(image, found));
    const { coarse, text, code, lab } = hueCounts(image);
    addTo(this.#hue, coarse);
    addTo(this.#hueText, text);
    addTo(this.#hueCode, code);
    addTo(this.#labHue, lab);
    this.#contrast += contrastOf(image);
    this.#images += 1;
    if (Math.min(image.width, image.height) < this.spectrumSide) return;
    const { rings, bands } = powerSpectrum(image, this.spectrumSide);
    addTo(this.#power, rings);
    addAll(this.#bands, bands);
    this.#spectra += 1;
  }

  /** Adds what others were added to another. @throws RangeError where its spectra are of another side */
  merge(other: ImageStatistics): void {
    if (other.spectrumSide !== this.spectrumSide) {
      throw new RangeError(
        `Spectra of ${other.spectrumSide} pixels cannot be added to spectra of ${this.spectrumSide}.`,
      );
    }
    addTo(this.#orientation, other.#orientation);
    addAll(this.#edges, other.#edges);
    addAll(this.#bands, other.#bands);
    addTo(this.#hue, other.#hue);
    addTo(this.#hueText, other.#hueText);
    addTo(this.#hueCode, other.#hueCode);
    addTo(this.#labHue, other.#labHue);
    this.#contrast += other.#contrast;
    this.#images += other.#images;
    addTo(this.#power, other.#power);
    this.#spectra += other.#spectra;
  }

  result(): ImageStatisticsResult {
    const power = this.#power.map((sum) => sum / Math.max(1, this.#spectra));
    return {
      orientationShare: shares(this.#orientation),
      edgeOrientationShare: this.#edges.map(shares),
      bandOrientationShare: this.#bands.map(shares),
      hueShare: shares(this.#hue),
      hueShareText: shares(this.#hueText),
      hueShareCode: shares(this.#hueCode),
      labHueShare: shares(this.#labHue),
      contrast: this.#contrast / this.#images,
      frequencyCyclesPerPixel: power.map((_, ring) => ring / this.spectrumSide),
      amplitude: power.map(Math.sqrt),
      amplitudeExponent: amplitudeExponent(power),
    };
  }
}

/** Standard deviation over mean of the grey image; 0 of a black one. */
function contrastOf(image: RgbImage): number {
  const values = grey(image);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return mean > 0 ? Math.sqrt(variance) / mean : 0;
}

function addAll(sums: readonly Float64Array[], values: readonly Float64Array[]): void {
  for (const [index, sum] of sums.entries()) addTo(sum, values[index] ?? new Float64Array(sum.length));
}

function addTo(sums: Float64Array, values: Float64Array): void {
  for (let index = 0; index < sums.length; index++) sums[index] = (sums[index] ?? 0) + (values[index] ?? 0);
}

function shares(sums: Float64Array): Float64Array {
  const total = sums.reduce((sum, value) => sum + value, 0);
  return total > 0 ? sums.map((value) => value / total) : sums.slice();
}
