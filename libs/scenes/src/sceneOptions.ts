import type { JsonSeed } from '@oblique/random';

/** p(θ) ∝ exp(concentration · cos 4(θ − peak)): two peaks, 90° apart, in the 180° of orientations. */
export interface OrientationPrior {
  /** 0 is uniform; 0.7 makes the peaks four times as common as what lies between them. At most 50. */
  readonly concentration: number;
  /** 0 is cardinal, 45 oblique. */
  readonly peakDeg: number;
}

/** p(h) ∝ exp(concentration · cos 2(h − peak)): two opposite peaks on the hue circle. */
export interface HuePrior {
  /** 0 is uniform. At most 50. */
  readonly concentration: number;
  /** HSV hue of one of the peaks. 30: orange and blue; 120: green and purple. */
  readonly peakDeg: number;
}

/** Amplitude of luminance falls as frequency ^ −exponent. */
export interface FrequencyPrior {
  /** 1 is natural, 0 white. 0 to 3. */
  readonly exponent: number;
}

/** The dials of the procedural world. */
export interface SceneOptions {
  /** Scenes in the set. */
  readonly count: number;
  /** It fixes every pixel of every scene. */
  readonly seed: JsonSeed;
  /** Height and width, 8 to 1024. */
  readonly sizePixels: number;
  readonly orientation: OrientationPrior;
  readonly hue: HuePrior;
  readonly frequency: FrequencyPrior;
}

/** A world like photographs: cardinal structures, orange and blue, amplitude over 1/f. */
export const NATURAL_SCENES: SceneOptions = {
  count: 20_000,
  seed: 0,
  sizePixels: 32,
  orientation: { concentration: 0.7, peakDeg: 0 },
  hue: { concentration: 1, peakDeg: 30 },
  frequency: { exponent: 1 },
};

/** A dial is set to what it cannot be. */
export class SceneOptionsError extends RangeError {
  override readonly name = 'SceneOptionsError';
  /** @param field the dial, as in "orientation.concentration" */
  constructor(
    readonly field: string,
    message: string,
  ) {
    super(message);
  }
}

const LARGEST_CONCENTRATION = 50;

/** @throws SceneOptionsError naming the dial, its value and what is allowed */
export function checkSceneOptions({ count, seed, sizePixels, ...dials }: SceneOptions): void {
  checkNumber('count', count, 1, 2 ** 32, true);
  if (typeof seed === 'number') checkNumber('seed', seed, 0, Number.MAX_SAFE_INTEGER, true);
  checkNumber('sizePixels', sizePixels, 8, 1024, true);
  for (const name of ['orientation', 'hue'] as const) {
    checkNumber(`${name}.concentration`, dials[name].concentration, 0, LARGEST_CONCENTRATION);
    checkNumber(`${name}.peakDeg`, dials[name].peakDeg, -360, 360);
  }
  checkNumber('frequency.exponent', dials.frequency.exponent, 0, 3);
}

function checkNumber(field: string, value: number, least: number, most: number, whole = false): void {
  if (value >= least && value <= most && (!whole || Number.isInteger(value))) return;
  throw new SceneOptionsError(
    field,
    `${field} of scenes is ${value}; it must be a ${whole ? 'whole ' : ''}number from ${least} to ${most}.`,
  );
}
