import { z } from 'zod';

/** What a parameter that is left at `null` takes. */
const PROFILES = {
  quick: {
    seeds: [0, 1, 2],
    width: 0.125,
    batchSizes: [32, 128, 512],
    steps: 320,
    learningRate: 0.25,
    orientations: 24,
    phases: 6,
  },
  full: {
    seeds: [0, 1, 2, 3, 4],
    width: 0.5,
    batchSizes: [32, 128, 512, 2048],
    steps: 480,
    learningRate: 0.25,
    orientations: 60,
    phases: 11,
  },
} as const;

const count = (minimum: number, maximum: number, description: string) =>
  z.int().min(minimum).max(maximum).nullable().default(null).describe(description);

/** What people may set, with `null` for what the profile decides. */
export const declaredBatchSizeParameters = z.strictObject({
  profile: z
    .enum(['quick', 'full'])
    .default('quick')
    .describe(
      'Sets what is left at null. quick: an eighth of the hidden units, three batch sizes, three seeds, 40 seconds on ' +
        'two cores. full: half of the hidden units, four batch sizes, five seeds, about an hour.',
    ),
  seeds: z
    .array(z.int().min(0).max(Number.MAX_SAFE_INTEGER))
    .min(1)
    .nullable()
    .default(null)
    .describe('Seeds of weights and gratings; each is one training more of every batch size.'),
  batchSizes: z
    .array(z.int().min(1).max(65_536))
    .min(2)
    .nullable()
    .default(null)
    .describe('Gratings a step.'),
  steps: count(
    20,
    1_000_000,
    'Steps that all batch sizes are compared at; the second one is compared with the others at as many examples as it sees in these.',
  ),
  learningRate: z.number().positive().nullable().default(null).describe('Learning rate, of all batch sizes.'),
  width: z
    .number()
    .positive()
    .max(4)
    .nullable()
    .default(null)
    .describe('Factor on the 1024 and 256 hidden units.'),
  orientations: count(12, 720, 'Orientations at which D is measured.'),
  phases: count(1, 360, 'Phases that D is averaged over.'),
  tolerance: z
    .number()
    .gt(1)
    .default(1.5)
    .describe('Preferences that differ by no more than this factor count as equal.'),
  confidence: z.number().min(0.5).max(0.999).default(0.95).describe('Confidence of all intervals.'),
});

type Read = z.infer<typeof declaredBatchSizeParameters>;

/** Parameters of the analysis, with every default filled in. */
export type BatchSizeParameters = { readonly [Name in keyof Read]: NonNullable<Read[Name]> };

/** Reads the parameters; batch sizes from the smallest on. */
export const batchSizeParameters = declaredBatchSizeParameters
  .transform((given): BatchSizeParameters => {
    const profile = PROFILES[given.profile];
    return {
      ...given,
      seeds: [...new Set(given.seeds ?? profile.seeds)],
      batchSizes: [...new Set(given.batchSizes ?? profile.batchSizes)].sort((a, b) => a - b),
      steps: given.steps ?? profile.steps,
      learningRate: given.learningRate ?? profile.learningRate,
      width: given.width ?? profile.width,
      orientations: given.orientations ?? profile.orientations,
      phases: given.phases ?? profile.phases,
    };
  })
  .superRefine(({ batchSizes, steps }, context) => {
    const examples = steps * (batchSizes[1] ?? NaN);
    for (const size of batchSizes) {
      if (examples % size !== 0 || examples < size)
        context.addIssue({
          code: 'custom',
          path: ['batchSizes'],
          message: `${examples} examples (${steps} steps of ${batchSizes[1]}) are not a whole number of batches of ${size}: choose sizes, or steps, that divide them; at least two different sizes`,
        });
    }
  });
