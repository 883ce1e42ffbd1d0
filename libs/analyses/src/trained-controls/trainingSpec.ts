import { trainingV1 } from '@oblique/contracts';
import { TASKS, type TaskName } from './task.js';
import { formOf, type TrainedParameters } from './trainedParameters.js';
import type { TurnedVariable } from './turnedVariable.js';
import { augmentationOf, datasetOf, type World } from './world.js';

/** One training: a network in a world, with the sensitivity that is measured meanwhile. */
export function trainingSpec(
  parameters: TrainedParameters,
  variable: TurnedVariable,
  { network, task, world, seed }: { network: string; task: TaskName; world: World; seed: number },
  observations: trainingV1.Observation[],
): trainingV1.TrainingSpec {
  const { steps, batchSize, observedSteps, heldOut } = parameters;
  const { width, sizePixels } = formOf(parameters, network);
  return trainingV1.TrainingSpec.fromPartial({
    learner: {
      $case: 'network',
      value: {
        start: {
          $case: 'architecture',
          value: { architecture: network, width, inputSizePixels: sizePixels },
        },
        dataset: datasetOf(parameters, variable, world, seed, sizePixels),
        task: TASKS[task],
        augmentation: augmentationOf(parameters, variable, world),
        ...recipe(parameters),
        batchSize,
        steps,
        observations,
        // Step 0 is the untrained twin.
        observationSteps: { at: [0], every: 0, logarithmic: observedSteps },
        heldOutFraction: heldOut,
      },
    },
    seed: String(seed),
  });
}

/** ImageNet's usual recipe for the paper's trainings; for short ones a higher step and a clipped gradient. */
export function recipe({
  profile,
  learningRate,
  steps,
}: Pick<TrainedParameters, 'profile' | 'learningRate' | 'steps'>) {
  const { METHOD_SGD: method } = trainingV1.Optimiser_Method;
  const { KIND_STEP, KIND_COSINE } = trainingV1.Schedule_Kind;
  if (profile === 'paper') {
    return {
      optimiser: { method, momentum: 0.9, nesterov: false, weightDecay: 1e-4 },
      schedule: { kind: KIND_STEP, learningRate, factor: 0.1, everySteps: Math.ceil(steps / 3) },
    };
  }
  return {
    optimiser: { method, momentum: 0.9, nesterov: true, weightDecay: 5e-4, clipGradientNorm: 2 },
    schedule: { kind: KIND_COSINE, learningRate, warmUpSteps: Math.round(steps / 10) },
  };
}
