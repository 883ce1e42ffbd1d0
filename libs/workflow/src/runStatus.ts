import type { ArtifactRef } from '@oblique/artifacts';
import type { Progress } from './progressMeter.js';

export type StepState = 'pending' | 'running' | 'succeeded' | 'failed' | 'cancelled';
export type RunState = 'running' | 'succeeded' | 'failed' | 'cancelled';

/** One step of a run, as it stands. */
export interface StepStatus {
  readonly id: string;
  readonly description: string;
  readonly state: StepState;
  readonly progress?: Progress;
  /** True where an earlier computation's result was taken. */
  readonly cached: boolean;
  /** How long the computation took, by whichever run made it; 0 until it has finished. */
  readonly seconds: number;
  readonly error?: string;
  readonly results: readonly ArtifactRef[];
}

/** A run, as it stands. Snapshots are never changed afterwards. */
export interface RunStatus {
  readonly state: RunState;
  /** In the order in which they were given. */
  readonly steps: readonly StepStatus[];
  /** Over all steps; the time left weighs them by their cost. */
  readonly progress: Progress;
  /** Why it failed. */
  readonly error?: string;
}
