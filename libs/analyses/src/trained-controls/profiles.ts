import type { TurnedVariable } from './turnedVariable.js';

/** Defaults of a profile; a parameter that is given wins over them. */
export interface Profile {
  readonly networks: readonly string[];
  readonly seeds: Readonly<Record<TurnedVariable['name'], readonly number[]>>;
  /** `null`: as `SCALED` says for each network. */
  readonly width: number | null;
  readonly sizePixels: number | null;
  readonly steps: number;
  readonly batchSize: number;
  readonly observedSteps: number;
  readonly angles: number;
  /** Of the Gabor in cycles/pixel of an image of 32 pixels; `null`: as is declared for what networks learn from. */
  readonly frequencies: readonly number[] | null;
  /** Whether networks also learn the class, which does not need the variable. */
  readonly counterExample: boolean;
  readonly phases: number;
  /** Saturations, and as many values, of the uniform colours. */
  readonly saturations: number;
  /** Images, evenly over the classes; 0: all, and 20000 scenes. */
  readonly limit: number;
  /** Least share of an image's area that a random crop keeps, where images are photographs. */
  readonly cropScale: number;
}

export const PROFILES = {
  quick: {
    networks: ['small_resnet'],
    // Hue is hardly learned from scenes in so short a training: two seeds say so.
    seeds: { orientation: [20, 21, 22, 23, 24, 25, 26, 27], hue: [20, 21] },
    width: 0.5,
    sizePixels: null,
    steps: 240,
    batchSize: 64,
    observedSteps: 7,
    angles: 24,
    frequencies: null,
    counterExample: false,
    phases: 4,
    saturations: 3,
    limit: 8000,
    cropScale: 0.4,
  },
  full: {
    networks: [
      'small_resnet',
      'resnet18',
      'vgg16_bn',
      'alexnet',
      'alexnet_nonoverlapping',
      'alexnet_strided',
    ],
    seeds: { orientation: [20, 21, 22, 23, 24, 25, 26, 27], hue: [20, 21, 22, 23, 24, 25, 26, 27] },
    width: null,
    sizePixels: null,
    steps: 400,
    batchSize: 128,
    observedSteps: 10,
    angles: 48,
    frequencies: null,
    counterExample: true,
    phases: 8,
    saturations: 4,
    limit: 0,
    cropScale: 0.4,
  },
  // 90 epochs of ImageNet's 1 281 167 images in batches of 256; the Gabor of Fig. 2.
  paper: {
    networks: ['resnet18', 'vgg16_bn', 'alexnet', 'alexnet_nonoverlapping', 'alexnet_strided'],
    seeds: { orientation: [20], hue: [20] },
    width: 1,
    sizePixels: 224,
    steps: 450_450,
    batchSize: 256,
    observedSteps: 20,
    angles: 180,
    frequencies: [0.14],
    counterExample: true,
    phases: 10,
    saturations: 8,
    limit: 0,
    cropScale: 0.08,
  },
} as const satisfies Record<string, Profile>;

export type ProfileName = keyof typeof PROFILES;

/** Forms of the architectures that two cores train in a minute or two. */
const SCALED: Readonly<Record<string, { readonly width: number; readonly sizePixels: number }>> = {
  small_resnet: { width: 1, sizePixels: 32 },
  resnet18: { width: 0.25, sizePixels: 32 },
  vgg16_bn: { width: 0.125, sizePixels: 32 },
  // Eleven pixels at steps of four and three poolings leave nothing of smaller images.
  alexnet: { width: 0.25, sizePixels: 64 },
  alexnet_nonoverlapping: { width: 0.25, sizePixels: 64 },
  alexnet_strided: { width: 0.25, sizePixels: 64 },
  vit_b_16: { width: 0.25, sizePixels: 32 },
};

/** Width and image size of a network where the parameters leave them open. */
export function scaledForm(network: string): { readonly width: number; readonly sizePixels: number } {
  return SCALED[network] ?? { width: 1, sizePixels: 32 };
}
