import { z } from 'zod';
import { countOrNull, gridDefaults, gridFields, tolerance } from '../gratings-grid/gridParameters.js';

/** What a parameter that is left at `null` takes. */
const PROFILES = {
  quick: { seeds: [0, 1, 2], width: 0.125, batchSize: 128, steps: 960, orientations: 24, phases: 6 },
  full: { seeds: [0, 1, 2, 3, 4], width: 0.5, batchSize: 512, steps: 6400, orientations: 60, phases: 11 },
} as const;

/** What people may set, with `null` for what the profile decides. */
export const declaredTrainingLengthParameters = z.strictObject({
  ...gridFields,
  tolerance,
  profile: z
    .enum(['quick', 'full'])
    .default('quick')
    .describe(
      'Sets what is left at null. quick: an eighth of the hidden units, 960 steps, three seeds, 40 seconds on two cores. ' +
        'full: half of the hidden units, 6400 steps, five seeds, about two hours.',
    ),
  seeds: z
    .array(z.int().min(0).max(Number.MAX_SAFE_INTEGER))
    .min(2)
    .nullable()
    .default(null)
    .describe(
      'Seeds of weights and gratings, at least two: where the preference peaks is chosen on the others.',
    ),
  learningRates: z
    .array(z.number().positive())
    .min(2)
    .default([0.25, 0.5])
    .describe('Learning rates; a higher one is trained for as much shorter. The first is judged.'),
  initialScale: z
    .number()
    .positive()
    .max(100)
    .default(1)
    .describe(
      "Factor on PyTorch's default initial weights; from the paper's 0.1 quick does not come to an end.",
    ),
  batchSize: countOrNull(1, 65_536, 'Gratings a step.'),
});

type Read = z.infer<typeof declaredTrainingLengthParameters>;

/** Parameters of the analysis, with every default filled in. */
export type TrainingLengthParameters = { readonly [Name in keyof Read]: NonNullable<Read[Name]> };

export const trainingLengthParameters = declaredTrainingLengthParameters
  .transform((given): TrainingLengthParameters => {
    const profile = PROFILES[given.profile];
    return {
      ...given,
      ...gridDefaults(given, profile),
      learningRates: [...new Set(given.learningRates)],
      batchSize: given.batchSize ?? profile.batchSize,
    };
  })
  .refine(({ seeds, learningRates }) => seeds.length > 1 && learningRates.length > 1, {
    path: ['learningRates'],
    message: 'at least two different seeds and two different learning rates are compared',
  });
