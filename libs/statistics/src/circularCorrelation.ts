import { sampleCorrelation } from 'simple-statistics';
import { alternation, harmonics } from './harmonics.js';
import { percentileInterval, resampleStream, type Resampling } from './resampling.js';

/** How alike two curves over a circle are, beside curves as smooth that have nothing to do with each other. */
export interface CircularCorrelation {
  /** Pearson's. */
  readonly correlation: number;
  /** Two-sided: how often curves as smooth, but unrelated, correlate as strongly; at least 1 / (resamples + 1). */
  readonly pValue: number;
  /** Ends of the middle 95 % of the correlations of unrelated curves. */
  readonly nullLow: number;
  readonly nullHigh: number;
}

const NULL_CONFIDENCE = 0.95;
/** Lets surrogates that are the curve itself count as being as strongly correlated, whatever the last bits. */
const ROUNDING = 1e-12;

/**
 * Pearson's correlation of two curves at the same K equally spaced places that tile a circle. Neighbouring values of
 * smooth curves are alike, so that K is no number of independent values: the test compares with surrogates of b that
 * have its power spectrum, hence its smoothness, and random phases (Theiler et al. 1992, Physica D 58:77, "Testing for
 * nonlinearity in time series: the method of surrogate data", section 2.4.1; on a circle their Fourier transform is
 * exact). Random phases hold all turns of the circle among them. The p-value counts the data among the surrogates
 * (Phipson & Smyth 2010, Stat. Appl. Genet. Mol. Biol. 9:39).
 * @throws RangeError where the curves differ in length, have fewer than four values, or are constant
 */
export function circularCorrelation(
  a: readonly number[],
  b: readonly number[],
  { resamples, seed }: Pick<Resampling, 'resamples' | 'seed'>,
): CircularCorrelation {
  requireTwoCurves(a, b);
  const correlation = sampleCorrelation([...a], [...b]);
  // Of harmonics turned at random only the product of amplitudes remains, times the cosine of the random phase.
  const [ofA, ofB] = [harmonics(a), harmonics(b)];
  const shares = ofA.map(
    ({ re, im }, index) => (Math.hypot(re, im) * Math.hypot(ofB[index]?.re ?? 0, ofB[index]?.im ?? 0)) / 2,
  );
  const alternating = alternation(a) * alternation(b);
  const scale = Math.sqrt(variance(a) * variance(b));
  const unrelated = Array.from({ length: resamples }, (_, index) => {
    const stream = resampleStream(seed, index);
    const turned = shares.reduce((sum, share) => sum + share * Math.cos(2 * Math.PI * stream.uniform()), 0);
    return (turned + (stream.uniform() < 0.5 ? -alternating : alternating)) / scale;
  });
  const asStrong = unrelated.filter((value) => Math.abs(value) >= Math.abs(correlation) - ROUNDING).length;
  const { low, high } = percentileInterval(unrelated, NULL_CONFIDENCE);
  return { correlation, pValue: (asStrong + 1) / (resamples + 1), nullLow: low, nullHigh: high };
}

/** @throws RangeError where two curves cannot be correlated */
export function requireTwoCurves(a: readonly number[], b: readonly number[]): void {
  if (a.length !== b.length || a.length < 4) {
    throw new RangeError(
      `Curves are correlated at the same four or more places; there are ${a.length} and ${b.length} values.`,
    );
  }
  for (const curve of [a, b]) {
    // Also where a value is not finite.
    if (!(variance(curve) > 0)) {
      throw new RangeError('A curve that is constant, or not finite, has no correlation.');
    }
  }
}

function variance(curve: readonly number[]): number {
  const level = curve.reduce((sum, value) => sum + value, 0) / curve.length;
  return curve.reduce((sum, value) => sum + (value - level) ** 2, 0) / curve.length;
}
