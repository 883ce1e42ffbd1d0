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
 * @param quantity `learned`: log √D minus that of the untrained twin, which leaves out what the architecture does;
 *   `whole`: log √D as it is
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
    seeds.map((sensitivity) => logCurve(sensitivity, place, quantity, folds));
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

/** An interval that lies this near to the turn of the world counts as holding it, as a part of the period. */
export const SHIFT_TOLERANCE = 1 / 8;

/**
 * Whether the interval holds the turn of the world, or lies within the tolerance of it, and does not hold 0, modulo the
 * period. Without the tolerance, the better a shift is known, the surer it would fail by a degree.
 */
export function shiftVerdict({ world, interval: { low, high } }: WorldShift, periodDeg: number): Verdict {
  if (Number.isNaN(low)) return 'inconclusive';
  const holds = (angleDeg: number): boolean =>
    Math.ceil((low - angleDeg) / periodDeg) <= Math.floor((high - angleDeg) / periodDeg);
  const reach = SHIFT_TOLERANCE * periodDeg;
  const isNear = low > world.turnDeg - reach && high < world.turnDeg + reach;
  if (!holds(world.turnDeg) && !isNear) return 'not supported';
  return holds(0) ? 'inconclusive' : 'supported';
}

/** Within what shifts can be told apart: scenes repeat after the period of their prior. */
export function shiftPeriodDeg(
  { dataset }: TrainedParameters,
  { periodDeg, priorPeriodDeg }: TurnedVariable,
): number {
  return dataset === 'scenes' ? priorPeriodDeg : periodDeg;
}

/** log √D over the angles of a period, averaged over a place. */
function logCurve(
  sensitivity: LearnedSensitivity,
  place: Place,
  quantity: 'learned' | 'whole',
  folds: number,
): number[] {
  const untrained = sensitivity.steps[0] ?? 0;
  const length = sensitivity.anglesDeg.length / folds;
  return Array.from({ length }, (_, angle) =>
    meanOver(place, (observation, layer, step) => {
      const at = (of: number): number =>
        Math.log(foldedRoot(sensitivity.d(observation, layer, of), angle, folds));
      return at(step) - (quantity === 'learned' ? at(untrained) : 0);
    }),
  );
}

/**
 * Mean √D over the angles that differ by periods, as R takes it over its windows: a network may learn one of two common
 * angles, and a mean of logarithms would be ruled by the other.
 */
function foldedRoot(d: readonly number[], angle: number, folds: number): number {
  const length = d.length / folds;
  const parts = Array.from({ length: folds }, (_, fold) => Math.sqrt(d[angle + fold * length] ?? NaN));
  return parts.reduce((sum, value) => sum + value, 0) / folds;
}
