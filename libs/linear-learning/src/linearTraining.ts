import type { NdArray } from '@oblique/arrays';
import type { Runtime } from '@oblique/runtime';
import type { LinearLearningSpec } from './linearLearningSpec.js';
import type { Patches, PrincipalComponents } from './patches.js';

export interface LinearTrainingOptions {
  readonly spec: LinearLearningSpec;
  readonly patches: Patches;
  readonly components: PrincipalComponents;
  /** Its `threadsPerWorker` decides how many cores an update uses. */
  readonly runtime: Runtime;
  /** What {@link LinearTraining.state} gave of the same spec, patches and components: goes on from there, to the same bits. */
  readonly state?: Uint8Array | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface AdvanceOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told after each update: updates done so far, and the loss (without output noise) of the batch before the update. */
  readonly onUpdate?: ((step: number, loss: number) => void) | undefined;
}

/** A linear autoencoder while it learns. */
export class LinearTraining {
  /** @throws InvalidLinearLearningError */
  static start(options: LinearTrainingOptions): Promise<LinearTraining> {
    void options;
    throw new Error('In the making.');
  }

  /** Updates done. */
  get step(): number {
    throw new Error('In the making.');
  }

  /** Updates until `step` of them are done. @throws LearningDivergedError, or the signal's reason. */
  advance(step: number, options: AdvanceOptions = {}): Promise<void> {
    void step;
    void options;
    throw new Error('In the making.');
  }

  /** Measures the network as it is and keeps what was found for {@link results}; at most once a step. */
  record(): Promise<void> {
    throw new Error('In the making.');
  }

  /** Weights, step, losses and records, as bytes to go on from. */
  state(): Uint8Array {
    throw new Error('In the making.');
  }

  /** Arrays of `linear-learning.npz`. */
  results(): Map<string, NdArray> {
    throw new Error('In the making.');
  }

  /** Ends the threads that prepare batches. */
  close(): Promise<void> {
    throw new Error('In the making.');
  }
}
