import type { ArtifactRef } from '@oblique/artifacts';
import { trainingV1 } from '@oblique/contracts';
import { ServiceError } from '@oblique/service';
import type { NeededSteps, Step, StepContext, StepResult } from '@oblique/workflow';
import { z } from 'zod';
import type { Services } from '../services.js';
import { messageJson, receivedRef } from './artifactRefs.js';

const { TrainingState } = trainingV1;

const trainValue = z.object({
  /** Id of the training. */
  training: z.string(),
  checkpoints: z.array(z.object({ step: z.number(), digest: z.string() })),
  device: z.string(),
  executor: z.string(),
});

/** What a training step tells later steps, beside its artifacts: the models of its checkpoints by step. */
export type TrainValue = z.infer<typeof trainValue>;
export const readTrainValue = (value: unknown): TrainValue => trainValue.parse(value);

/** What to train. */
export interface TrainingRequest {
  readonly id: string;
  readonly description: string;
  /** Steps whose results the specification refers to; none where left out. */
  readonly needs?: readonly string[];
  readonly spec: (needed: NeededSteps) => trainingV1.TrainingSpec;
  readonly cost: number;
}

/**
 * A training, started or joined. It gives `metrics.npz`, and where there are any the last `model.onnx`,
 * `observations.npz` and `linear-learning.npz`.
 */
export function trainStep(
  { id, description, needs = [], spec, cost }: TrainingRequest,
  { training }: Services,
): Step {
  return {
    id,
    description,
    step: 'training.train',
    version: '2',
    parameters: (needed) => messageJson(trainingV1.TrainingSpec.toJSON(spec(needed))),
    needs,
    cost,
    run: async (context) => {
      const asked = trainingV1.TrainingSpec.fromJSON(context.parameters);
      const started = await training.startTraining(
        { spec: asked, label: description },
        { signal: context.signal },
      );
      const trainingId = started.training?.id ?? '';
      try {
        return resultOf(await watched(training, trainingId, context));
      } catch (error) {
        // Nobody waits for it any more; its snapshot stays, and the same step goes on from there.
        if (context.signal.aborted) await training.cancelTraining({ id: trainingId }, { deadlineMs: 10_000 });
        throw error;
      }
    },
  };
}

async function watched(
  training: Services['training'],
  id: string,
  { signal, progress }: StepContext,
): Promise<trainingV1.Training> {
  for await (const { event } of training.watchTraining({ id }, { signal, watch: true })) {
    if (event?.$case === 'ended') return event.value;
    if (event?.$case === 'progress') {
      const { done, total, unit, ratePerSecond } = event.value;
      progress({ done, total, unit, ...(ratePerSecond > 0 ? { ratePerSecond } : {}) });
    }
  }
  throw new Error('The training service ended the watch before the training.');
}

function resultOf({ id, state, failure, result, checkpoints }: trainingV1.Training): StepResult {
  if (state === TrainingState.TRAINING_STATE_FAILED) throw new Error(failure);
  if (result === undefined) {
    // One that its service left behind says so, and goes on when it is started again.
    if (failure !== '') throw new ServiceError('UNAVAILABLE', failure);
    throw new Error(`Training ${id} was cancelled.`);
  }
  const { model, metrics, observations, linearLearning, device, executor } = result;
  const refs = [model, observations, linearLearning].filter((ref) => ref !== undefined);
  const results: ArtifactRef[] = [metrics, ...refs].map((ref) => receivedRef(ref, 'metrics'));
  const value: TrainValue = {
    training: id,
    checkpoints: checkpoints.map((checkpoint) => ({
      step: checkpoint.step,
      digest: receivedRef(checkpoint.model, 'the model of a checkpoint').digest,
    })),
    device,
    executor,
  };
  return { results, value: messageJson(value) };
}
