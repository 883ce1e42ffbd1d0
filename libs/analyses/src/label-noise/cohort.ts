import type { ArtifactStore } from '@oblique/artifacts';
import type { NeededSteps } from '@oblique/workflow';
import type { Condition } from './conditions.js';
import { conditionsOf, type LabelNoiseParameters } from './labelNoiseParameters.js';
import { readLearnedGratings, type LearnedGratings } from './learnedGratings.js';

/** Trainings of one condition with one number of classes, that differ in their seed only. */
export interface Cohort {
  readonly condition: Condition;
  readonly bins: number;
  readonly members: readonly { readonly seed: number; readonly trainStep: string }[];
}

/** A cohort with what its trainings measured, in the order of the seeds. */
export interface LearnedCohort extends Cohort {
  readonly learned: readonly LearnedGratings[];
  /** Digests of the observations. */
  readonly provenance: readonly string[];
}

export function cohortsOf(parameters: LabelNoiseParameters): Cohort[] {
  return parameters.bins.flatMap((bins) =>
    conditionsOf(parameters).map((condition) => ({
      condition,
      bins,
      members: parameters.seeds.map((seed) => ({
        seed,
        trainStep: `train ${condition.name}, ${bins} bins, seed ${seed}`,
      })),
    })),
  );
}

export async function readCohort(
  cohort: Cohort,
  needed: NeededSteps,
  store: ArtifactStore,
): Promise<LearnedCohort> {
  const provenance = cohort.members.map(
    ({ trainStep }) => needed.result(trainStep, 'observations.npz').digest,
  );
  const learned = await Promise.all(
    provenance.map(async (digest) => readLearnedGratings(await store.get(digest))),
  );
  return { ...cohort, learned, provenance };
}
