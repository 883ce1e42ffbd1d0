import { studentInterval } from './overSeeds.js';
import type { Interval } from './resampling.js';

/** A straight line through points, by least squares. */
export interface LineFit {
  readonly intercept: number;
  readonly slope: number;
  /** Student's interval of the slope, as if the points' errors were independent; NaN for fewer than three points. */
  readonly slopeInterval: Interval;
  /** Share of the variance of y that the line explains. */
  readonly rSquared: number;
}

/** @throws RangeError where there are fewer than two points, or all are at one x */
export function lineFit(x: readonly number[], y: readonly number[], confidence = 0.95): LineFit {
  const count = x.length;
  if (count < 2 || y.length !== count || new Set(x).size < 2) {
    throw new RangeError(`A line needs two points at different places; there are ${count}.`);
  }
  const [meanX, meanY] = [meanOf(x), meanOf(y)];
  const xx = sumOf(x.map((value) => (value - meanX) ** 2));
  const yy = sumOf(y.map((value) => (value - meanY) ** 2));
  const xy = sumOf(x.map((value, index) => (value - meanX) * ((y[index] ?? NaN) - meanY)));
  const slope = xy / xx;
  const residual = Math.max(0, yy - slope * xy);
  const standardError = Math.sqrt(residual / (count - 2) / xx);
  return {
    intercept: meanY - slope * meanX,
    slope,
    // A line takes two degrees of freedom, a mean one.
    slopeInterval: studentInterval(slope, count < 3 ? NaN : standardError, count - 1, confidence),
    rSquared: yy === 0 ? 1 : 1 - residual / yy,
  };
}

/** y = factor · x^exponent through positive points, by least squares of the logarithms. */
export interface PowerLawFit {
  readonly factor: number;
  readonly exponent: number;
  readonly exponentInterval: Interval;
  /** Of the logarithms. */
  readonly rSquared: number;
}

/** @throws RangeError as {@link lineFit}, and where a value is not above 0 */
export function powerLawFit(x: readonly number[], y: readonly number[], confidence = 0.95): PowerLawFit {
  const wrong = [...x, ...y].find((value) => !(value > 0));
  if (wrong !== undefined) throw new RangeError(`A power law needs values above 0, not ${wrong}.`);
  const { intercept, slope, slopeInterval, rSquared } = lineFit(x.map(Math.log), y.map(Math.log), confidence);
  return { factor: Math.exp(intercept), exponent: slope, exponentInterval: slopeInterval, rSquared };
}

/** y = floor + slope · max(0, x - elbow), by least squares. */
export interface ElbowFit {
  readonly floor: number;
  readonly elbow: number;
  readonly slope: number;
  /** Of a straight line through the points above the elbow; NaN where there are fewer than three. */
  readonly rSquaredAbove: number;
  readonly pointsAbove: number;
}

/** Places tried for the elbow, from the first x to the last. */
const ELBOWS = 400;

/** @throws RangeError where there are fewer than four points */
export function elbowFit(x: readonly number[], y: readonly number[]): ElbowFit {
  if (x.length < 4 || y.length !== x.length) {
    throw new RangeError(`An elbow needs at least four points; there are ${x.length}.`);
  }
  const [first, last] = [Math.min(...x), Math.max(...x)];
  const candidates = Array.from({ length: ELBOWS }, (_, index) => {
    const elbow = first + ((last - first) * index) / ELBOWS;
    const line = lineFit(
      x.map((value) => Math.max(0, value - elbow)),
      y,
    );
    return { elbow, line };
  });
  const best = candidates.reduce((one, other) => (other.line.rSquared > one.line.rSquared ? other : one));
  const above = x.flatMap((value, index) => (value > best.elbow ? [index] : []));
  const at = (values: readonly number[]): number[] => above.map((index) => values[index] ?? NaN);
  return {
    floor: best.line.intercept,
    elbow: best.elbow,
    slope: best.line.slope,
    rSquaredAbove: above.length < 3 ? NaN : lineFit(at(x), at(y)).rSquared,
    pointsAbove: above.length,
  };
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function meanOf(values: readonly number[]): number {
  return sumOf(values) / values.length;
}
