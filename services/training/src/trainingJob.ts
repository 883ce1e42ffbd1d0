import type { Device, ExecutorName } from '@oblique/runtime';
import type { ResumePoint } from './resumePoint.js';
import type { TrainingPlan } from './trainingPlan.js';

/** A training to be run: what its thread is given. */
export interface TrainingJob {
  readonly id: string;
  readonly plan: TrainingPlan;
  /** Where to go on from; undefined: from the start. */
  readonly resumePoint: ResumePoint | undefined;
  readonly storeLocation: string;
  readonly device: Device;
  /** What makes the steps of networks. */
  readonly executor: ExecutorName;
  readonly threads: number;
  /** How often a snapshot is taken. */
  readonly snapshotSeconds: number;
}
