import { overSeeds, type OverSeeds } from '@oblique/statistics';
import { preference, preferences, type Place, type Trainings } from './preferences.js';
import type { TurnedVariable } from './turnedVariable.js';

/** How well the order of preferences agrees with that of the worlds' turns. */
export interface DoseAgreement {
  /** Kendall's τ in each seed, over seeds: 1 where every world prefers less than those turned by less. */
  readonly agreement: OverSeeds;
  /** Whether the means over seeds are in that order. */
  readonly isInOrder: boolean;
}

/** Worlds come in the order of their turns. */
export function doseAgreement(
  trainings: Trainings,
  variable: TurnedVariable,
  place: Place,
  confidence: number,
): DoseAgreement {
  const [first = []] = trainings;
  const ofSeed = (seed: number): number[] =>
    trainings.flatMap((seeds) => {
      const sensitivity = seeds[seed];
      return sensitivity === undefined ? [] : [preference(sensitivity, variable, place)];
    });
  const means = preferences(trainings, variable, place, confidence).map(({ estimate }) => estimate);
  return {
    agreement: overSeeds(
      first.map((_, seed) => fallOf(ofSeed(seed))),
      confidence,
    ),
    isInOrder: fallOf(means) === 1,
  };
}

/** Kendall's τ between places in a list and the fall of its values. */
function fallOf(values: readonly number[]): number {
  const signs = values.flatMap((value, index) =>
    values.slice(index + 1).map((later) => Math.sign(value - later)),
  );
  return signs.reduce((sum, sign) => sum + sign, 0) / signs.length;
}
