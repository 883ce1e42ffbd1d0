import type { NdArray } from '@oblique/arrays';
import type { DataAccess, SkippedEntry } from '@oblique/datasets';
import type { Program, Shape } from '@oblique/onnx';
import { GratingData } from './gratingData.js';
import { ImageData } from './imageData.js';
import type { NetworkPlan } from './readNetworkTraining.js';

/** Arrays of one step by name; `label` and `weight`, or `target`, among them where the task has any. */
export type TrainingBatch = Readonly<Record<string, NdArray>>;

/** What a network learns from. */
export interface TrainingData {
  /** Labels are 0 to classes − 1; 0: the task has none. */
  readonly classes: number;
  readonly stepsPerEpoch: number;
  /** Which images these are, beyond where they lie; empty where the specification says all. */
  readonly identity: string;
  /** Height and width of the images that the network sees. */
  readonly inputSizePixels: number;
  /** What was passed over so far because it is no image, or cannot be read. */
  readonly skipped: readonly SkippedEntry[];
  /** Shapes of the arrays that the network's input is made from, for batches of this size. */
  shapes(batchSize: number): Readonly<Record<string, Shape>>;
  /** The program that makes the network's input from them; undefined: they are the input. */
  front(network: Program): Program | undefined;
  /** The examples of a step, 0 being the first: the same for the same step. */
  batch(step: number): Promise<TrainingBatch>;
  /** Examples kept out of training, in batches. */
  heldOut(): AsyncIterable<TrainingBatch>;
  close(): Promise<void>;
}

/** @throws DatasetError, or ServiceError naming the field, where there is nothing to learn as asked. */
export async function openTrainingData(
  plan: NetworkPlan,
  inputSizePixels: number,
  access: DataAccess | undefined,
  signal?: AbortSignal,
): Promise<TrainingData> {
  return plan.dataset.kind === 'gratings'
    ? new GratingData(plan.dataset, plan, inputSizePixels)
    : ImageData.open(plan.dataset, plan, inputSizePixels, { access, signal });
}
