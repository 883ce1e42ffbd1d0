const CENTRES_DEG = [0, 45, 90, 135];

/** Whether every window of this half width about 0, 45, 90 and 135 degrees holds at least one of the angles. */
export function windowsAreFilled(anglesDeg: readonly number[], halfWidthDeg: number): boolean {
  return CENTRES_DEG.every((centre) =>
    anglesDeg.some((angle) => orientationDistanceDeg(angle, centre) <= halfWidthDeg + 1e-9),
  );
}

/** Between orientations, which repeat after 180 degrees: 0 to 90. */
function orientationDistanceDeg(a: number, b: number): number {
  const apart = Math.abs(a - b) % 180;
  return Math.min(apart, 180 - apart);
}
