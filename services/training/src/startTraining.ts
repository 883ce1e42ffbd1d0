import type { trainingV1 } from '@oblique/contracts';
import { unary } from '@oblique/service';
import type { TrainingManager } from './trainingManager.js';

/** StartTraining: starts, joins or resumes a training and returns at once; the specification is checked first. */
export function startTraining(manager: TrainingManager) {
  return unary<trainingV1.StartTrainingRequest, trainingV1.StartTrainingResponse>(
    async ({ spec, label }, { signal, access }) => ({
      training: await manager.start(spec, label, { signal, access }),
    }),
  );
}
