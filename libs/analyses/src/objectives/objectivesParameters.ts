import { ARCHITECTURES } from '@oblique/networks';
import { z } from 'zod';
import { OBJECTIVE_NAMES, type ObjectiveName } from './objective.js';

/** What a parameter that is left at `null` takes. */
const PROFILES = {
  quick: {
    objectives: ['orientation', 'reconstruction', 'contrast'] satisfies ObjectiveName[],
    seeds: [0, 1, 2],
    width: 0.5,
    sizePixels: 24,
    images: 500,
    batchSize: 32,
    steps: 60,
    observedSteps: 4,
    angles: 24,
    phases: 4,
    frequencies: [0.12],
  },
  full: {
    objectives: [...OBJECTIVE_NAMES],
    seeds: [0, 1, 2, 3, 4],
    width: 0.5,
    sizePixels: 32,
    images: 8000,
    batchSize: 128,
    steps: 600,
    observedSteps: 9,
    angles: 48,
    phases: 8,
    frequencies: [0.06, 0.12],
  },
} as const;

const count = (minimum: number, maximum: number, description: string) =>
  z.int().min(minimum).max(maximum).nullable().default(null).describe(description);

const [firstName = '', ...otherNames] = ARCHITECTURES.map(({ name }) => name);

/** What people may set, with `null` for what the profile decides. */
export const declaredObjectivesParameters = z.strictObject({
  profile: z
    .enum(['quick', 'full'])
    .default('quick')
    .describe(
      'Sets what is left at null. quick: half the channels, three objectives, three seeds, 40 seconds on two cores. ' +
        'full: more and larger images, five objectives, five seeds, an hour.',
    ),
  seeds: z
    .array(z.int().min(0).max(Number.MAX_SAFE_INTEGER))
    .min(1)
    .nullable()
    .default(null)
    .describe('Seeds of weights and scenes; each is one training more of every objective in both worlds.'),
  objectives: z
    .array(z.enum(OBJECTIVE_NAMES))
    .min(1)
    .nullable()
    .default(null)
    .describe(
      'What is learned from the images: orientation and class (of the object, supervised), reconstruction, contrast (which views are of one image), tilt (by how much the image was tilted; rotation prediction).',
    ),
  network: z
    .enum([firstName, ...otherNames])
    .default('small_resnet')
    .describe('Architecture to train.'),
  width: z.number().positive().max(4).nullable().default(null).describe('Factor on the number of channels.'),
  sizePixels: count(8, 256, 'Height and width of the images.'),
  images: count(10, 1_000_000, 'Scenes to learn from, other ones for each seed.'),
  concentration: z
    .number()
    .positive()
    .max(50)
    .default(0.7)
    .describe(
      "Concentration of the scenes' prior about its peaks: p ∝ exp(concentration · cos 4(θ − peak)).",
    ),
  cropScale: z
    .number()
    .positive()
    .max(1)
    .default(0.4)
    .describe('Least part of the area of a scene that a random crop keeps, the same for all objectives.'),
  batchSize: count(4, 4096, 'Examples a step; an even number.').refine(
    (size) => size === null || size % 2 === 0,
    'must be even: the contrast takes pairs of views',
  ),
  steps: count(2, 1_000_000, 'Steps of training.'),
  learningRate: z.number().positive().max(10).default(0.1).describe('Learning rate at its highest.'),
  observedSteps: count(2, 1000, 'At how many steps, logarithmically spaced, D is measured, beside step 0.'),
  judgedFrom: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('Claims are judged on the mean over observed steps from this part of the training on.'),
  angles: count(24, 720, 'Orientations at which D is measured; an even number.').refine(
    (angles) => angles === null || angles % 2 === 0,
    'must be even, so that orientations 90° apart can be averaged',
  ),
  frequencies: z
    .array(z.number().positive().max(0.5))
    .min(1)
    .nullable()
    .default(null)
    .describe('Frequencies of the Gabors in cycles/pixel of a 32 pixel image; scaled for other sizes.'),
  sigma: z
    .number()
    .min(0.5)
    .max(1000)
    .default(5)
    .describe('Standard deviation of the Gabors in pixels of a 32 pixel image; scaled likewise.'),
  phases: count(1, 360, 'Phases of the Gabor that D is averaged over.'),
  layers: z
    .array(z.string().min(1))
    .min(1)
    .default(['auto'])
    .describe('Layers to measure: auto, all, names or patterns with *. The last is taken for the readout.'),
  confidence: z.number().min(0.5).max(0.999).default(0.95).describe('Confidence of all intervals.'),
});

export const objectivesParameters = declaredObjectivesParameters.transform((given) => {
  const profile = PROFILES[given.profile];
  return {
    ...given,
    seeds: [...new Set(given.seeds ?? profile.seeds)],
    objectives: [...new Set<ObjectiveName>(given.objectives ?? profile.objectives)],
    width: given.width ?? profile.width,
    sizePixels: given.sizePixels ?? profile.sizePixels,
    images: given.images ?? profile.images,
    batchSize: given.batchSize ?? profile.batchSize,
    steps: given.steps ?? profile.steps,
    observedSteps: given.observedSteps ?? profile.observedSteps,
    angles: given.angles ?? profile.angles,
    frequencies: [...new Set<number>(given.frequencies ?? profile.frequencies)],
    phases: given.phases ?? profile.phases,
  };
});

/** Parameters of the analysis, with every default filled in. */
export type ObjectivesParameters = z.infer<typeof objectivesParameters>;
