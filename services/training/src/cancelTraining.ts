import type { trainingV1 } from '@oblique/contracts';
import { unary } from '@oblique/service';
import type { TrainingManager } from './trainingManager.js';

/** CancelTraining: stops a training, and returns once it has stopped; its checkpoints stay. */
export function cancelTraining(manager: TrainingManager) {
  return unary<trainingV1.CancelTrainingRequest, trainingV1.CancelTrainingResponse>(
    async ({ id }, { signal }) => ({ training: await manager.cancel(id, signal) }),
  );
}
