/**
 * How often orientations occur in [0, π), p = (1 + steepness · cos 2(θ − peak))/π: as often as 1 + steepness at the peak
 * where it is 1 − steepness at right angles to it. The opposite steepness is the prior turned by 90°.
 */
export interface CosinePrior {
  /** Above −1 and below 1; 0: all alike. */
  readonly steepness: number;
  readonly peakDeg: number;
}

/**
 * All orientations alike, p = 1/π, or p = (2 − cos 2θ)/(2π), which is three times as high for vertical bars (90°) as for
 * horizontal ones (0°) (Benjamin et al. 2022, Fig. 6).
 */
export type NamedGratingPrior = 'uniform' | 'vertical';

export type GratingPrior = NamedGratingPrior | CosinePrior;

/** The prior cannot be had; the message says what is allowed. */
export class GratingPriorError extends RangeError {
  override readonly name = 'GratingPriorError';
}

const UNIFORM: CosinePrior = { steepness: 0, peakDeg: 90 };
const VERTICAL: CosinePrior = { steepness: 0.5, peakDeg: 90 };

/** @throws GratingPriorError */
export function checkGratingPrior(prior: GratingPrior): void {
  const { steepness, peakDeg } = cosineOf(prior);
  if (!(Math.abs(steepness) < 1))
    throw new GratingPriorError(
      `The steepness of a prior of orientation is ${steepness}; it must lie between -1 and 1, both excluded, so that every orientation occurs.`,
    );
  if (!Number.isFinite(peakDeg))
    throw new GratingPriorError(
      `The peak of a prior of orientation is ${peakDeg}; give a finite number of degrees.`,
    );
}

/** The prior's name, or its numbers, for people. */
export function describeGratingPrior(prior: GratingPrior): string {
  return typeof prior === 'string' ? prior : `steepness ${prior.steepness}, peak ${prior.peakDeg}°`;
}

/** Probability density per radian. */
export function priorDensity(prior: GratingPrior, orientationRad: number): number {
  const { steepness, peakDeg } = cosineOf(prior);
  return (1 + steepness * Math.cos(2 * (orientationRad - radians(peakDeg)))) / Math.PI;
}

/** Smallest and largest density per radian. */
export function densityRange(prior: GratingPrior): { readonly smallest: number; readonly largest: number } {
  const reach = Math.abs(cosineOf(prior).steepness);
  return { smallest: (1 - reach) / Math.PI, largest: (1 + reach) / Math.PI };
}

/** Probability of an orientation in [0, orientationRad], for orientationRad from 0 to π. */
export function priorProbability(prior: GratingPrior, orientationRad: number): number {
  const { steepness, peakDeg } = cosineOf(prior);
  const peakRad = radians(peakDeg);
  const wave = Math.sin(2 * (orientationRad - peakRad)) + Math.sin(2 * peakRad);
  return (orientationRad + (steepness / 2) * wave) / Math.PI;
}

/** The orientation in [0, π) below which lies a probability in [0, 1): the inverse of {@link priorProbability}. */
export function priorQuantile(prior: GratingPrior, probability: number): number {
  if (cosineOf(prior).steepness === 0) return Math.PI * probability;
  let [low, high] = [0, Math.PI];
  let orientationRad = Math.PI * probability;
  // Newton's method; where the density is too uneven for its step, the bracket that holds the answer is halved.
  for (;;) {
    const error = priorProbability(prior, orientationRad) - probability;
    if (error > 0) high = orientationRad;
    else low = orientationRad;
    const newton = orientationRad - error / priorDensity(prior, orientationRad);
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (error === 0 || Math.abs(next - orientationRad) < 1e-15) break;
    orientationRad = next;
  }
  return Math.min(orientationRad, LARGEST_BELOW_PI);
}

const LARGEST_BELOW_PI = Math.PI * (1 - Number.EPSILON);

function cosineOf(prior: GratingPrior): CosinePrior {
  if (prior === 'uniform') return UNIFORM;
  return prior === 'vertical' ? VERTICAL : prior;
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
