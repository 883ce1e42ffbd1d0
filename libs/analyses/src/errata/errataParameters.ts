import { z } from 'zod';

/** How a measured network came to be. */
export type NetworkOrigin = 'given' | 'untrained' | 'trained';

const seed = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/** Sizes of a profile. */
const PROFILES = {
  quick: {
    seeds: [0, 1, 2],
    orientations: { given: 25, untrained: 5, trained: 37 },
    phases: 3,
    trainingSteps: 80,
    scenes: 2000,
  },
  full: {
    seeds: [0, 1, 2, 3, 4],
    orientations: { given: 61, untrained: 37, trained: 61 },
    // As in the authors' code.
    phases: 10,
    trainingSteps: 400,
    scenes: 8000,
  },
} as const;

const schema = z.strictObject({
  networks: z
    .array(z.string().min(1))
    .min(1)
    .default(['resnet18'])
    .describe(
      'Networks to measure with a Gabor: names or digests of models that the serving service holds, or built-in ' +
        'architectures, which are untrained. Where all are untrained, small networks are trained beside them.',
    ),
  profile: z
    .enum(['quick', 'full'])
    .default('quick')
    .describe(
      'quick: few orientations and 10-pixel patches, less than a minute on two cores. full: more of them, ' +
        "the code's ten phases and 32-pixel patches, about an hour.",
    ),
  seeds: z
    .array(seed)
    .min(1)
    .nullable()
    .default(null)
    .describe('Seeds of untrained and of trained networks; null: by profile.'),
  confidence: z.number().min(0.5).max(0.999).default(0.95).describe('Confidence of all intervals.'),
});

/** What people may set, with `null` for what the profile decides. */
export const declaredErrataParameters = schema;

/** Reads the parameters. */
export const errataParameters = schema.transform(({ networks, profile, seeds, confidence }) => ({
  networks: [...new Set(networks)],
  profile,
  seeds: [...new Set(seeds ?? PROFILES[profile].seeds)],
  confidence,
}));

export type ErrataParameters = z.infer<typeof errataParameters>;

/** What the profile decides. */
export function sizesOf({ profile }: ErrataParameters): {
  /** Of networks by their origin, from 0 to 180 degrees with both ends, as the code has them. */
  readonly orientations: Readonly<Record<NetworkOrigin, number>>;
  /** On the half circle with both ends. */
  readonly phases: number;
  /** Updates of the small networks that are trained, and the scenes that they learn from. */
  readonly trainingSteps: number;
  readonly scenes: number;
} {
  return PROFILES[profile];
}
