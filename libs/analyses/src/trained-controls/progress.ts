import { readNpz, toNumbers } from '@oblique/arrays';
import type { ArtifactStore } from '@oblique/artifacts';
import type { NeededSteps } from '@oblique/workflow';
import { mean } from 'simple-statistics';

/** A metric of learning, mean over the first and over the last tenth of the steps. */
export interface Progress {
  readonly first: number;
  readonly last: number;
}

/** How far trainings came, mean over all of them. @param steps ids of their steps */
export async function progressOf(
  steps: readonly string[],
  metric: 'loss' | 'accuracy',
  needed: NeededSteps,
  store: ArtifactStore,
): Promise<Progress> {
  const trainings = await Promise.all(
    steps.map(async (step) => {
      const metrics = readNpz(await store.get(needed.result(step, 'metrics.npz').digest));
      const array = metrics.get(metric);
      if (array === undefined) throw new Error(`The training "${step}" has no ${metric}.`);
      const values = Array.from(toNumbers(array));
      const tenth = Math.ceil(values.length / 10);
      return { first: mean(values.slice(0, tenth)), last: mean(values.slice(-tenth)) };
    }),
  );
  return {
    first: mean(trainings.map(({ first }) => first)),
    last: mean(trainings.map(({ last }) => last)),
  };
}
