import { z } from 'zod';

/** What a parameter that is left at `null` takes. */
const PROFILES = {
  quick: { seeds: [0, 1, 2], width: 0.125, batchSize: 128, steps: 960, orientations: 24, phases: 6 },
  full: { seeds: [0, 1, 2, 3, 4], width: 0.5, batchSize: 512, steps: 6400, orientations: 60, phases: 11 },
} as const;

const count = (minimum: number, maximum: number, description: string) =>
  z.int().min(minimum).max(maximum).nullable().default(null).describe(description);

/** What people may set, with `null` for what the profile decides. */
export const declaredTrainingLengthParameters = z.strictObject({
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
  width: z
    .number()
    .positive()
    .max(4)
    .nullable()
    .default(null)
    .describe('Factor on the 1024 and 256 hidden units.'),
  batchSize: count(1, 65_536, 'Gratings a step.'),
  steps: count(40, 1_000_000, 'Steps of gradient descent at the first learning rate.'),
  orientations: count(12, 720, 'Orientations at which D is measured.'),
  phases: count(1, 360, 'Phases that D is averaged over.'),
  tolerance: z
    .number()
    .gt(1)
    .default(1.5)
    .describe('Preferences that differ by no more than this factor count as equal.'),
  confidence: z.number().min(0.5).max(0.999).default(0.95).describe('Confidence of all intervals.'),
});

type Read = z.infer<typeof declaredTrainingLengthParameters>;

/** Parameters of the analysis, with every default filled in. */
export type TrainingLengthParameters = { readonly [Name in keyof Read]: NonNullable<Read[Name]> };

export const trainingLengthParameters = declaredTrainingLengthParameters
  .transform((given): TrainingLengthParameters => {
    const profile = PROFILES[given.profile];
    return {
      ...given,
      seeds: [...new Set(given.seeds ?? profile.seeds)],
      learningRates: [...new Set(given.learningRates)],
      width: given.width ?? profile.width,
      batchSize: given.batchSize ?? profile.batchSize,
      steps: given.steps ?? profile.steps,
      orientations: given.orientations ?? profile.orientations,
      phases: given.phases ?? profile.phases,
    };
  })
  .refine(({ seeds, learningRates }) => seeds.length > 1 && learningRates.length > 1, {
    path: ['learningRates'],
    message: 'at least two different seeds and two different learning rates are compared',
  });
