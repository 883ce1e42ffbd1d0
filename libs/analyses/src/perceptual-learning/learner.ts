import type { ArtifactStore } from '@oblique/artifacts';
import type { NeededSteps } from '@oblique/workflow';
import { readLearnedSensitivity, type LearnedSensitivity } from '../trained-controls/learnedSensitivity.js';
import type { PerceptualParameters } from './perceptualParameters.js';

/** The step that has the network which a user gave. */
const GIVEN_NETWORK = 'find the pretrained network';

/** One pretrained network that is trained on about each of two orientations. */
export interface Learner {
  readonly seed: number;
  /** Id of the step that has the pretrained network. */
  readonly pretrained: string;
  /** Trained at the reference, and at right angles to it. */
  readonly narrow: readonly NarrowTraining[];
}

export interface NarrowTraining {
  readonly trainedDeg: number;
  /** Id of its step. */
  readonly step: string;
}

/** A learner's two trainings with what was measured meanwhile. */
export interface Learned {
  readonly atReference: LearnedSensitivity;
  readonly atRightAngles: LearnedSensitivity;
}

export function learnersOf({ seeds, network, referenceDeg }: PerceptualParameters): Learner[] {
  return seeds.map((seed) => ({
    seed,
    pretrained: network === null ? `pretrain on gratings, seed ${seed}` : GIVEN_NETWORK,
    narrow: [referenceDeg, (referenceDeg + 90) % 180].map((trainedDeg) => ({
      trainedDeg,
      step: `train about ${trainedDeg}°, seed ${seed}`,
    })),
  }));
}

/** Digests of the observations of all learners. */
export function observationsOf(learners: readonly Learner[], needed: NeededSteps): string[] {
  return learners.flatMap(({ narrow }) =>
    narrow.map(({ step }) => needed.result(step, 'observations.npz').digest),
  );
}

export async function readLearned(
  { narrow }: Learner,
  needed: NeededSteps,
  store: ArtifactStore,
): Promise<Learned> {
  const [atReference, atRightAngles] = await Promise.all(
    narrow.map(async ({ step }) =>
      readLearnedSensitivity(await store.get(needed.result(step, 'observations.npz').digest), 'orientation'),
    ),
  );
  if (atReference === undefined || atRightAngles === undefined)
    throw new Error('A learner has two narrow trainings.');
  return { atReference, atRightAngles };
}
