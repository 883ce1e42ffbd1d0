import type { NdArray } from '@oblique/arrays';
import type { Augmentation } from './augmentation.js';
import type { ImageSet } from './imageSet.js';
import type { Task } from './task.js';

export interface TrainingBatchesOptions {
  readonly task: Task;
  readonly augmentation: Augmentation;
  readonly batchSize: number;
  readonly seed: number | bigint;
  readonly inputSizePixels: number;
  /** Share of the images kept out of training; 0: none. */
  readonly heldOutFraction: number;
  /** Threads that decode and augment; default 1. The batches do not depend on it. */
  readonly workers?: number;
  /** Batches made ahead of the one asked for; default 3. */
  readonly ahead?: number;
}

/** Examples of one step. */
export interface Batch {
  /** [N, 3, H, W] in [0, 1]. */
  readonly image: NdArray<'float32'>;
  /** [N]; zeros for the task of reconstruction. */
  readonly label: NdArray<'int64'>;
  /** [N], by which an example's loss is multiplied. */
  readonly weight: NdArray<'float32'>;
}

/**
 * Batches to learn from. Each is a pure function of the seed and the step: every pass over the images is in a new
 * random order, without gaps between passes, and batches are always full. The batches after the one asked for are made
 * ahead in worker threads.
 */
export class TrainingBatches {
  /** Labels are 0 to classes − 1; 0 where the task has none. */
  readonly classes: number;
  /** Images learned from. */
  readonly trainingLength: number;
  /** Images kept out. */
  readonly heldOutLength: number;
  /** May be a fraction: a pass may end within a batch. */
  readonly stepsPerEpoch: number;

  /** @throws DatasetError where the set cannot serve the task */
  constructor(_set: ImageSet, _options: TrainingBatchesOptions) {
    this.classes = 0;
    this.trainingLength = 0;
    this.heldOutLength = 0;
    this.stepsPerEpoch = 0;
  }

  /** The examples of a step, 0 being the first. */
  async batch(_step: number): Promise<Batch> {
    throw new Error('Not built yet.');
  }

  /**
   * The images kept out, in batches of which the last may be smaller: without random crops and flips, with the world's
   * rotation and hue shift, and the same tilts and hue turns every time.
   */
  async *heldOut(): AsyncGenerator<Batch> {
    throw new Error('Not built yet.');
  }

  /** Ends the worker threads; the set stays open. */
  async close(): Promise<void> {
    throw new Error('Not built yet.');
  }
}
