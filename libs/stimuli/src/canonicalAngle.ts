/** Angles nearer than this are one angle: far above the rounding of sums like 205.7… − 180, far below any effect on D. */
const RESOLUTIONS_PER_DEGREE = 1e9;

/** The angle in [0°, 360°) that differs from `degrees` by whole turns, rounded to 1e-9°. */
export function canonicalAngle(degrees: number): number {
  const rounded =
    Math.round((((degrees % 360) + 360) % 360) * RESOLUTIONS_PER_DEGREE) / RESOLUTIONS_PER_DEGREE;
  return rounded === 360 ? 0 : rounded;
}
