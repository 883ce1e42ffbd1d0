import { bootstrapMean } from './bootstrap.js';
import { powerLawFit } from './fits.js';
import type { Interval, Resampling } from './resampling.js';

/** The power k of D ∝ p^k. */
export interface PowerK {
  readonly k: number;
  /** Of the logarithms. */
  readonly r2: number;
}

/**
 * The best power k in D ∝ p^k, by least squares of log D on log p. Efficient coding that maximises information predicts
 * D ∝ p², as sqrt(D), the root of the Fisher information, is then ∝ p (Ganguli & Simoncelli 2014, Neural Computation
 * 26:2103, table 1); a power below it is a weaker use of the prior.
 * @param prior p, density or frequency of a variable's values, above 0
 * @param sensitivity D at the same values, above 0
 * @throws RangeError where the numbers of values differ, the prior is flat, or a value is not above 0
 */
export function powerK(prior: readonly number[], sensitivity: readonly number[]): PowerK {
  const { exponent, rSquared } = powerLawFit(prior, sensitivity);
  return { k: exponent, r2: rSquared };
}

export interface PowerKOverSeeds {
  /** The mean of the seeds' powers, which is the power of the geometric mean of their curves. */
  readonly k: number;
  /** Percentile bootstrap over seeds. */
  readonly interval: Interval;
  /** One a seed. */
  readonly perSeed: readonly number[];
}

/**
 * The power of several seeds' curves with its bootstrap interval over seeds. That interval is too narrow for fewer than
 * about eight seeds: give those the interval of Student, `overSeeds(perSeed, confidence)`.
 * @param curves D, [seeds][values of the prior]
 * @throws RangeError as {@link powerK}, and where there are no seeds
 */
export function powerKOverSeeds(
  prior: readonly number[],
  curves: readonly (readonly number[])[],
  resampling: Resampling,
): PowerKOverSeeds {
  const perSeed = curves.map((curve) => powerK(prior, curve).k);
  const { estimate, interval } = bootstrapMean(perSeed, resampling);
  return { k: estimate, interval, perSeed };
}
