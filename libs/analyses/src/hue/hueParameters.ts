import { z } from 'zod';

const seed = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/** What a parameter that is left at `null` takes. */
const PROFILES = {
  quick: { hues: 72, saturations: 2, images: 900, sizePixels: 64 },
  full: { hues: 360, saturations: 8, images: 20_000, sizePixels: 224 },
} as const;

/** What people may set, with `null` for what the profile decides. */
export const declaredHueParameters = z.strictObject({
  profile: z
    .enum(['quick', 'full'])
    .default('quick')
    .describe(
      'Sets what is left at null. quick: 72 hues, 2 saturations and values, 900 images, half a minute on two cores beside ' +
        'the trainings of hue-rotated, which it shares. full: 360 hues, 8 saturations and values, 20000 images.',
    ),
  protocol: z
    .enum(['text', 'code'])
    .default('text')
    .describe(
      'text: saturations and values tile [0.5, 1], and pixels of at least one half in both are counted. code: they tile ' +
        '[0.5, 0.9], and pixels of saturation 0.1 count as well.',
    ),
  networks: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'Networks to measure, as the serving service knows them, each with its untrained twin; none given: an untrained ' +
        'ResNet18 and the networks that the analysis hue-rotated trains on the images.',
    ),
  seeds: z.array(seed).min(1).default([0, 1, 2]).describe('Seeds of untrained and of trained networks.'),
  dataset: z
    .string()
    .min(1)
    .default('scenes')
    .describe('Whose hues are counted: scenes (synthetic), or the location of images.'),
  images: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe('Images whose pixels are counted; null: by profile.'),
  hues: z
    .int()
    .min(12)
    .max(360)
    .refine(
      (count) => 360 % count === 0 && count % 6 === 0,
      'a divisor of 360 and multiple of 6, so that bins tile the sixths',
    )
    .nullable()
    .default(null)
    .describe('Hues at which D is measured, in the middle of as many bins; null: by profile.'),
  saturations: z
    .int()
    .min(1)
    .max(64)
    .nullable()
    .default(null)
    .describe('Saturations, and as many values, that D is averaged over; null: by profile.'),
  sizePixels: z
    .int()
    .min(16)
    .max(1024)
    .nullable()
    .default(null)
    .describe(
      'Size of the images for built-in architectures; others have their own, or 224. null: by profile.',
    ),
  input: z
    .enum(['auto', 'imagenet', 'model'])
    .default('auto')
    .describe(
      "How colours are fed to given networks and their untrained twins: normalised with ImageNet's mean and deviation, as " +
        "in the paper (imagenet), or by the network's own preprocessing (model); auto takes the latter where the network " +
        'was added with one.',
    ),
  layers: z
    .array(z.string().min(1))
    .min(1)
    .default(['auto'])
    .describe(
      'Layers to measure: auto, all, names or patterns with *. conv1 is added for a built-in ResNet18.',
    ),
  smoothDeg: z
    .number()
    .positive()
    .max(90)
    .default(15)
    .describe('Width of the running mean over hue before curves are compared: they are jagged.'),
  peakToleranceDeg: z
    .number()
    .positive()
    .max(60)
    .default(30)
    .describe('C3.2: how far apart peaks may lie that are called the same.'),
  significance: z
    .number()
    .gt(0)
    .lt(0.5)
    .default(0.05)
    .describe('Largest p-value of a permutation test that counts as support.'),
  resamples: z
    .int()
    .min(100)
    .max(100_000)
    .default(2000)
    .describe('Surrogate curves of the permutation test.'),
  confidence: z.number().min(0.5).max(0.999).default(0.95).describe('Confidence of all intervals.'),
});

type Read = z.infer<typeof declaredHueParameters>;

/** Parameters of the analysis, with every default filled in. */
export type HueParameters = { readonly [Name in keyof Read]: NonNullable<Read[Name]> };

export const hueParameters = declaredHueParameters
  .transform((given): HueParameters => {
    const profile = PROFILES[given.profile];
    return {
      ...given,
      networks: [...new Set(given.networks)],
      seeds: [...new Set(given.seeds)],
      hues: given.hues ?? profile.hues,
      saturations: given.saturations ?? profile.saturations,
      images: given.images ?? profile.images,
      sizePixels: given.sizePixels ?? profile.sizePixels,
    };
  })
  .superRefine(({ hues, smoothDeg }, context) => {
    const stepDeg = 360 / hues;
    if (smoothDeg < stepDeg) {
      context.addIssue({
        code: 'custom',
        path: ['smoothDeg'],
        message: `${hues} hues are ${stepDeg}° apart: choose a width of at least that, or more hues`,
      });
    }
  });

/** Middles of the bins of hue, in degrees. */
export function hueAngles({ hues }: Pick<HueParameters, 'hues'>): number[] {
  return Array.from({ length: hues }, (_, index) => ((index + 0.5) * 360) / hues);
}

/** Saturations, and values, of the uniform colours. */
export function saturationsOf({
  saturations,
  protocol,
}: Pick<HueParameters, 'saturations' | 'protocol'>): number[] {
  const end = protocol === 'text' ? 1 : 0.9;
  return Array.from({ length: saturations }, (_, index) =>
    saturations === 1 ? end : 0.5 + ((end - 0.5) * index) / (saturations - 1),
  );
}
