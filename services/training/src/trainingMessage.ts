import type { Json } from '@oblique/artifacts';
import { trainingV1 } from '@oblique/contracts';
import { z } from 'zod';

/** A training as the contract has it: what clients are sent and what is kept in the store. */
export type Training = trainingV1.Training;
export type Metrics = trainingV1.Metrics;
export type Checkpoint = trainingV1.Checkpoint;
export type TrainingResult = trainingV1.TrainingResult;
export type TrainingSpec = trainingV1.TrainingSpec;
export const { TrainingState } = trainingV1;

/** Whether nothing more will happen to the training unless somebody starts it again. */
export function hasEnded({ state }: Training): boolean {
  return state !== TrainingState.TRAINING_STATE_QUEUED && state !== TrainingState.TRAINING_STATE_RUNNING;
}

/** As JSON, for the store. */
export function trainingJson(training: Training): Json {
  return z.json().parse(trainingV1.Training.toJSON(training));
}

export function trainingFromJson(json: Json): Training {
  return trainingV1.Training.fromJSON(json);
}
