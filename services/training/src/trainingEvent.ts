import type { SkippedEntry } from '@oblique/datasets';
import type { ResumePoint } from './resumePoint.js';
import type { Checkpoint, Metrics, TrainingResult } from './trainingMessage.js';

/** What a training tells of itself while it goes on. */
export type TrainingEvent =
  | {
      readonly kind: 'begun';
      readonly totalSteps: number;
      /** Steps done before, where it goes on from a resume point. */
      readonly step: number;
      readonly history: readonly Metrics[];
      readonly skipped: readonly SkippedEntry[];
    }
  | { readonly kind: 'stepped'; readonly metrics: Metrics }
  | { readonly kind: 'checkpoint'; readonly checkpoint: Checkpoint }
  | { readonly kind: 'resumable'; readonly resumePoint: ResumePoint }
  | {
      readonly kind: 'finished';
      readonly result: TrainingResult;
      readonly skipped: readonly SkippedEntry[];
    };
