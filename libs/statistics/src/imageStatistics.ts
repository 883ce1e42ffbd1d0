import { hueCounts, HUE_BINS } from './hueCounts.js';
import { orientationEnergy, ORIENTATION_BINS } from './orientationEnergy.js';
import { amplitudeExponent, powerSpectrum } from './powerSpectrum.js';
import type { RgbImage } from './rgbImage.js';

/** What many images are like; histograms are of share, and zeros where nothing was found. */
export interface ImageStatisticsResult {
  readonly orientationShare: Float64Array;
  readonly hueShare: Float64Array;
  readonly frequencyCyclesPerPixel: Float64Array;
  /** Root of the mean power in each ring of frequencies. */
  readonly amplitude: Float64Array;
  /** NaN where it cannot be told. */
  readonly amplitudeExponent: number;
}

/** Sums the statistics of images, in any order; those of several threads merge. */
export class ImageStatistics {
  readonly #orientation = new Float64Array(ORIENTATION_BINS);
  readonly #hue = new Float64Array(HUE_BINS);
  readonly #power: Float64Array;
  #spectra = 0;

  /** @param spectrumSide side in pixels, a power of two, of what spectra are taken from; smaller images have none */
  constructor(readonly spectrumSide: number) {
    this.#power = new Float64Array(spectrumSide / 2 + 1);
  }

  add(image: RgbImage): void {
    addTo(this.#orientation, orientationEnergy(image));
    addTo(this.#hue, hueCounts(image));
    if (Math.min(image.width, image.height) < this.spectrumSide) return;
    addTo(this.#power, powerSpectrum(image, this.spectrumSide));
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
    addTo(this.#hue, other.#hue);
    addTo(this.#power, other.#power);
    this.#spectra += other.#spectra;
  }

  result(): ImageStatisticsResult {
    const power = this.#power.map((sum) => sum / Math.max(1, this.#spectra));
    return {
      orientationShare: shares(this.#orientation),
      hueShare: shares(this.#hue),
      frequencyCyclesPerPixel: power.map((_, ring) => ring / this.spectrumSide),
      amplitude: power.map(Math.sqrt),
      amplitudeExponent: amplitudeExponent(power),
    };
  }
}

function addTo(sums: Float64Array, values: Float64Array): void {
  for (let index = 0; index < sums.length; index++) sums[index] = (sums[index] ?? 0) + (values[index] ?? 0);
}

function shares(sums: Float64Array): Float64Array {
  const total = sums.reduce((sum, value) => sum + value, 0);
  return total > 0 ? sums.map((value) => value / total) : sums.slice();
}
