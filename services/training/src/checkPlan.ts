import type { ArtifactStore } from '@oblique/artifacts';
import { DatasetError, type DataAccess } from '@oblique/datasets';
import { selectLayers } from '@oblique/networks';
import { SensitivityError } from '@oblique/sensitivity';
import { ServiceError } from '@oblique/service';
import type { NetworkPlan } from './readNetworkTraining.js';
import { openStart, type TrainingStart } from './startNetwork.js';
import { stepsOf } from './stepSeries.js';
import type { TrainingPlan } from './trainingPlan.js';

/** What is measured at every step is kept in memory. */
const MOST_STEPS = 10_000_000;
/** Names of layers and possible sizes do not depend on the width, and this thin a network is made at once. */
const THIN = 1 / 64;

/**
 * Checks what only data and models can tell, so that a training that cannot be is refused before it waits in the queue.
 * @throws ServiceError naming the field, ArtifactNotFoundError, MalformedProgramError
 */
export async function checkPlan(
  plan: TrainingPlan,
  store: ArtifactStore,
  signal: AbortSignal,
  access: DataAccess | undefined,
): Promise<string> {
  if (plan.kind === 'linear') {
    stepsOf(plan.recordedSteps, plan.learning.steps, 'spec.linear.recorded_steps');
    await Promise.all([store.describe(plan.patches.digest), store.describe(plan.components.digest)]);
    return '';
  }
  const start = await opened(plan, store, signal, access);
  try {
    checkSteps(plan, start.totalSteps);
    checkAnswers(plan, start);
    checkNetwork(plan, start);
    return start.data.identity;
  } finally {
    await start.data.close();
  }
}

async function opened(
  plan: NetworkPlan,
  store: ArtifactStore,
  signal: AbortSignal,
  access: DataAccess | undefined,
): Promise<TrainingStart> {
  try {
    return await openStart(plan, store, access, signal);
  } catch (cause) {
    if (cause instanceof DatasetError) throw refusal('dataset', cause.message, cause);
    if (cause instanceof SensitivityError) throw refusal('model', cause.message, cause);
    throw cause;
  }
}

function checkSteps(
  { checkpoints, observationSteps, schedule, length }: NetworkPlan,
  totalSteps: number,
): void {
  if (totalSteps > MOST_STEPS) {
    const epochs = 'epochs' in length ? `${length.epochs} epochs make ` : '';
    throw new ServiceError(
      'VALUE_OUT_OF_RANGE',
      `${epochs}${totalSteps} steps; a training has at most ${MOST_STEPS}.`,
      { field: 'epochs' in length ? 'spec.network.epochs' : 'spec.network.steps' },
    );
  }
  stepsOf(checkpoints, totalSteps, 'spec.network.checkpoints');
  stepsOf(observationSteps, totalSteps, 'spec.network.observation_steps');
  const { warmUpSteps = 0 } = schedule;
  if (warmUpSteps >= totalSteps)
    throw refusal(
      'schedule.warm_up_steps',
      `warm_up_steps = ${warmUpSteps} leaves none of the ${totalSteps} steps; it must be smaller.`,
    );
}

/** A model that is trained on must have an answer for every class. */
function checkAnswers({ task }: NetworkPlan, { model, data }: TrainingStart): void {
  const answers = model?.outputs[0]?.shape?.at(-1);
  if (data.classes === 0 || typeof answers !== 'number' || answers === data.classes) return;
  throw refusal(
    'task',
    `The task ${task.kind} has ${data.classes} classes here, but the model answers with ${answers} numbers.`,
  );
}

/** That there is such a network, and that it has the layers to be observed. */
function checkNetwork({ observations }: NetworkPlan, { network }: TrainingStart): void {
  const thin = refusingRanges(() => network(THIN));
  for (const [index, { layers }] of observations.entries()) {
    try {
      selectLayers(thin, layers);
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      const field = `spec.network.observations[${index}].layers`;
      throw new ServiceError('UNKNOWN_LAYER', message, { field, cause });
    }
  }
}

/** Libraries say what they cannot build as RangeError. */
function refusingRanges<Value>(work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError) throw refusal('architecture', error.message, error);
    throw error;
  }
}

function refusal(field: string, message: string, cause?: Error): ServiceError {
  return new ServiceError('INVALID_ARGUMENT', message, { field: `spec.network.${field}`, cause });
}
