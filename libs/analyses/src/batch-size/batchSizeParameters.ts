import { z } from 'zod';
import { countOrNull, gridDefaults, gridFields, tolerance } from '../gratings-grid/gridParameters.js';

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

/** What people may set, with `null` for what the profile decides. */
export const declaredBatchSizeParameters = z.strictObject({
  ...gridFields,
  tolerance,
  profile: z
    .enum(['quick', 'full'])
    .default('quick')
    .describe(
      'Sets what is left at null. quick: an eighth of the hidden units, three batch sizes, three seeds, 40 seconds on ' +
        'two cores. full: half of the hidden units, four batch sizes, five seeds, about an hour.',
    ),
  batchSizes: z
    .array(z.int().min(1).max(65_536))
    .min(2)
    .nullable()
    .default(null)
    .describe('Gratings a step.'),
  steps: countOrNull(
    20,
    1_000_000,
    'Steps that all batch sizes are compared at; the second one is compared with the others at as many examples as it sees in these.',
  ),
  learningRate: z.number().positive().nullable().default(null).describe('Learning rate, of all batch sizes.'),
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
      ...gridDefaults(given, profile),
      batchSizes: [...new Set(given.batchSizes ?? profile.batchSizes)].sort((a, b) => a - b),
      learningRate: given.learningRate ?? profile.learningRate,
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
