import type { trainingV1 } from '@oblique/contracts';
import { unary } from '@oblique/service';
import type { TrainingManager } from './trainingManager.js';

/** GetTraining: a training as it stands, with the metrics of every step so far. */
export function getTraining(manager: TrainingManager) {
  return unary<trainingV1.GetTrainingRequest, trainingV1.GetTrainingResponse>(async ({ id }) => {
    const { training, metrics } = await manager.get(id);
    return { training, metrics: [...metrics] };
  });
}
