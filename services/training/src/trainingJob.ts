import type { DataAccess } from '@oblique/datasets';
import type { Device, ExecutorName } from '@oblique/runtime';
import type { ResumePoint } from './resumePoint.js';
import type { TrainingPlan } from './trainingPlan.js';

/** A training to be run: what its thread is given. */
export interface TrainingJob {
  readonly id: string;
  readonly plan: TrainingPlan;
  /** What may be read for whoever asked for it; undefined: anything. */
  readonly access: DataAccess | undefined;
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
