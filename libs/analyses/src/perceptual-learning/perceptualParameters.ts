import { z } from 'zod';

/** What a parameter that is left at `null` takes. */
const PROFILES = {
  quick: {
    seeds: [0, 1, 2, 3],
    width: 0.25,
    batchSize: 256,
    learningRate: 1,
    narrowLearningRate: 0.1,
    pretrainingSteps: 240,
    steps: 160,
    observedSteps: 8,
    orientations: 24,
    phases: 6,
  },
  full: {
    seeds: [0, 1, 2, 3, 4],
    width: 1,
    batchSize: 1024,
    learningRate: 0.5,
    narrowLearningRate: 0.05,
    pretrainingSteps: 300,
    steps: 300,
    observedSteps: 12,
    orientations: 60,
    phases: 11,
  },
} as const;

const count = (minimum: number, maximum: number, description: string) =>
  z.int().min(minimum).max(maximum).nullable().default(null).describe(description);

/** What people may set, with `null` for what the profile decides. */
export const declaredPerceptualParameters = z.strictObject({
  profile: z
    .enum(['quick', 'full'])
    .default('quick')
    .describe(
      'Sets what is left at null. quick: a quarter of the hidden units, batches of 256, four seeds, 40 seconds on two ' +
        'cores. full: all hidden units, batches of 1024, five seeds, an hour.',
    ),
  seeds: z
    .array(z.int().min(0).max(Number.MAX_SAFE_INTEGER))
    .min(1)
    .nullable()
    .default(null)
    .describe('Seeds of weights and gratings; each is a network that is trained on twice.'),
  network: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe(
      'A pretrained network, by the name or digest that it was added under; it must answer with as many numbers as there ' +
        'are bins. null: the network of Fig. 6, pretrained here on gratings of all orientations.',
    ),
  bins: z.int().min(2).max(1000).default(60).describe('Classes over 180°: how fine orientations are told.'),
  referenceDeg: z
    .number()
    .min(0)
    .lt(180)
    .default(45)
    .describe(
      'The orientation that is trained; the one at right angles to it is the untrained one. At 45° the two are mirror ' +
        'images, which pixels treat alike.',
    ),
  steepness: z
    .number()
    .positive()
    .lt(1)
    .default(0.99)
    .describe(
      'Of the narrow training: p = (1 + steepness · cos 2(θ − trained))/π. 0.99: 199 times as many gratings at the trained ' +
        'orientation as at right angles to it.',
    ),
  width: z
    .number()
    .positive()
    .max(4)
    .nullable()
    .default(null)
    .describe('Factor on the 1024 and 256 hidden units.'),
  batchSize: count(2, 65_536, 'Gratings a step.'),
  learningRate: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe('Learning rate before the narrow training.'),
  narrowLearningRate: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe(
      'Learning rate of the narrow training; null: a tenth of that before it. Gratings that are much alike have steeper ' +
        'losses together: at the whole rate the loss rises and units die.',
    ),
  pretrainingSteps: count(1, 1_000_000, 'Steps on gratings of all orientations.'),
  steps: count(2, 1_000_000, 'Steps of the narrow training.'),
  observedSteps: count(3, 1000, 'At how many steps, logarithmically spaced, D is measured, beside step 0.'),
  // With fewer, a window of ±10° could hold none.
  orientations: count(18, 720, 'Orientations at which D is measured; an even number.').refine(
    (orientations) => orientations === null || orientations % 2 === 0,
    'must be even, so that the untrained orientation is among them',
  ),
  phases: count(1, 360, 'Phases that D is averaged over.'),
  layers: z
    .array(z.string().min(1))
    .min(1)
    .default(['auto'])
    .describe('Layers to measure: auto, all, names or patterns with *.'),
  confidence: z.number().min(0.5).max(0.999).default(0.95).describe('Confidence of all intervals.'),
});

export const perceptualParameters = declaredPerceptualParameters.transform((given) => {
  const profile = PROFILES[given.profile];
  return {
    ...given,
    seeds: [...new Set(given.seeds ?? profile.seeds)],
    width: given.width ?? profile.width,
    batchSize: given.batchSize ?? profile.batchSize,
    learningRate: given.learningRate ?? profile.learningRate,
    narrowLearningRate: given.narrowLearningRate ?? profile.narrowLearningRate,
    pretrainingSteps: given.pretrainingSteps ?? profile.pretrainingSteps,
    steps: given.steps ?? profile.steps,
    observedSteps: given.observedSteps ?? profile.observedSteps,
    orientations: given.orientations ?? profile.orientations,
    phases: given.phases ?? profile.phases,
  };
});

/** Parameters of the analysis, with every default filled in. */
export type PerceptualParameters = z.infer<typeof perceptualParameters>;
