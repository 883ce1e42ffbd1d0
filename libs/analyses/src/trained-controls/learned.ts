import type { Claim } from '@oblique/report';
import { overSeeds, type OverSeeds } from '@oblique/statistics';
import { mean } from 'simple-statistics';
import { chanceOf, LEARNED_PART_OF_TWIN } from './judgement.js';
import type { HeldOutAccuracy } from './heldOutAccuracy.js';
import type { TaskName } from './task.js';

/** How well a cohort learned its task on images kept out of training. */
export interface Learned {
  /** Final accuracy, mean over the worlds, over seeds. */
  readonly accuracy: OverSeeds;
  /** Of guessing: known from the task, else what the untrained twins reach. */
  readonly chance: number;
  /** What the twin problem reached; undefined where that is not known. */
  readonly twin: number | undefined;
  /** `inconclusive`: one seed has no interval. */
  readonly verdict: Extract<Claim['verdict'], 'supported' | 'not learned' | 'inconclusive'>;
}

/**
 * Whether a task was learned: the interval of its accuracy lies above chance, and the accuracy is at least half of what
 * the twin problem reached.
 * @param accuracies world by world, in each seed by seed; undefined where nothing was kept out
 */
export function learnedOf(
  task: TaskName,
  accuracies: readonly (readonly (HeldOutAccuracy | undefined)[])[],
  twin: number | undefined,
  confidence: number,
): Learned | undefined {
  const [first = []] = accuracies;
  const bySeed = first.map((_, seed) => accuracies.map((world) => world[seed]));
  if (bySeed.flat().some((one) => one === undefined)) return undefined;
  const ofSeeds = (read: (one: HeldOutAccuracy) => number | undefined): number[] =>
    bySeed.map((worlds) => mean(worlds.flatMap((one) => (one === undefined ? [] : (read(one) ?? [])))));
  const accuracy = overSeeds(
    ofSeeds((one) => one.accuracy.at(-1)),
    confidence,
  );
  const chance = chanceOf(task) ?? mean(ofSeeds((one) => one.accuracy[0]));
  const isBelowTwin = twin !== undefined && accuracy.estimate < LEARNED_PART_OF_TWIN * twin;
  const { low } = accuracy.interval;
  const verdict =
    isBelowTwin || low <= chance ? 'not learned' : Number.isNaN(low) ? 'inconclusive' : 'supported';
  return { accuracy, chance, twin, verdict };
}
