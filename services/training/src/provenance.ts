import { parseJson, type ArtifactRef, type Provenance } from '@oblique/artifacts';
import type { TrainingJob } from './trainingJob.js';

/** Raised when the same specification would give other weights. */
export const VERSION = '1';

/** How the results of a training came to be; `step`: for what it had learned after so many steps. */
export function provenanceOf({ plan, device, threads }: TrainingJob, step?: number): Provenance {
  const made = parseJson(JSON.stringify({ plan, device, threads, step }));
  return { step: 'training.train', version: VERSION, parameters: made, inputs: inputsOf(plan) };
}

function inputsOf(plan: TrainingJob['plan']): ArtifactRef[] {
  if (plan.kind === 'linear') return [plan.patches, plan.components];
  return plan.start.kind === 'model' ? [plan.start.model] : [];
}
