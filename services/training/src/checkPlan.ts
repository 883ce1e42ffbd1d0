import type { ArtifactStore } from '@oblique/artifacts';
import type { TrainingPlan } from './trainingPlan.js';

export async function checkPlan(
  plan: TrainingPlan,
  store: ArtifactStore,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  await Promise.resolve([plan, store]);
}
