/**
 * How often orientations occur in [0, π): all alike, p = 1/π, or p = (2 − cos 2θ)/(2π), which is three times as high for
 * vertical bars (90°) as for horizontal ones (0°) (Benjamin et al. 2022, Fig. 6).
 */
export type GratingPrior = 'uniform' | 'vertical';

/** What is left of the quantile's error, in radians, stays below rounding. */
const NEWTON_STEPS = 60;

/** Probability density per radian. */
export function priorDensity(prior: GratingPrior, orientationRad: number): number {
  return prior === 'uniform' ? 1 / Math.PI : (2 - Math.cos(2 * orientationRad)) / (2 * Math.PI);
}

/** Smallest and largest density per radian. */
export function densityRange(prior: GratingPrior): { readonly smallest: number; readonly largest: number } {
  return { smallest: priorDensity(prior, 0), largest: priorDensity(prior, Math.PI / 2) };
}

/** Probability of an orientation in [0, orientationRad], for orientationRad from 0 to π. */
export function priorProbability(prior: GratingPrior, orientationRad: number): number {
  const share = orientationRad / Math.PI;
  return prior === 'uniform' ? share : share - Math.sin(2 * orientationRad) / (4 * Math.PI);
}

/** The orientation in [0, π) below which lies a probability in [0, 1): the inverse of {@link priorProbability}. */
export function priorQuantile(prior: GratingPrior, probability: number): number {
  let orientationRad = Math.PI * probability;
  if (prior === 'uniform') return orientationRad;
  // The density varies by a factor of 3 only and the steps are kept within [0, π], where Newton's method converges.
  for (let step = 0; step < NEWTON_STEPS; step++) {
    const error = priorProbability(prior, orientationRad) - probability;
    const next = orientationRad - error / priorDensity(prior, orientationRad);
    const kept = Math.min(Math.PI, Math.max(0, next));
    if (Math.abs(kept - orientationRad) < 1e-15) break;
    orientationRad = kept;
  }
  return Math.min(orientationRad, LARGEST_BELOW_PI);
}

const LARGEST_BELOW_PI = Math.PI * (1 - Number.EPSILON);
