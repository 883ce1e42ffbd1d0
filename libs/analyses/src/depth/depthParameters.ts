import { z } from 'zod';
import { countOrNull, gridDefaults, gridFields } from '../gratings-grid/gridParameters.js';

/** Architectures by their number of hidden layers. */
export const ARCHITECTURES_BY_DEPTH: Readonly<Record<number, string>> = {
  1: 'mlp_1',
  2: 'mlp',
  3: 'mlp_3',
  4: 'mlp_4',
};
const DEEPEST = Math.max(...Object.keys(ARCHITECTURES_BY_DEPTH).map(Number));

/** What a parameter that is left at `null` takes. */
const PROFILES = {
  quick: { seeds: [0, 1, 2], width: 0.125, batchSize: 128, steps: 320, orientations: 24, phases: 6 },
  full: { seeds: [0, 1, 2, 3, 4], width: 0.5, batchSize: 512, steps: 800, orientations: 60, phases: 11 },
} as const;

/** What people may set, with `null` for what the profile decides. */
export const declaredDepthParameters = z.strictObject({
  ...gridFields,
  profile: z
    .enum(['quick', 'full'])
    .default('quick')
    .describe(
      'Sets what is left at null. quick: an eighth of the hidden units, three seeds, half a minute on two cores. full: half ' +
        'of the hidden units, five seeds, about an hour.',
    ),
  depths: z
    .array(z.int().min(1).max(DEEPEST))
    .min(2)
    .default([1, 2, 3, 4])
    .describe('Numbers of hidden layers: 1024 units, and 256 in every further one.'),
  initialScale: z
    .number()
    .positive()
    .max(100)
    .default(1)
    .describe(
      "Factor on PyTorch's default initial weights; from the paper's 0.1 deep networks do not leave their plateau.",
    ),
  learningRate: z.number().positive().default(0.25).describe('Learning rate, constant, of all depths.'),
  batchSize: countOrNull(1, 65_536, 'Gratings a step.'),
  learnedShare: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.5)
    .describe(
      'Depths are compared where the loss first is this share of what chance has: equally much is learned.',
    ),
});

type Read = z.infer<typeof declaredDepthParameters>;

/** Parameters of the analysis, with every default filled in. */
export type DepthParameters = { readonly [Name in keyof Read]: NonNullable<Read[Name]> };

/** Reads the parameters; depths from the shallowest on. */
export const depthParameters = declaredDepthParameters
  .transform((given): DepthParameters => {
    const profile = PROFILES[given.profile];
    return {
      ...given,
      ...gridDefaults(given, profile),
      depths: [...new Set(given.depths)].sort((a, b) => a - b),
      batchSize: given.batchSize ?? profile.batchSize,
    };
  })
  .refine(({ depths }) => depths.length > 1, {
    path: ['depths'],
    message: 'nothing can be compared with one depth: give at least two different ones',
  });
