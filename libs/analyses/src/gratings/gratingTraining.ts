import { datasetV1, stimulusV1, trainingV1 } from '@oblique/contracts';
import type { Condition } from './condition.js';

/** Name of the observation, and the layer that Fig. 6 shows. */
export const OBSERVATION = 'gratings';
export const FIRST_LAYER = 'hidden1';

const SIZE_PIXELS = 64;
const { Gratings_Prior: Prior, LabelNoise_Formula: Formula } = datasetV1;

/** How a network is trained on gratings, and D measured meanwhile. */
export interface GratingTraining {
  /** Default: the text's. */
  readonly protocol?: 'text' | 'code';
  /** Classes of orientation. */
  readonly bins: number;
  /** Factor on the hidden units. */
  readonly width: number;
  readonly batchSize: number;
  readonly steps: number;
  readonly learningRate: number;
  /** Factor on PyTorch's initial weights and biases. */
  readonly initialScale: number;
  readonly observeEvery: number;
  /** Steps at which D is measured beside steps 1, 2, 5 and the last; none where left out. */
  readonly alsoObservedAt?: readonly number[];
  readonly orientations: number;
  readonly phases: number;
  /** Steps whose weights are kept beside those of the last; none where left out. */
  readonly checkpointSteps?: readonly number[];
  /** One of the forms of `mlp`; default: that of Fig. 6. */
  readonly architecture?: string;
  /** Layers whose D is measured; default: the first. */
  readonly layers?: readonly string[];
}

/** One training of a condition. */
export function trainingSpec(
  training: GratingTraining,
  condition: Condition,
  seed: number,
): trainingV1.TrainingSpec {
  const {
    protocol = 'text',
    bins,
    width,
    batchSize,
    steps,
    learningRate,
    initialScale,
    observeEvery,
  } = training;
  const { architecture = 'mlp', checkpointSteps = [], alsoObservedAt = [] } = training;
  return trainingV1.TrainingSpec.fromPartial({
    learner: {
      $case: 'network',
      value: {
        start: { $case: 'architecture', value: { architecture, width, inputSizePixels: SIZE_PIXELS } },
        dataset: { source: { $case: 'gratings', value: gratingsOf(condition, bins, protocol) } },
        task: datasetV1.Task.TASK_CLASS,
        optimiser: { method: trainingV1.Optimiser_Method.METHOD_SGD },
        schedule: {
          kind: trainingV1.Schedule_Kind.KIND_CONSTANT,
          learningRate: learningRate * condition.rateFactor,
        },
        batchSize,
        steps,
        ...(checkpointSteps.length > 0 && { checkpoints: { at: [...checkpointSteps] } }),
        initialScale,
        observations: [observation(training)],
        observationSteps: {
          at: [1, 2, 5, ...alsoObservedAt, steps].filter((step) => step <= steps),
          every: observeEvery,
        },
      },
    },
    seed: String(seed),
  });
}

/** The gratings of Fig. 6, as the networks take them. */
export function gratingStimulus(): stimulusV1.StimulusSpec {
  return {
    family: 'grating',
    widthPixels: SIZE_PIXELS,
    heightPixels: SIZE_PIXELS,
    stretch: stimulusV1.Stretch.STRETCH_NONE,
    input: stimulusV1.InputEncoding.INPUT_ENCODING_DIRECT,
    parameters: {},
  };
}

const PRIORS = { uniform: Prior.PRIOR_UNIFORM, vertical: Prior.PRIOR_VERTICAL } as const;
const FORMULAS = {
  none: Formula.FORMULA_UNSPECIFIED,
  text: Formula.FORMULA_TEXT,
  code: Formula.FORMULA_CODE,
  erasure: Formula.FORMULA_ERASURE,
} as const;

/** The condition's gratings as the training service takes them. */
function gratingsOf(
  { prior, steepness, labelNoise }: Condition,
  bins: number,
  protocol: 'text' | 'code',
): datasetV1.Gratings {
  const { formula, amount = 0, balancedPrior } = labelNoise;
  return {
    prior: steepness === undefined ? PRIORS[prior] : Prior.PRIOR_UNSPECIFIED,
    cosinePrior: steepness === undefined ? undefined : { steepness, peakDeg: 90 },
    bins,
    halfCirclePhases: protocol === 'code',
    labelNoise: {
      formula: FORMULAS[formula],
      amount,
      balancedPrior: balancedPrior === undefined ? Prior.PRIOR_UNSPECIFIED : PRIORS[balancedPrior],
    },
  };
}

function observation({
  protocol = 'text',
  orientations,
  phases,
  layers = [FIRST_LAYER],
}: GratingTraining): trainingV1.Observation {
  return {
    name: OBSERVATION,
    stimulus: gratingStimulus(),
    variable: 'orientation',
    grid: [
      { parameter: 'orientation', values: spaced(orientations, protocol) },
      { parameter: 'phase', values: phasesOf(phases, protocol) },
    ],
    layers: [...layers],
  };
}

/**
 * The phases that are learned from, in degrees in the middle of the image: the text's tile the circle; the code's are 0 to
 * 180° at the first column, which are these in the middle.
 */
function phasesOf(count: number, protocol: 'text' | 'code'): number[] {
  return spaced(count, protocol).map((degrees) => (protocol === 'code' ? 180 + degrees : 2 * degrees));
}

/** Over 0 to 180°: the text's tile it, the code's have both ends. */
function spaced(count: number, protocol: 'text' | 'code'): number[] {
  const intervals = protocol === 'code' && count > 1 ? count - 1 : count;
  return Array.from({ length: count }, (_, k) => (180 * k) / intervals);
}
