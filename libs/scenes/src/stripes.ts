import type { RandomStream } from '@oblique/random';

/** Entries a pixel: 8 or more to a period of the finest stripes. */
const SAMPLES_PER_PIXEL = 4;
const WAVES_PER_OCTAVE = 1.5;
/** Finer stripes would alias where they run along the pixels' diagonals as little as where they run along rows. */
const HIGHEST_CYCLES_PER_PIXEL = 0.4;

/**
 * The luminance of stripes over the distance across them: waves whose frequencies are equally common in every octave
 * and whose amplitudes go as frequency ^ (1 − exponent), so that the amplitude spectrum of many such textures of all
 * orientations falls as frequency ^ −exponent.
 */
export class Stripes {
  readonly #samples: Float64Array;
  readonly #gain: number;
  readonly #reach: number;

  /**
   * @param exponent of the amplitude spectrum
   * @param lowestCyclesPerPixel the coarsest stripes
   * @param reachPixels to either side of the origin
   */
  constructor(random: RandomStream, exponent: number, lowestCyclesPerPixel: number, reachPixels: number) {
    const octaves = Math.log2(HIGHEST_CYCLES_PER_PIXEL / lowestCyclesPerPixel);
    const waves = Math.ceil(WAVES_PER_OCTAVE * octaves);
    const samples = new Float64Array(2 * Math.ceil(reachPixels * SAMPLES_PER_PIXEL) + 2);
    let power = 0;
    for (let wave = 0; wave < waves; wave++) {
      const frequency = lowestCyclesPerPixel * 2 ** ((octaves * (wave + random.uniform())) / waves);
      const amplitude = frequency ** (1 - exponent);
      addWave(samples, amplitude, frequency / SAMPLES_PER_PIXEL, random.uniform());
      power += (amplitude * amplitude) / 2;
    }
    this.#samples = samples;
    this.#gain = 1 / Math.sqrt(power);
    this.#reach = (samples.length - 2) / 2;
  }

  /** Of mean 0 and variance 1 over all textures; beyond the reach the value at its end. */
  at(acrossPixels: number): number {
    const place = Math.min(Math.max(acrossPixels * SAMPLES_PER_PIXEL + this.#reach, 0), 2 * this.#reach);
    const below = Math.floor(place);
    const value = this.#samples[below] ?? 0;
    return this.#gain * (value + (place - below) * ((this.#samples[below + 1] ?? 0) - value));
  }
}

/** Adds a cosine by turning it on from sample to sample, several times as fast as Math.cos. */
function addWave(samples: Float64Array, amplitude: number, cyclesPerSample: number, turns: number): void {
  const stepCos = Math.cos(2 * Math.PI * cyclesPerSample);
  const stepSin = Math.sin(2 * Math.PI * cyclesPerSample);
  let cosine = amplitude * Math.cos(2 * Math.PI * turns);
  let sine = amplitude * Math.sin(2 * Math.PI * turns);
  for (let index = 0; index < samples.length; index++) {
    samples[index] = (samples[index] ?? 0) + cosine;
    const next = cosine * stepCos - sine * stepSin;
    sine = cosine * stepSin + sine * stepCos;
    cosine = next;
  }
}
