import type { ArtifactStore } from '@oblique/artifacts';
import type { NeededSteps } from '@oblique/workflow';
import { readLearnedSensitivity } from '../trained-controls/learnedSensitivity.js';
import { judgedPlace, type Place, type Trainings } from '../trained-controls/preferences.js';
import { progressOf, type Progress } from '../trained-controls/progress.js';
import type { World } from '../trained-controls/world.js';
import type { ObjectiveName } from './objective.js';
import type { ObjectivesParameters } from './objectivesParameters.js';

/** The natural world, and its prior turned so that common and rare orientations change places. */
export const WORLDS: readonly World[] = [
  { turnDeg: 0, label: 'natural', colour: 0 },
  { turnDeg: 45, label: 'turned by 45°', colour: 1 },
];

/** Trainings of one objective, from equal initial weights in both worlds for each seed. */
export interface Cohort {
  readonly objective: ObjectiveName;
  /** World by world, in each seed by seed. */
  readonly members: readonly (readonly Member[])[];
}

export interface Member {
  readonly world: World;
  readonly seed: number;
  /** Id of its step. */
  readonly step: string;
}

/** A cohort with what was measured on it. */
export interface MeasuredCohort {
  readonly objective: ObjectiveName;
  readonly trainings: Trainings;
  /** Where claims are judged: the deep half of the layers without the readout, which answers something else for each objective. */
  readonly place: Place;
  readonly loss: Progress;
  /** Digests of the observations. */
  readonly provenance: readonly string[];
}

export function cohortsOf({ objectives, seeds }: ObjectivesParameters): Cohort[] {
  return objectives.map((objective) => ({
    objective,
    members: WORLDS.map((world) =>
      seeds.map((seed) => ({
        world,
        seed,
        step: `train ${objective}, prior at ${world.turnDeg}°, seed ${seed}`,
      })),
    ),
  }));
}

export async function measuredCohort(
  { objective, members }: Cohort,
  { judgedFrom }: ObjectivesParameters,
  needed: NeededSteps,
  store: ArtifactStore,
): Promise<MeasuredCohort> {
  const trainings = await Promise.all(
    members.map((world) =>
      Promise.all(
        world.map(async ({ step }) =>
          readLearnedSensitivity(
            await store.get(needed.result(step, 'observations.npz').digest),
            'orientation',
          ),
        ),
      ),
    ),
  );
  const [first] = trainings.flat();
  if (first === undefined) throw new Error(`The objective "${objective}" has no trainings.`);
  const steps = members.flat().map(({ step }) => step);
  return {
    objective,
    trainings,
    place: judgedPlace({ ...first, layers: first.layers.slice(0, -1) }, judgedFrom),
    loss: await progressOf(steps, 'loss', needed, store),
    provenance: steps.map((step) => needed.result(step, 'observations.npz').digest),
  };
}
