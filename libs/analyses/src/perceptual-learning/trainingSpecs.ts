import type { ArtifactRef } from '@oblique/artifacts';
import { datasetV1, stimulusV1, trainingV1 } from '@oblique/contracts';
import type { PerceptualParameters } from './perceptualParameters.js';

/** Of the network that is pretrained here; one that is given has its own. */
const SIZE_PIXELS = 64;
/** Fig. 6's factor on PyTorch's initial weights. */
const INITIAL_SCALE = 0.1;

/** Orientations at which D is measured, in degrees: they tile the half turn from the trained one on. */
export function orientationsOf({ orientations, referenceDeg }: PerceptualParameters): number[] {
  return Array.from({ length: orientations }, (_, k) => (referenceDeg + (180 * k) / orientations) % 180);
}

/** A network that learns to tell the orientation of gratings, all equally frequent. */
export function pretrainingSpec(parameters: PerceptualParameters, seed: number): trainingV1.TrainingSpec {
  const { width, pretrainingSteps, learningRate } = parameters;
  return spec(parameters, seed, learningRate, {
    start: { $case: 'architecture', value: { architecture: 'mlp', width, inputSizePixels: SIZE_PIXELS } },
    initialScale: INITIAL_SCALE,
    dataset: gratings(parameters, { prior: datasetV1.Gratings_Prior.PRIOR_UNIFORM }),
    steps: pretrainingSteps,
  });
}

/** The same task from the weights of a network, with gratings about one orientation. */
export function narrowTrainingSpec(
  parameters: PerceptualParameters,
  seed: number,
  trainedDeg: number,
  model: ArtifactRef,
): trainingV1.TrainingSpec {
  const { steepness, steps, observedSteps, narrowLearningRate } = parameters;
  return spec(parameters, seed, narrowLearningRate, {
    start: { $case: 'model', value: model },
    dataset: gratings(parameters, { cosinePrior: { steepness, peakDeg: trainedDeg } }),
    steps,
    observations: [observation(parameters)],
    // Step 0 is the network before the narrow training.
    observationSteps: { at: [0], logarithmic: observedSteps },
  });
}

type Network = NonNullable<Parameters<typeof trainingV1.NetworkTraining.fromPartial>[0]>;
type Gratings = NonNullable<Parameters<typeof datasetV1.Gratings.fromPartial>[0]>;

function spec(
  { batchSize }: PerceptualParameters,
  seed: number,
  learningRate: number,
  network: Network,
): trainingV1.TrainingSpec {
  return trainingV1.TrainingSpec.fromPartial({
    learner: {
      $case: 'network',
      value: {
        task: datasetV1.Task.TASK_CLASS,
        optimiser: { method: trainingV1.Optimiser_Method.METHOD_SGD },
        schedule: { kind: trainingV1.Schedule_Kind.KIND_CONSTANT, learningRate },
        batchSize,
        ...network,
      },
    },
    seed: String(seed),
  });
}

function gratings({ bins }: PerceptualParameters, prior: Gratings): Network['dataset'] {
  return { source: { $case: 'gratings', value: { bins, ...prior } } };
}

function observation(parameters: PerceptualParameters): NonNullable<Network['observations']>[number] {
  const { phases, layers } = parameters;
  return {
    name: 'gratings',
    stimulus: {
      family: 'grating',
      stretch: stimulusV1.Stretch.STRETCH_NONE,
      input: stimulusV1.InputEncoding.INPUT_ENCODING_DIRECT,
    },
    variable: 'orientation',
    grid: [
      { parameter: 'orientation', values: orientationsOf(parameters) },
      { parameter: 'phase', values: Array.from({ length: phases }, (_, k) => (360 * k) / phases) },
    ],
    layers,
  };
}
