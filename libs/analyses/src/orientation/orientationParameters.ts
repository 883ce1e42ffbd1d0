import { z } from 'zod';
import { anglesOf, type Protocol } from './protocols.js';
import { windowsAreFilled } from './windows.js';

const seed = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const count = (minimum: number) => z.int().min(minimum).max(3600);

/** Grid sizes of a profile: what a parameter that is left at `null` takes. */
const PROFILES = {
  quick: {
    orientations: 24,
    phases: 6,
    gridFrequencies: [0.01, 0.02, 0.04],
    gridSigmas: [25, 50],
    gridContrasts: [1],
  },
  paper: {
    orientations: 180,
    phases: 10,
    gridFrequencies: [0.01, 0.02, 0.03, 0.04],
    gridSigmas: [25, 50, 75],
    gridContrasts: [0.5, 1],
  },
} as const;

const schema = z.strictObject({
  networks: z
    .array(z.string().min(1))
    .min(1)
    .default(['resnet18', 'alexnet', 'alexnet_nonoverlapping', 'alexnet_strided'])
    .describe(
      'Networks to measure: names or digests of models that the serving service holds, or built-in architectures ' +
        '(resnet18, vgg16_bn, alexnet, alexnet_nonoverlapping, alexnet_strided, vit_b_16), which are untrained; ' +
        '"untrained:resnet18" says so where a model has the same name.',
    ),
  seeds: z
    .array(seed)
    .min(1)
    .default([0, 1, 2])
    .describe('Seeds of untrained networks and of shuffles; each is one network more.'),
  protocol: z
    .enum(['text', 'code'])
    .default('text')
    .describe(
      "text: as the paper's words have it (plain Gabor fed directly, phases over the whole circle, shuffles within " +
        "each tensor). code: as the authors' notebooks do it (image stretched to [-1, 1] and normalised with " +
        "ImageNet's mean and deviation, angles and phases with both ends, shuffled output channels).",
    ),
  profile: z
    .enum(['quick', 'paper'])
    .default('quick')
    .describe(
      'Size of the grids that are not given: quick (24 orientations, 6 phases) for a laptop, or paper (180 and 10).',
    ),
  orientations: count(4)
    .nullable()
    .default(null)
    .describe('Number of orientations over 0 to 180 degrees; null: by profile.'),
  phases: count(1).nullable().default(null).describe('Number of phases; null: by profile.'),
  frequency: z
    .number()
    .positive()
    .max(0.5)
    .default(0.02)
    .describe(
      'Frequency of the Gabor in cycles/pixel of a 224 pixel image; scaled with the image for other sizes.',
    ),
  sigma: z
    .number()
    .min(0.5)
    .max(10_000)
    .default(50)
    .describe(
      'Standard deviation of the Gabor in pixels of a 224 pixel image; scaled with the image for other sizes.',
    ),
  contrast: z.number().positive().max(1).default(1).describe('Contrast of the Gabor.'),
  sizePixels: z
    .int()
    .min(0)
    .max(4096)
    .default(0)
    .describe("Height and width of the images; 0: each network's own, 224 where it takes any."),
  input: z
    .enum(['direct', 'imagenet', 'model'])
    .nullable()
    .default(null)
    .describe(
      "How images are fed: as they are, normalised with ImageNet's mean and deviation, or by the network's own preprocessing; null: by protocol.",
    ),
  layers: z
    .array(z.string().min(1))
    .min(1)
    .default(['auto'])
    .describe(
      'Layers: auto, all, names or patterns with *; auto follows the protocol for built-in architectures.',
    ),
  precision: z
    .enum(['float32', 'float64'])
    .default('float32')
    .describe(
      'What networks are computed in: float32, or float64, exact to 1e-13 and two to four times slower (convolutional networks only).',
    ),
  controls: z
    .boolean()
    .default(true)
    .describe(
      'Also measure the untrained twin and the shuffled version of every given network, for every seed.',
    ),
  gaborGrid: z.boolean().default(true).describe('Also measure every network with other Gabors (SI Fig. 3).'),
  gridFrequencies: z
    .array(z.number().positive().max(0.5))
    .min(1)
    .nullable()
    .default(null)
    .describe('Frequencies of these Gabors; null: by profile.'),
  gridSigmas: z
    .array(z.number().min(0.5))
    .min(1)
    .nullable()
    .default(null)
    .describe('Standard deviations of these Gabors; null: by profile.'),
  gridContrasts: z
    .array(z.number().positive().max(1))
    .min(1)
    .nullable()
    .default(null)
    .describe(
      'Contrasts of these Gabors; null: by profile. Protocol code stretches them all to the same images.',
    ),
  halfWidth: z
    .number()
    .positive()
    .max(22.5)
    .default(10)
    .describe('Half width in degrees of the windows about 0, 90 (cardinal) and 45, 135 (oblique).'),
  confidence: z.number().min(0.5).max(0.999).default(0.95).describe('Confidence of all intervals.'),
  resamples: z
    .int()
    .min(100)
    .max(100_000)
    .default(2000)
    .describe('Bootstrap resamples behind each interval.'),
  resamplingSeed: seed.default(0).describe('Seed of the bootstrap.'),
  flatTolerance: z
    .number()
    .positive()
    .max(1)
    .default(0.02)
    .describe('C2.2: how far from 1 the ratio of a first layer may be and still be called flat.'),
  controlTolerance: z
    .number()
    .positive()
    .max(1)
    .default(0.1)
    .describe('C-SI1a: how far from 1 the ratio may be in any layer of an untrained or shuffled network.'),
});

type Read = z.infer<typeof schema>;

/** Parameters of the orientation analysis, with every default filled in. */
export type OrientationParameters = {
  readonly [Name in keyof Read]: NonNullable<Read[Name]>;
};

/** What people may set, with `null` for what the profile or protocol decides. */
export const declaredOrientationParameters = schema;

/** Reads the parameters; what depends on several of them is checked here. */
export const orientationParameters = schema
  .transform((given): OrientationParameters => {
    const profile = PROFILES[given.profile];
    return {
      ...given,
      seeds: distinct(given.seeds),
      networks: distinct(given.networks),
      orientations: given.orientations ?? profile.orientations,
      phases: given.phases ?? profile.phases,
      input: given.input ?? (given.protocol === 'code' ? 'imagenet' : 'direct'),
      gridFrequencies: distinct(given.gridFrequencies ?? profile.gridFrequencies),
      gridSigmas: distinct(given.gridSigmas ?? profile.gridSigmas),
      // Stretching each image to [-1, 1] undoes its contrast.
      gridContrasts:
        given.protocol === 'code' ? [given.contrast] : distinct(given.gridContrasts ?? profile.gridContrasts),
    };
  })
  .superRefine((parameters, context) => {
    const { orientations, halfWidth } = parameters;
    const protocol: Protocol = parameters.protocol;
    if (!windowsAreFilled(anglesOf(protocol, orientations), halfWidth)) {
      context.addIssue({
        code: 'custom',
        path: ['orientations'],
        message: `${orientations} orientations leave a window of ±${halfWidth}° about 0, 45, 90 or 135° empty: take more of them (a multiple of 4 is best) or a larger halfWidth`,
      });
    }
  });

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
