import type { trainingV1 } from '@oblique/contracts';
import { serverStreaming } from '@oblique/service';
import type { TrainingManager } from './trainingManager.js';

/** WatchTraining: metrics and checkpoints so far, then as they come, with progress; at last the training as it ended. */
export function watchTraining(manager: TrainingManager) {
  return serverStreaming(async function* (
    { id }: trainingV1.WatchTrainingRequest,
    { signal },
  ): AsyncGenerator<trainingV1.WatchTrainingResponse, void> {
    for await (const event of manager.watch(id, signal)) yield { event };
  });
}
