import { sampleCorrelation } from 'simple-statistics';
import { requireTwoCurves } from './circularCorrelation.js';

/** Which turn of one curve is most like another. */
export interface CircularCrossCorrelation {
  /** Turn of the greatest correlation, in [0, period): b(θ) is most like a(θ − shift). A multiple of the step. */
  readonly shiftDeg: number;
  /** Pearson's, at that turn. */
  readonly correlation: number;
  /** Pearson's correlation of a turned by 0, 1, 2, … steps with b, as many as the curves have values. */
  readonly curve: readonly number[];
}

/**
 * Circular cross-correlation (Oppenheim & Schafer 2010, Discrete-Time Signal Processing, section 8.6.5), as Pearson's
 * coefficient of every turn. `circularShift` is for the shift between curves of several seeds, with its interval.
 * @param a at equally spaced places that tile the period
 * @param b at the same places
 * @throws RangeError as `circularCorrelation`
 */
export function circularCrossCorrelation(
  a: readonly number[],
  b: readonly number[],
  periodDeg: number,
): CircularCrossCorrelation {
  requireTwoCurves(a, b);
  const curve = a.map((_, steps) =>
    sampleCorrelation([...a.slice(a.length - steps), ...a.slice(0, a.length - steps)], [...b]),
  );
  const correlation = Math.max(...curve);
  return { shiftDeg: (curve.indexOf(correlation) * periodDeg) / a.length, correlation, curve };
}
