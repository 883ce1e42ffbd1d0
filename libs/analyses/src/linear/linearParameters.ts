import { z } from 'zod';

const seed = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const count = z.int().min(1).max(10_000_000);
const orNull = <T extends z.ZodType>(type: T, description: string) =>
  type.nullable().default(null).describe(description);

/** Numbers of the paper and its code where the profile is `paper`; `quick` is smaller in every way. */
const PROFILES = {
  quick: {
    sizePixels: 12,
    patches: 20_480,
    batchSize: 4096,
    deepBatchSize: 1024,
    steps: 500,
    seeds: [0, 1, 2],
  },
  full: {
    sizePixels: 32,
    patches: 100_352,
    batchSize: 16_384,
    deepBatchSize: 4096,
    steps: 7000,
    seeds: [0, 1],
  },
  paper: {
    sizePixels: 32,
    patches: 100_352,
    batchSize: 16_384,
    deepBatchSize: 4096,
    steps: 7000,
    seeds: [0, 1, 2],
  },
} as const;
/** 1000 epochs of 25 batches, as the code trains the deep networks. */
const CODE_DEEP_STEPS = 25_000;

const schema = z.strictObject({
  profile: z
    .enum(['quick', 'full', 'paper'])
    .default('quick')
    .describe(
      'Sets what is left at null. quick: 12 pixels, at most three minutes on two cores. full: 32 pixels and 7000 updates of ' +
        "every network, about an hour. paper: the paper's numbers, hours.",
    ),
  protocol: z
    .enum(['text', 'code'])
    .default('text')
    .describe(
      "text: as the paper's words have it (one matrix W, weights of PyTorch's default divided by 100, one batch size). code: " +
        "as the authors' notebook does it (WᵀW as the one matrix, larger weights, smaller batches for deep networks, noise " +
        'on the output, the first matrix measured).',
    ),
  seeds: orNull(z.array(seed).min(1), 'Seeds of initial weights and batches; null: by profile.'),
  dataset: z
    .string()
    .min(1)
    .default('scenes')
    .describe(
      'Where patches come from: scenes (the embedded procedural world, synthetic), or the location of images.',
    ),
  images: count.default(2000).describe('How many images patches are cut from.'),
  patches: orNull(count, 'Number of patches; null: by profile.'),
  sizePixels: orNull(z.int().min(4).max(64), 'Height and width of a patch; null: by profile.'),
  patchSeed: seed.default(0).describe('Seed of the scenes and of where patches are cut.'),
  depths: z
    .array(z.int().min(2).max(8))
    .min(1)
    .default([2, 3])
    .describe('Depths of the networks beside one matrix and WᵀW.'),
  batchSize: orNull(count, 'Patches a batch for one matrix and WᵀW; null: by profile.'),
  deepBatchSize: orNull(count, 'Patches a batch for deeper networks; null: by profile and protocol.'),
  steps: orNull(count, 'Updates of one matrix and WᵀW; null: by profile.'),
  deepSteps: orNull(count, 'Updates of deeper networks; null: by profile and protocol.'),
  learningRate: orNull(
    z.number().positive(),
    'Learning rate; null: 1, and in the profile quick pixels / (8 λ) of the first component.',
  ),
  outputNoise: orNull(
    z.number().min(0),
    'Standard deviation of noise on the output in the loss; null: by protocol.',
  ),
  sweepFactors: z
    .array(z.number().positive().max(10))
    .default([2, 1, 0.1])
    .describe(
      'Factors on the initial weights of WᵀW for the gap between measurement and theory; an empty list leaves it out.',
    ),
  components: z.int().min(2).max(500).default(50).describe('Principal components whose learning is shown.'),
  judged: z.int().min(3).max(500).default(20).describe('Principal components that claims are judged by.'),
  confidence: z.number().min(0.5).max(0.999).default(0.95).describe('Confidence of all intervals.'),
});

type Read = z.infer<typeof schema>;

/** Parameters of the linear analysis; only `learningRate` can be open, until the data are known. */
export type LinearParameters = {
  readonly [Name in keyof Read]: Name extends 'learningRate' ? Read[Name] : NonNullable<Read[Name]>;
};

/** What people may set, with `null` for what the profile or protocol decides. */
export const declaredLinearParameters = schema;

/** Reads the parameters; what depends on several of them is checked here. */
export const linearParameters = schema
  .transform((given): LinearParameters => {
    const profile = PROFILES[given.profile];
    const isCode = given.protocol === 'code';
    const batchSize = given.batchSize ?? profile.batchSize;
    const steps = given.steps ?? profile.steps;
    return {
      ...given,
      seeds: [...new Set(given.seeds ?? profile.seeds)],
      depths: [...new Set(given.depths)].sort((a, b) => a - b),
      sweepFactors: [...new Set(given.sweepFactors)].sort((a, b) => b - a),
      patches: given.patches ?? profile.patches,
      sizePixels: given.sizePixels ?? profile.sizePixels,
      batchSize,
      deepBatchSize: given.deepBatchSize ?? (isCode ? profile.deepBatchSize : batchSize),
      steps,
      deepSteps:
        given.deepSteps ??
        (given.profile === 'quick'
          ? 2 * steps
          : given.profile === 'paper' && isCode
            ? CODE_DEEP_STEPS
            : steps),
      learningRate: given.learningRate ?? (given.profile === 'quick' ? null : 1),
      outputNoise: given.outputNoise ?? (isCode ? 0.1 : 0),
    };
  })
  .superRefine(({ patches, batchSize, deepBatchSize }, context) => {
    for (const [name, size] of Object.entries({ batchSize, deepBatchSize })) {
      if (size > patches) {
        context.addIssue({
          code: 'custom',
          path: [name],
          message: `a batch of ${size} is more than all ${patches} patches: take a smaller one, or more patches`,
        });
      }
    }
  });
