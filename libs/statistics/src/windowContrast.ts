/** Where on its circle a curve is compared with itself. */
export interface WindowContrast {
  /** Angles of the curve's values, in degrees. */
  readonly anglesDeg: ArrayLike<number>;
  /** 180 for orientation, 360 for hue. */
  readonly periodDeg: number;
  /** Windows reach this far about their centres, edges included. */
  readonly halfWidthDeg: number;
  readonly centresDeg: readonly number[];
  readonly againstDeg: readonly number[];
}

/** Lets an angle on a window's edge in, whatever its last bits. */
const ROUNDING_DEG = 1e-9;

/**
 * Logarithm of the curve's mean in some windows over its mean in others: of the cardinal/oblique ratio with centres 0
 * and 90 against 45 and 135. Logarithms of ratios of equal seeds can be subtracted and averaged.
 * @throws RangeError where a window holds no angle
 */
export function logWindowRatio(curve: ArrayLike<number>, contrast: WindowContrast): number {
  return (
    Math.log(windowMean(curve, contrast, contrast.centresDeg)) -
    Math.log(windowMean(curve, contrast, contrast.againstDeg))
  );
}

function windowMean(
  curve: ArrayLike<number>,
  { anglesDeg, periodDeg, halfWidthDeg }: WindowContrast,
  centresDeg: readonly number[],
): number {
  const near = Array.from(anglesDeg).flatMap((angle, index) =>
    centresDeg.some((centre) => distanceDeg(angle, centre, periodDeg) <= halfWidthDeg + ROUNDING_DEG)
      ? [curve[index] ?? NaN]
      : [],
  );
  if (near.length === 0) {
    throw new RangeError(
      `No angle of the curve lies within ±${halfWidthDeg}° of ${centresDeg.join('° or ')}°; measure more angles.`,
    );
  }
  return near.reduce((sum, value) => sum + value, 0) / near.length;
}

function distanceDeg(a: number, b: number, periodDeg: number): number {
  const apart = Math.abs(a - b) % periodDeg;
  return Math.min(apart, periodDeg - apart);
}
