import { datasetV1, trainingV1 } from '@oblique/contracts';

type Network = Parameters<typeof trainingV1.NetworkTraining.fromPartial>[0];

/** A training of seconds: a thin network on tiny scenes. */
export function smallTraining(changes: Network = {}, seed = 1): trainingV1.TrainingSpec {
  return trainingV1.TrainingSpec.fromPartial({
    seed: String(seed),
    learner: {
      $case: 'network',
      value: {
        start: { $case: 'architecture', value: { architecture: 'small_resnet', width: 0.125 } },
        dataset: { source: { $case: 'scenes', value: { count: 120, sizePixels: 16 } } },
        task: datasetV1.Task.TASK_OBJECT_ORIENTATION,
        optimiser: { momentum: 0.9, clipGradientNorm: 2 },
        schedule: { kind: trainingV1.Schedule_Kind.KIND_COSINE, learningRate: 0.05, warmUpSteps: 2 },
        batchSize: 16,
        steps: 12,
        ...changes,
      },
    },
  });
}
