import { harmonics } from './harmonics.js';
import { studentInterval } from './overSeeds.js';
import type { Interval } from './resampling.js';

/** How well one curve, turned around its circle, is another. */
export interface CircularShift {
  /** By how much the first curve is turned to come nearest to the second, in [0, period). */
  readonly shiftDeg: number;
  /**
   * Jackknife over seeds with Student's quantile, about `shiftDeg`, so that its ends may lie outside [0, period); at
   * most one period wide, which says that any shift will do. NaN at both ends where there is one seed only.
   */
  readonly interval: Interval;
  /** Share of the second curve's variance over the circle that the turned first curve explains; may be negative. */
  readonly explained: number;
  /** The same of the first curve as it is. */
  readonly explainedUnshifted: number;
}

/** Shifts that are tried, over one period. */
const TRIED = 1440;

/**
 * The circular shift that best explains what became of curves: b(θ) ≈ a(θ − shift), by least squares between the means
 * over seeds with their own means removed. Between the samples, curves are what their Fourier series says.
 * @param first a, [seeds][K], at K equally spaced angles that tile the period
 * @param second b, likewise, of the same seeds in the same order
 * @throws RangeError where there are no seeds, or the numbers of seeds or angles differ
 */
export function circularShift(
  first: readonly (readonly number[])[],
  second: readonly (readonly number[])[],
  periodDeg: number,
  confidence: number,
): CircularShift {
  const angles = first[0]?.length ?? 0;
  if (first.length !== second.length || [...first, ...second].some((curve) => curve.length !== angles)) {
    throw new RangeError('A shift is between curves of the same seeds, sampled at the same angles.');
  }
  if (angles < 3) throw new RangeError('A shift needs curves of at least one seed, at three angles or more.');
  const [a, b] = [centredMean(first), centredMean(second)];
  const best = bestShift(a, b);
  const shiftDeg = best * periodDeg;
  const seeds = first.length;
  const deviations = first.map((_, left) => {
    const without = (curves: readonly (readonly number[])[]): number[] =>
      centredMean(curves.filter((_curve, index) => index !== left));
    return seeds < 2 ? NaN : shortWay(bestShift(without(first), without(second)) - best) * periodDeg;
  });
  const variance = ((seeds - 1) / seeds) * deviations.reduce((sum, deviation) => sum + deviation ** 2, 0);
  const { low, high } = studentInterval(shiftDeg, Math.sqrt(variance), seeds, confidence);
  return {
    shiftDeg,
    interval: {
      low: Math.max(low, shiftDeg - periodDeg / 2),
      high: Math.min(high, shiftDeg + periodDeg / 2),
      confidence,
    },
    explained: explainedBy(shifted(a, best), b),
    explainedUnshifted: explainedBy(a, b),
  };
}

/** An angle's representative nearest to another's, on a circle of this period. */
export function nearestTurn(angleDeg: number, toDeg: number, periodDeg: number): number {
  return toDeg + shortWay((angleDeg - toDeg) / periodDeg) * periodDeg;
}

/** In turns: of the shifts tried, the one with the greatest correlation. */
function bestShift(a: readonly number[], b: readonly number[]): number {
  const [ofA, ofB] = [harmonics(a), harmonics(b)];
  let best = 0;
  let greatest = -Infinity;
  for (let tried = 0; tried < TRIED; tried++) {
    const shift = tried / TRIED;
    const correlation = ofA.reduce((sum, { re, im }, index) => {
      const { re: x = 0, im: y = 0 } = ofB[index] ?? {};
      const angle = 2 * Math.PI * (index + 1) * shift;
      return sum + Math.cos(angle) * (re * x + im * y) + Math.sin(angle) * (im * x - re * y);
    }, 0);
    if (correlation > greatest) {
      greatest = correlation;
      best = shift;
    }
  }
  return best;
}

/** The curve turned by a part of its circle. */
function shifted(curve: readonly number[], turns: number): number[] {
  const parts = harmonics(curve);
  return curve.map((_, index) => {
    const place = index / curve.length - turns;
    return parts.reduce(
      (sum, { re, im }, order) =>
        sum +
        re * Math.cos(2 * Math.PI * (order + 1) * place) -
        im * Math.sin(2 * Math.PI * (order + 1) * place),
      0,
    );
  });
}

function explainedBy(model: readonly number[], data: readonly number[]): number {
  const rest = data.reduce((sum, value, index) => sum + (value - (model[index] ?? NaN)) ** 2, 0);
  const total = data.reduce((sum, value) => sum + value ** 2, 0);
  return 1 - rest / total;
}

function centredMean(curves: readonly (readonly number[])[]): number[] {
  const angles = curves[0]?.length ?? 0;
  const means = Array.from(
    { length: angles },
    (_, index) => curves.reduce((sum, curve) => sum + (curve[index] ?? NaN), 0) / curves.length,
  );
  const level = means.reduce((sum, value) => sum + value, 0) / angles;
  return means.map((value) => value - level);
}

/** Turns to the nearest whole number of turns: in [-½, ½). */
function shortWay(turns: number): number {
  return turns - Math.floor(turns + 0.5);
}
