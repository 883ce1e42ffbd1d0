import { slugsOf } from '../orientation/condition.js';
import { TASK_WORDS, type TaskName } from './task.js';
import type { TrainedParameters } from './trainedParameters.js';
import type { TurnedVariable } from './turnedVariable.js';
import { worldsOf, type World } from './world.js';

/** One training of a cohort. */
export interface Member {
  readonly world: World;
  readonly seed: number;
  /** Id of the step that trains it. */
  readonly trainStep: string;
}

/** A network learning a task in every world, from the same initial weights for each seed. */
export interface Cohort {
  readonly label: string;
  /** Variable and label as ids of claims and figures carry them; unique in its run. */
  readonly slug: string;
  readonly network: string;
  readonly task: TaskName;
  readonly worlds: readonly World[];
  /** World by world, in each seed by seed. */
  readonly members: readonly (readonly Member[])[];
}

export function cohortsOf(parameters: TrainedParameters, variable: TurnedVariable): Cohort[] {
  const all = worldsOf(parameters, variable);
  const cohorts = parameters.networks.flatMap((network) =>
    parameters.tasks.map((task) => ({
      network,
      task,
      label: `${network}, ${task}`,
      // The counter-example needs no dose-response.
      worlds: task === 'class' ? all.filter((_, index) => index === 0 || index === all.length - 1) : all,
    })),
  );
  // Orientation and hue are reported side by side.
  const slugs = slugsOf(cohorts.map(({ label }) => `${variable.name} ${label}`));
  return cohorts.map(({ network, task, label, worlds }, index) => ({
    label,
    slug: slugs[index] ?? label,
    network,
    task,
    worlds,
    members: worlds.map((world) =>
      parameters.seeds.map((seed) => ({
        world,
        seed,
        trainStep: `train ${network} to tell ${TASK_WORDS[task]}, ${world.label}, seed ${seed}`,
      })),
    ),
  }));
}
