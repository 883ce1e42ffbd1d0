import { z } from 'zod';
import { countOrNull, gridDefaults, gridFields, tolerance } from '../gratings-grid/gridParameters.js';

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

/** What people may set, with `null` for what the profile decides. */
export const declaredDoseResponseParameters = z.strictObject({
  ...gridFields,
  tolerance,
  profile: z
    .enum(['quick', 'full'])
    .default('quick')
    .describe(
      'Sets what is left at null. quick: an eighth of the hidden units, five priors, three seeds, 40 seconds on two ' +
        'cores. full: half of the hidden units, nine priors, five seeds, about two hours.',
    ),
  steepnesses: z
    .array(z.number().gt(-1).lt(1))
    .min(3)
    .nullable()
    .default(null)
    .describe(
      'Steepnesses s of the prior (1 + s cos 2(θ − 90°))/π: 0 is uniform, a negative one the same prior turned by 90°.',
    ),
  learningRate: z.number().positive().default(0.25).describe('Learning rate, constant.'),
  batchSize: countOrNull(1, 65_536, 'Gratings a step.'),
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
      ...gridDefaults(given, profile),
      steepnesses: [...new Set(given.steepnesses ?? profile.steepnesses)].sort((a, b) => a - b),
      batchSize: given.batchSize ?? profile.batchSize,
    };
  })
  .refine(({ steepnesses }) => steepnesses.length > 2, {
    path: ['steepnesses'],
    message: 'a line is judged by three or more different steepnesses',
  });
