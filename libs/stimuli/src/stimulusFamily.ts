import type { Float64Formula } from './float64Formula.js';
import type { Parameter } from './parameter.js';

/** How the image's values are spread: as the formula gives them, or each image stretched to [-1, 1]. */
export type Stretch = 'none' | 'minmax';

/** How images are fed to a network: as they are, normalised as for ImageNet, or by the network's own preprocessing. */
export type InputEncoding = 'direct' | 'imagenet' | 'model';

/** Values of parameters by name, in the units that the family declares. */
export type Point = Readonly<Record<string, number>>;

/** Size of the images of a program. */
export interface ImageSize {
  readonly widthPixels: number;
  readonly heightPixels: number;
}

/** A family of stimuli: images as a smooth function of a few numbers. */
export interface StimulusFamily {
  readonly name: string;
  readonly description: string;
  /** The defining formula, for people. */
  readonly formula: string;
  readonly parameters: readonly Parameter[];
  /** Size of image that the defaults of lengths and frequencies are meant for; left out: for any. */
  readonly referenceSizePixels?: number;
  /** How a network usually sees the family. */
  readonly defaultInput: InputEncoding;
  /** The stretches that make sense for the family. */
  readonly stretches: readonly Stretch[];
  /** Values that black and white stand for when an image is shown. */
  readonly valueRange: readonly [black: number, white: number];
  /**
   * Adds the image's formula. `inputs` are the names of the float64 [N] inputs by parameter name.
   * @returns name of a float64 tensor that broadcasts to [N, 3, H, W]
   */
  image(formula: Float64Formula, inputs: (parameter: string) => string, size: ImageSize): string;
  /** The representative of all points with the same image as `point`; every parameter is given and in its range. */
  canonical(point: Point): Point;
  /** Whether the image has one value everywhere, so that there is nothing to stretch. */
  isFlat(point: Point): boolean;
}
