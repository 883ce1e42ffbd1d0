import { datasetV1, stimulusV1, trainingV1 } from '@oblique/contracts';
import { gratingsOf, type Condition } from './conditions.js';
import type { LabelNoiseParameters } from './labelNoiseParameters.js';

/** Name of the observation, and the layer that Fig. 6 shows. */
export const OBSERVATION = 'gratings';
export const LAYER = 'hidden1';

const SIZE_PIXELS = 64;

/** How a network is trained, and D of its first layer measured meanwhile. */
export interface GratingTraining extends Pick<
  LabelNoiseParameters,
  | 'protocol'
  | 'width'
  | 'batchSize'
  | 'steps'
  | 'learningRate'
  | 'initialScale'
  | 'observeEvery'
  | 'orientations'
  | 'phases'
> {
  /** Steps whose weights are kept beside those of the last; none where left out. */
  readonly checkpointSteps?: readonly number[];
  /** Steps at which D is measured beside steps 1, 2, 5 and the last; none where left out. */
  readonly alsoObservedAt?: readonly number[];
  /** One of the forms of `mlp`; default: that of Fig. 6. */
  readonly architecture?: string;
  /** Layers whose D is measured; default: the first. */
  readonly layers?: readonly string[];
}

/** One training of a condition. */
export function trainingSpec(
  parameters: GratingTraining,
  condition: Condition,
  bins: number,
  seed: number,
): trainingV1.TrainingSpec {
  const { protocol, width, batchSize, steps, learningRate, initialScale, observeEvery } = parameters;
  const { architecture = 'mlp', checkpointSteps = [], alsoObservedAt = [] } = parameters;
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
        observations: [gratingObservation(parameters)],
        observationSteps: {
          at: [1, 2, 5, ...alsoObservedAt, steps].filter((step) => step <= steps),
          every: observeEvery,
        },
      },
    },
    seed: String(seed),
  });
}

/** Orientations at which D is measured, in degrees. */
export function orientationsOf({ protocol, orientations }: GratingTraining): number[] {
  return spaced(orientations, protocol);
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

function gratingObservation(parameters: GratingTraining): trainingV1.Observation {
  const { protocol, phases, layers = [LAYER] } = parameters;
  return {
    name: OBSERVATION,
    stimulus: gratingStimulus(),
    variable: 'orientation',
    grid: [
      { parameter: 'orientation', values: orientationsOf(parameters) },
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
