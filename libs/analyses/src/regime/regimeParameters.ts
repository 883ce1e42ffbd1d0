import { z } from 'zod';

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

const count = (minimum: number, maximum: number, description: string) =>
  z.int().min(minimum).max(maximum).nullable().default(null).describe(description);

/** What people may set, with `null` for what the profile decides. */
export const declaredRegimeParameters = z.strictObject({
  profile: z
    .enum(['quick', 'full'])
    .default('quick')
    .describe(
      'Sets what is left at null. quick: an eighth of the hidden units, three scales, three seeds, 40 seconds on two ' +
        'cores. full: half of the hidden units, five scales, five seeds, about an hour.',
    ),
  seeds: z
    .array(z.int().min(0).max(Number.MAX_SAFE_INTEGER))
    .min(1)
    .nullable()
    .default(null)
    .describe('Seeds of weights and gratings; each is one training more of every scale.'),
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
  width: z
    .number()
    .positive()
    .max(4)
    .nullable()
    .default(null)
    .describe('Factor on the 1024 and 256 hidden units.'),
  batchSize: count(1, 65_536, 'Gratings a step.'),
  steps: count(40, 1_000_000, 'Steps of gradient descent.'),
  orientations: count(12, 720, 'Orientations at which D is measured.'),
  phases: count(1, 360, 'Phases that D is averaged over.'),
  learnedShare: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.5)
    .describe(
      'Scales are compared where the loss first is this share of what chance has: equally much is learned.',
    ),
  tolerance: z
    .number()
    .gt(1)
    .default(1.5)
    .describe('A preference between 1/tolerance and tolerance counts as none.'),
  confidence: z.number().min(0.5).max(0.999).default(0.95).describe('Confidence of all intervals.'),
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
      seeds: [...new Set(given.seeds ?? profile.seeds)],
      scales: [...new Set(given.scales ?? profile.scales)].sort((a, b) => a - b),
      learningRate: given.learningRate ?? profile.learningRate,
      width: given.width ?? profile.width,
      batchSize: given.batchSize ?? profile.batchSize,
      steps: given.steps ?? profile.steps,
      orientations: given.orientations ?? profile.orientations,
      phases: given.phases ?? profile.phases,
    };
  })
  .refine(({ scales }) => scales.length > 1, {
    path: ['scales'],
    message: 'nothing can be compared with one scale: give at least two different ones',
  });
