import { z } from 'zod';

/** What a parameter that is left at `null` takes. */
const PROFILES = {
  quick: {
    seeds: [0, 1, 2],
    steepnesses: [-0.9, -0.5, 0, 0.5, 0.9],
    width: 0.125,
    batchSize: 128,
    steps: 320,
    orientations: 24,
    phases: 6,
  },
  full: {
    seeds: [0, 1, 2, 3, 4],
    steepnesses: [-0.9, -0.7, -0.5, -0.25, 0, 0.25, 0.5, 0.7, 0.9],
    width: 0.5,
    batchSize: 512,
    steps: 480,
    orientations: 60,
    phases: 11,
  },
} as const;

const count = (minimum: number, maximum: number, description: string) =>
  z.int().min(minimum).max(maximum).nullable().default(null).describe(description);

/** What people may set, with `null` for what the profile decides. */
export const declaredDoseResponseParameters = z.strictObject({
  profile: z
    .enum(['quick', 'full'])
    .default('quick')
    .describe(
      'Sets what is left at null. quick: an eighth of the hidden units, five priors, three seeds, 40 seconds on two ' +
        'cores. full: half of the hidden units, nine priors, five seeds, about two hours.',
    ),
  seeds: z
    .array(z.int().min(0).max(Number.MAX_SAFE_INTEGER))
    .min(1)
    .nullable()
    .default(null)
    .describe('Seeds of weights and gratings; each is one training more of every prior.'),
  steepnesses: z
    .array(z.number().gt(-1).lt(1))
    .min(3)
    .nullable()
    .default(null)
    .describe(
      'Steepnesses s of the prior (1 + s cos 2(θ − 90°))/π: 0 is uniform, a negative one the same prior turned by 90°.',
    ),
  learningRate: z.number().positive().default(0.25).describe('Learning rate, constant.'),
  width: z
    .number()
    .positive()
    .max(4)
    .nullable()
    .default(null)
    .describe('Factor on the 1024 and 256 hidden units.'),
  batchSize: count(1, 65_536, 'Gratings a step.'),
  steps: count(20, 1_000_000, 'Steps of gradient descent.'),
  orientations: count(12, 720, 'Orientations at which D is measured.'),
  phases: count(1, 360, 'Phases that D is averaged over.'),
  tolerance: z
    .number()
    .gt(1)
    .default(1.5)
    .describe('Preferences that differ by no more than this factor count as equal.'),
  confidence: z.number().min(0.5).max(0.999).default(0.95).describe('Confidence of all intervals.'),
});

type Read = z.infer<typeof declaredDoseResponseParameters>;

/** Parameters of the analysis, with every default filled in. */
export type DoseResponseParameters = { readonly [Name in keyof Read]: NonNullable<Read[Name]> };

/** Reads the parameters; steepnesses from the lowest on. */
export const doseResponseParameters = declaredDoseResponseParameters
  .transform((given): DoseResponseParameters => {
    const profile = PROFILES[given.profile];
    return {
      ...given,
      seeds: [...new Set(given.seeds ?? profile.seeds)],
      steepnesses: [...new Set(given.steepnesses ?? profile.steepnesses)].sort((a, b) => a - b),
      width: given.width ?? profile.width,
      batchSize: given.batchSize ?? profile.batchSize,
      steps: given.steps ?? profile.steps,
      orientations: given.orientations ?? profile.orientations,
      phases: given.phases ?? profile.phases,
    };
  })
  .refine(({ steepnesses }) => steepnesses.length > 2, {
    path: ['steepnesses'],
    message: 'a line is judged by three or more different steepnesses',
  });
