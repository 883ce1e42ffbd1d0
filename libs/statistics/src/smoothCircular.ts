/** Lets a width of a whole number of steps be one, whatever its last bits. */
const ROUNDING = 1e-9;

/**
 * The running mean of a curve around its circle: every value becomes the mean of those within half a width of it, both
 * sides alike (the moving average of Oppenheim & Schafer 2010, Discrete-Time Signal Processing, section 2.3, centred).
 * @param curve at places `stepDeg` apart that tile a circle
 * @param widthDeg an odd number of steps, or the next smaller one is taken: 15 and 16 at 1° are both 15 values
 * @throws RangeError where the width is below one step, or more than the circle
 */
export function smoothCircular(curve: readonly number[], stepDeg: number, widthDeg: number): number[] {
  const circleDeg = curve.length * stepDeg;
  if (!(widthDeg >= stepDeg * (1 - ROUNDING) && widthDeg <= circleDeg * (1 + ROUNDING))) {
    throw new RangeError(
      `A curve in steps of ${stepDeg}° around ${circleDeg}° cannot be smoothed over ${widthDeg}°; choose ${stepDeg}° to ${circleDeg}°.`,
    );
  }
  const reach = Math.floor((widthDeg / stepDeg - 1) / 2 + ROUNDING);
  return curve.map((_, index) => {
    let sum = 0;
    for (let offset = -reach; offset <= reach; offset++) {
      sum += curve[(index + offset + curve.length) % curve.length] ?? NaN;
    }
    return sum / (2 * reach + 1);
  });
}
