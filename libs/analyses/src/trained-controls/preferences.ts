import { logWindowRatio, overSeeds, type OverSeeds } from '@oblique/statistics';
import { deepHalf } from '../verdicts.js';
import type { LearnedSensitivity } from './learnedSensitivity.js';
import type { TurnedVariable } from './turnedVariable.js';

/** Trainings of one cohort: world by world, in each seed by seed. */
export type Trainings = readonly (readonly LearnedSensitivity[])[];

/** Where a preference is read: means of logarithms are taken over all of these. */
export interface Place {
  readonly observations: readonly string[];
  readonly layers: readonly string[];
  readonly steps: readonly number[];
}

/** Where claims are judged: every observation, the deep half of the layers, and steps from `judgedFrom` on. */
export function judgedPlace({ steps, layers, observations }: LearnedSensitivity, judgedFrom: number): Place {
  const last = steps.at(-1) ?? 0;
  return {
    observations,
    layers: deepHalf(layers),
    steps: steps.filter((step) => step > 0 && step >= judgedFrom * last),
  };
}

/** log R: logarithm of the mean √D where the variable is common over that where it is rare. */
export function preference(sensitivity: LearnedSensitivity, variable: TurnedVariable, place: Place): number {
  const { commonDeg, rareDeg, periodDeg, halfWidthDeg } = variable;
  const contrast = {
    anglesDeg: sensitivity.anglesDeg,
    periodDeg,
    halfWidthDeg,
    centresDeg: commonDeg,
    againstDeg: rareDeg,
  };
  return meanOver(place, (observation, layer, step) =>
    logWindowRatio(sensitivity.d(observation, layer, step).map(Math.sqrt), contrast),
  );
}

/** Half of log R in the original world minus log R in the turned one: what the world does to R, seed by seed. */
export function worldEffect(
  trainings: Trainings,
  variable: TurnedVariable,
  place: Place,
  confidence: number,
): OverSeeds {
  return paired(trainings, variable, place, confidence, (original, turned) => (original - turned) / 2);
}

/** Half of their sum: what stays however the world is turned, seed by seed. */
export function residualEffect(
  trainings: Trainings,
  variable: TurnedVariable,
  place: Place,
  confidence: number,
): OverSeeds {
  return paired(trainings, variable, place, confidence, (original, turned) => (original + turned) / 2);
}

/** log R of each world over seeds. */
export function preferences(
  trainings: Trainings,
  variable: TurnedVariable,
  place: Place,
  confidence: number,
): OverSeeds[] {
  return trainings.map((seeds) =>
    overSeeds(
      seeds.map((sensitivity) => preference(sensitivity, variable, place)),
      confidence,
    ),
  );
}

/** Mean of a logarithm over a place. */
export function meanOver(
  { observations, layers, steps }: Place,
  value: (observation: string, layer: string, step: number) => number,
): number {
  const values = observations.flatMap((observation) =>
    layers.flatMap((layer) => steps.map((step) => value(observation, layer, step))),
  );
  return values.reduce((sum, one) => sum + one, 0) / values.length;
}

/** The logarithm's estimate and interval as factors. */
export function asFactor({ estimate, interval }: OverSeeds): OverSeeds {
  return {
    estimate: Math.exp(estimate),
    interval: { ...interval, low: Math.exp(interval.low), high: Math.exp(interval.high) },
  };
}

/** Of the original and the farthest turned world, seed by seed. */
function paired(
  trainings: Trainings,
  variable: TurnedVariable,
  place: Place,
  confidence: number,
  combine: (original: number, turned: number) => number,
): OverSeeds {
  const [first, last] = [trainings[0] ?? [], trainings.at(-1) ?? []];
  const values = first.flatMap((original, seed) => {
    const turned = last[seed];
    if (turned === undefined) return [];
    return [combine(preference(original, variable, place), preference(turned, variable, place))];
  });
  return overSeeds(values, confidence);
}
