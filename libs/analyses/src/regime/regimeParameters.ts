import { z } from 'zod';
import { countOrNull, gridDefaults, gridFields, tolerance } from '../gratings-grid/gridParameters.js';

/** What a parameter that is left at `null` takes. */
const PROFILES = {
  quick: {
    seeds: [0, 1, 2],
    scales: [0.1, 1, 3],
    width: 0.125,
    batchSize: 128,
    steps: 520,
    learningRate: 0.25,
    orientations: 24,
    phases: 6,
  },
  full: {
    seeds: [0, 1, 2, 3, 4],
    scales: [0.1, 0.3, 1, 2, 3],
    width: 0.5,
    batchSize: 512,
    steps: 1600,
    learningRate: 0.25,
    orientations: 60,
    phases: 11,
  },
} as const;

/** What people may set, with `null` for what the profile decides. */
export const declaredRegimeParameters = z.strictObject({
  ...gridFields,
  tolerance,
  profile: z
    .enum(['quick', 'full'])
    .default('quick')
    .describe(
      'Sets what is left at null. quick: an eighth of the hidden units, three scales, three seeds, 40 seconds on two ' +
        'cores. full: half of the hidden units, five scales, five seeds, about an hour.',
    ),
  scales: z
    .array(z.number().positive().max(100))
    .min(2)
    .nullable()
    .default(null)
    .describe("Factors on PyTorch's default initial weights and biases: small is rich, large is lazy."),
  learningRate: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe('Learning rate up to a scale of 1; divided by the fourth power of larger ones.'),
  batchSize: countOrNull(1, 65_536, 'Gratings a step.'),
  learnedShare: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.5)
    .describe(
      'Scales are compared where the loss first is this share of what chance has: equally much is learned.',
    ),
});

type Read = z.infer<typeof declaredRegimeParameters>;

/** Parameters of the analysis, with every default filled in. */
export type RegimeParameters = { readonly [Name in keyof Read]: NonNullable<Read[Name]> };

/** Reads the parameters; scales from the smallest on. */
export const regimeParameters = declaredRegimeParameters
  .transform((given): RegimeParameters => {
    const profile = PROFILES[given.profile];
    return {
      ...given,
      ...gridDefaults(given, profile),
      scales: [...new Set(given.scales ?? profile.scales)].sort((a, b) => a - b),
      learningRate: given.learningRate ?? profile.learningRate,
      batchSize: given.batchSize ?? profile.batchSize,
    };
  })
  .refine(({ scales }) => scales.length > 1, {
    path: ['scales'],
    message: 'nothing can be compared with one scale: give at least two different ones',
  });
