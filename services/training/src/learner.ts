import type { NdArray } from '@oblique/arrays';
import type { SkippedEntry } from '@oblique/datasets';
import type { RuntimeInfo } from '@oblique/runtime';
import type { HeldOutAccuracy } from './metricsArchive.js';
import type { Checkpoint, Metrics, TrainingResult } from './trainingMessage.js';

/** What learns: the part of a training that networks and linear autoencoders differ in. */
export interface Learner {
  readonly totalSteps: number;
  /** What makes its steps. */
  readonly runtime: RuntimeInfo;
  /** Accuracies on images kept out, so far. */
  readonly heldOut: readonly HeldOutAccuracy[];
  /** Members of `observations.npz`, so far; empty where nothing is observed. */
  readonly observations: ReadonlyMap<string, NdArray>;
  /** What was passed over in the data so far. */
  readonly skipped: readonly SkippedEntry[];
  /** Makes at least one step from `step` on, telling the metrics of each. @returns the steps that are done then */
  advance(step: number, tell: (metrics: Metrics) => void): Promise<number>;
  /** Measures and keeps what the specification asks for at this step. */
  visit(step: number): Promise<Checkpoint | undefined>;
  /** What it needs to go on to the same bits. */
  state(): Promise<Uint8Array>;
  /** Stores what it has learned. */
  finish(): Promise<Pick<TrainingResult, 'model' | 'linearLearning'>>;
  close(): Promise<void>;
}
