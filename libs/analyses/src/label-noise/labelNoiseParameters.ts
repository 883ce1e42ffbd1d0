import { checkLabelNoise, DEFAULT_AMOUNT, LabelNoiseError } from '@oblique/datasets/gratings';
import { z } from 'zod';
import { CONDITION_NAMES, conditionOf, type Condition, type ConditionName } from './conditions.js';

const SEEDS = [0, 1, 2, 3, 4];

/** What a parameter that is left at `null` takes. */
const PROFILES = {
  quick: {
    conditions: (protocol: 'text' | 'code'): ConditionName[] => [
      'uniform',
      'b',
      'c',
      `d-${protocol}`,
      'erasure',
      'uniform-half',
    ],
    seeds: SEEDS,
    bins: [60],
    width: 0.25,
    batchSize: 256,
    steps: 240,
    learningRate: 1,
    observeEvery: 16,
    fromStep: 48,
    orientations: 24,
    phases: 6,
  },
  full: {
    conditions: (): ConditionName[] => [...CONDITION_NAMES],
    seeds: SEEDS,
    bins: [60],
    width: 1,
    batchSize: 2048,
    steps: 300,
    learningRate: 0.5,
    observeEvery: 10,
    fromStep: 50,
    orientations: 60,
    phases: 11,
  },
  paper: {
    conditions: (): ConditionName[] => [...CONDITION_NAMES],
    seeds: SEEDS,
    bins: [60, 3],
    width: 1,
    batchSize: 2048,
    steps: 500,
    learningRate: 0.5,
    observeEvery: 10,
    fromStep: 50,
    orientations: 60,
    phases: 11,
  },
} as const;

const count = (minimum: number, maximum: number) =>
  z.int().min(minimum).max(maximum).nullable().default(null);

const schema = z.strictObject({
  profile: z
    .enum(['quick', 'full', 'paper'])
    .default('quick')
    .describe(
      'Sets what is left at null. quick: a quarter of the hidden units, batches of 256, 240 steps at twice the learning rate, five seeds, one formula ' +
        "of noise, at most three minutes on two cores. full: the paper's network and batches, 300 steps, both formulas, " +
        'hours on two cores. paper: 500 steps, and 3 bins beside 60.',
    ),
  protocol: z
    .enum(['text', 'code'])
    .default('text')
    .describe(
      'text: label noise by H(σ) = 1 − a/p, angles tile the half turn. code: H(σ) = 1.3 (1 − a/p), which does not balance ' +
        'information, and angles with both ends.',
    ),
  seeds: z
    .array(z.int().min(0).max(Number.MAX_SAFE_INTEGER))
    .min(1)
    .nullable()
    .default(null)
    .describe('Seeds of weights and gratings; each is one training more of every condition.'),
  conditions: z
    .array(z.enum(CONDITION_NAMES))
    .min(1)
    .nullable()
    .default(null)
    .describe(
      'uniform (p uniform, all labels), b (p uniform, σ), c (vertical bars frequent, all labels), d-text and d-code (both, by ' +
        "the formula of the text or the code), erasure (σ = smallest p/p: equally many labels everywhere; the paper's missing control), uniform-half (its twin: the same expected steps).",
    ),
  bins: z
    .array(z.int().min(2).max(1000))
    .min(1)
    .nullable()
    .default(null)
    .describe('Numbers of classes over 180°: 60 in Methods and code, 3 in the caption of Fig. 6a.'),
  amount: z
    .number()
    .positive()
    .default(DEFAULT_AMOUNT)
    .describe(
      'a of the label noise per radian; at most 1/(2π) = 0.159, where the rarest orientation keeps all labels.',
    ),
  width: z
    .number()
    .positive()
    .max(4)
    .nullable()
    .default(null)
    .describe('Factor on the 1024 and 256 hidden units.'),
  batchSize: count(1, 65_536).describe('Gratings a step.'),
  steps: count(2, 1_000_000).describe('Steps of gradient descent.'),
  learningRate: z.number().positive().nullable().default(null).describe('Learning rate, constant.'),
  initialScale: z
    .number()
    .positive()
    .default(0.1)
    .describe("Factor on PyTorch's default initial weights and biases."),
  orientations: count(12, 720).describe('Orientations at which D is measured.'),
  phases: count(1, 360).describe('Phases that D is averaged over.'),
  observeEvery: count(1, 1_000_000).describe('D is measured every so many steps, and at steps 1, 2 and 5.'),
  fromStep: count(0, 1_000_000).describe(
    'Claims are about steps from here on; before, there is little but the initial weights.',
  ),
  halfWidth: z
    .number()
    .positive()
    .max(45)
    .default(15)
    .describe('Half width in degrees of the windows about 0° and 90°.'),
  onsetFactor: z
    .number()
    .min(1.5)
    .default(100)
    .describe('An orientation is learned when D there is so many times the mean D at step 0.'),
  tolerance: z
    .number()
    .gt(1)
    .default(1.5)
    .describe(
      'Controls: the ratio D(90°)/D(0°) may lie between 1/tolerance and tolerance and still count as none.',
    ),
  confidence: z.number().min(0.5).max(0.999).default(0.95).describe('Confidence of all intervals.'),
});

type Read = z.infer<typeof schema>;

/** Parameters of the analysis, with every default filled in. */
export type LabelNoiseParameters = { readonly [Name in keyof Read]: NonNullable<Read[Name]> };

/** What people may set, with `null` for what the profile decides. */
export const declaredLabelNoiseParameters = schema;

/** Reads the parameters; what depends on several of them is checked here. */
export const labelNoiseParameters = schema
  .transform((given): LabelNoiseParameters => {
    const profile = PROFILES[given.profile];
    return {
      ...given,
      seeds: distinct(given.seeds ?? profile.seeds),
      conditions: distinct(given.conditions ?? profile.conditions(given.protocol)),
      bins: distinct(given.bins ?? profile.bins),
      width: given.width ?? profile.width,
      batchSize: given.batchSize ?? profile.batchSize,
      steps: given.steps ?? profile.steps,
      learningRate: given.learningRate ?? profile.learningRate,
      observeEvery: given.observeEvery ?? profile.observeEvery,
      fromStep: given.fromStep ?? profile.fromStep,
      orientations: given.orientations ?? profile.orientations,
      phases: given.phases ?? profile.phases,
    };
  })
  .superRefine((parameters, context) => {
    const { fromStep, steps, orientations, halfWidth } = parameters;
    const wrong = (path: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [path], message });
    };
    if (fromStep >= steps) wrong('fromStep', `there are only ${steps} steps: choose fromStep below that`);
    if (halfWidth < 180 / orientations)
      wrong(
        'halfWidth',
        `windows of ±${halfWidth}° are narrower than the spacing of ${orientations} orientations`,
      );
    for (const { labelNoise, prior } of conditionsOf(parameters)) {
      try {
        checkLabelNoise(labelNoise, prior);
      } catch (error) {
        if (!(error instanceof LabelNoiseError)) throw error;
        wrong('amount', error.message);
        return;
      }
    }
  });

/** The conditions that are trained, in the order given. */
export function conditionsOf({
  conditions,
  amount,
  protocol,
}: Pick<LabelNoiseParameters, 'conditions' | 'amount' | 'protocol'>): Condition[] {
  return conditions.map((name) => conditionOf(name, { amount, formula: protocol }));
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
