import type { Verdict } from '@oblique/report';
import { circularShift, nearestTurn, type CircularShift } from '@oblique/statistics';
import type { LearnedSensitivity } from './learnedSensitivity.js';
import { meanOver, type Place, type Trainings } from './preferences.js';
import type { TrainedParameters } from './trainedParameters.js';
import type { TurnedVariable } from './turnedVariable.js';
import type { World } from './world.js';

/** The turn of the sensitivity curve from the original world to a turned one. */
export interface WorldShift extends CircularShift {
  readonly world: World;
}

/**
 * The shift from the original world's curve to each turned world's.
 * @param quantity `learned`: log D minus that of the untrained twin, which leaves out what the architecture does;
 *   `whole`: log D as it is
 */
export function worldShifts(
  trainings: Trainings,
  worlds: readonly World[],
  variable: TurnedVariable,
  place: Place,
  parameters: TrainedParameters,
  quantity: 'learned' | 'whole',
): WorldShift[] {
  const period = shiftPeriodDeg(parameters, variable);
  const folds = variable.periodDeg / period;
  const curvesOf = (seeds: readonly LearnedSensitivity[]): number[][] =>
    seeds.map((sensitivity) => folded(logCurve(sensitivity, place, quantity), folds));
  const original = curvesOf(trainings[0] ?? []);
  return worlds.slice(1).map((world, index) => {
    const shift = circularShift(
      original,
      curvesOf(trainings[index + 1] ?? []),
      period,
      parameters.confidence,
    );
    const turn = nearestTurn(shift.shiftDeg, world.turnDeg, period) - shift.shiftDeg;
    const { low, high, confidence } = shift.interval;
    return {
      ...shift,
      world,
      shiftDeg: shift.shiftDeg + turn,
      interval: { low: low + turn, high: high + turn, confidence },
    };
  });
}

/** Whether a shift can be told at all: its interval does not span the circle. */
export function isTold({ interval: { low, high } }: WorldShift, periodDeg: number): boolean {
  return high - low < periodDeg * (1 - 1e-9);
}

/** Whether the interval holds the turn of the world and not 0, modulo the period. */
export function shiftVerdict({ world, interval: { low, high } }: WorldShift, periodDeg: number): Verdict {
  if (Number.isNaN(low)) return 'inconclusive';
  const holds = (angleDeg: number): boolean =>
    Math.ceil((low - angleDeg) / periodDeg) <= Math.floor((high - angleDeg) / periodDeg);
  if (!holds(world.turnDeg)) return 'not supported';
  return holds(0) ? 'inconclusive' : 'supported';
}

/** Within what shifts can be told apart: scenes repeat after the period of their prior. */
export function shiftPeriodDeg(
  { dataset }: TrainedParameters,
  { periodDeg, priorPeriodDeg }: TurnedVariable,
): number {
  return dataset === 'scenes' ? priorPeriodDeg : periodDeg;
}

/** log D over angles, averaged over a place. */
function logCurve(sensitivity: LearnedSensitivity, place: Place, quantity: 'learned' | 'whole'): number[] {
  const untrained = sensitivity.steps[0] ?? 0;
  return sensitivity.anglesDeg.map((_, angle) =>
    meanOver(place, (observation, layer, step) => {
      const at = (of: number): number => Math.log(sensitivity.d(observation, layer, of)[angle] ?? NaN);
      return at(step) - (quantity === 'learned' ? at(untrained) : 0);
    }),
  );
}

/** The mean of a curve's equal parts. */
function folded(curve: readonly number[], folds: number): number[] {
  const length = curve.length / folds;
  return Array.from({ length }, (_, index) => {
    const parts = Array.from({ length: folds }, (_fold, fold) => curve[index + fold * length] ?? NaN);
    return parts.reduce((sum, value) => sum + value, 0) / folds;
  });
}
