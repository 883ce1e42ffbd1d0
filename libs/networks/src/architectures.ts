import type { Program } from '@oblique/onnx';
import type { Seed } from '@oblique/random';
import { buildAlexnet } from './alexnet.js';
import { buildMlp } from './mlp.js';
import type { NetworkOptions } from './networkOptions.js';
import { buildResnet18 } from './resnet18.js';
import { buildSmallResnet } from './smallResnet.js';
import { buildVgg16bn } from './vgg16bn.js';
import { buildVisionTransformer } from './visionTransformer.js';
import { scaleWeights } from './weightTransforms.js';

/** A network that Oblique builds itself. */
export interface Architecture {
  readonly name: string;
  readonly description: string;
  readonly defaultInputSizePixels: number;
  readonly defaultClasses: number;
  /** Trainable numbers with the default input size and classes. */
  readonly parameterCount: number;
  readonly build: (options: NetworkOptions) => Program;
}

const IMAGENET_DEFAULTS = { defaultInputSizePixels: 224, defaultClasses: 1000 } as const;

/** Every architecture by name. */
export const ARCHITECTURES: readonly Architecture[] = [
  {
    name: 'resnet18',
    description: 'ResNet-18, residual blocks (He et al. 2016)',
    ...IMAGENET_DEFAULTS,
    parameterCount: 11_689_512,
    build: buildResnet18,
  },
  {
    name: 'vgg16_bn',
    description: 'VGG-16 with batch normalisation (Simonyan & Zisserman 2015)',
    ...IMAGENET_DEFAULTS,
    parameterCount: 138_365_992,
    build: buildVgg16bn,
  },
  {
    name: 'alexnet',
    description: 'AlexNet with overlapping max-pooling, windows of 3 at steps of 2 (Krizhevsky 2014)',
    ...IMAGENET_DEFAULTS,
    parameterCount: 61_100_840,
    build: (options) => buildAlexnet(options, 'overlapping'),
  },
  {
    name: 'alexnet_nonoverlapping',
    description: 'AlexNet with non-overlapping max-pooling, windows of 2 at steps of 2',
    ...IMAGENET_DEFAULTS,
    parameterCount: 61_100_840,
    build: (options) => buildAlexnet(options, 'nonoverlapping'),
  },
  {
    name: 'alexnet_strided',
    description: 'AlexNet with 3×3 convolutions at steps of 2 in the place of pooling',
    ...IMAGENET_DEFAULTS,
    parameterCount: 62_059_816,
    build: (options) => buildAlexnet(options, 'strided'),
  },
  {
    name: 'vit_b_16',
    description: 'Vision transformer ViT-B/16 (Dosovitskiy et al. 2021)',
    ...IMAGENET_DEFAULTS,
    parameterCount: 86_567_656,
    build: buildVisionTransformer,
  },
  {
    name: 'small_resnet',
    description: 'Four residual blocks behind a 5×5 stem with mean pooling, for images of 32 pixels',
    defaultInputSizePixels: 32,
    defaultClasses: 10,
    parameterCount: 309_594,
    build: buildSmallResnet,
  },
  {
    name: 'mlp',
    description:
      'Hidden layers of 1024 and 256 ReLU units on the first channel of images of 64 pixels (Fig. 6)',
    defaultInputSizePixels: 64,
    defaultClasses: 60,
    parameterCount: 4_473_148,
    build: (options) => buildMlp(options),
  },
  {
    name: 'mlp_1',
    description: 'The network of Fig. 6 with hidden layers of 1024 ReLU units',
    defaultInputSizePixels: 64,
    defaultClasses: 60,
    parameterCount: 4_256_828,
    build: (options) => buildMlp(options, [1024]),
  },
  {
    name: 'mlp_3',
    description: 'The network of Fig. 6 with hidden layers of 1024, 256, 256 ReLU units',
    defaultInputSizePixels: 64,
    defaultClasses: 60,
    parameterCount: 4_538_940,
    build: (options) => buildMlp(options, [1024, 256, 256]),
  },
  {
    name: 'mlp_4',
    description: 'The network of Fig. 6 with hidden layers of 1024, 256, 256, 256 ReLU units',
    defaultInputSizePixels: 64,
    defaultClasses: 60,
    parameterCount: 4_604_732,
    build: (options) => buildMlp(options, [1024, 256, 256, 256]),
  },
];

/** There is no such architecture; the message lists those there are. */
export class UnknownArchitectureError extends Error {
  override readonly name = 'UnknownArchitectureError';
}

/**
 * The architecture of this name.
 * @throws UnknownArchitectureError where there is none.
 */
export function findArchitecture(name: string): Architecture {
  const found = ARCHITECTURES.find((architecture) => architecture.name === name);
  if (found !== undefined) return found;
  const names = ARCHITECTURES.map((architecture) => architecture.name).join(', ');
  throw new UnknownArchitectureError(`There is no architecture ${JSON.stringify(name)}; there are ${names}.`);
}

/** Choices that have a default in every architecture. */
export interface BuildOptions {
  readonly seed: Seed;
  /** Height and width of the images; default: the architecture's. */
  readonly inputSizePixels?: number;
  /** Number of logits; default: the architecture's. */
  readonly classes?: number;
  /** Factor on the number of channels and features of every layer but the last, which are whole and at least 1; default: 1. */
  readonly width?: number;
  /** Factor on the initial weights and biases of linear operators; default: 1. */
  readonly initialScale?: number;
}

/**
 * An untrained network, initialised as PyTorch and torchvision do by default (their distributions, not their bits).
 * Input `input` float32 [N, 3, size, size], preprocessed; output `logits` float32 [N, classes], without softmax.
 * Batch normalisation and dropout are in evaluation mode. Weights have torchvision's `state_dict` names and
 * layouts; each is drawn from its own stream of `seed`, and the variants of AlexNet share theirs where shapes agree.
 * @throws UnknownArchitectureError, or RangeError where a size is not possible.
 */
export function buildNetwork(architecture: string, options: BuildOptions): Program {
  const { name, build, defaultInputSizePixels, defaultClasses } = findArchitecture(architecture);
  const { seed, inputSizePixels = defaultInputSizePixels, classes = defaultClasses } = options;
  const { width = 1, initialScale = 1 } = options;
  for (const [what, value] of Object.entries({ inputSizePixels, classes })) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new RangeError(`${name} needs a whole ${what} of at least 1, not ${value}.`);
    }
  }
  for (const [what, value] of Object.entries({ width, initialScale })) {
    if (!Number.isFinite(value) || value <= 0) {
      throw new RangeError(`${name} needs a finite ${what} above 0, a factor, not ${value}.`);
    }
  }
  const scaled = (original: number): number => Math.max(1, Math.round(original * width));
  const network = build({ name, seed, inputSizePixels, classes, scaled });
  return initialScale === 1 ? network : scaleWeights(network, initialScale);
}
