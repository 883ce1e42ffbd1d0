import type { trainingV1 } from '@oblique/contracts';
import { unary } from '@oblique/service';
import type { TrainingManager } from './trainingManager.js';

/** ListTrainings: newest first. */
export function listTrainings(manager: TrainingManager) {
  return unary<trainingV1.ListTrainingsRequest, trainingV1.ListTrainingsResponse>(async () => manager.list());
}
