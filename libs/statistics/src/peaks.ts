/** A peak of a curve over a circle. */
export interface Peak {
  /** In [0, period); of a flat top, its middle (the earlier sample of two). */
  readonly positionDeg: number;
  readonly value: number;
}

/**
 * The peaks of a curve around its circle: values above their neighbours, with at least the prominence that is asked for:
 * the least that one must descend from a peak to come to higher ground, the highest peak's being its height above the
 * lowest value. These are the peaks and prominences of scipy.signal.find_peaks on three turns of the curve.
 * @param curve at 0, stepDeg, 2 stepDeg, … of the whole period
 * @param options.prominence in units of the curve
 * @returns in the order of their position
 * @throws RangeError where the steps do not tile the period
 */
export function peaks(
  curve: readonly number[],
  stepDeg: number,
  { periodDeg, prominence }: { readonly periodDeg: number; readonly prominence: number },
): Peak[] {
  const count = curve.length;
  if (Math.abs(count * stepDeg - periodDeg) > stepDeg / 2) {
    throw new RangeError(`${count} values in steps of ${stepDeg}° do not tile a period of ${periodDeg}°.`);
  }
  const at = (index: number): number => curve[((index % count) + count) % count] ?? NaN;
  return curve
    .flatMap((value, index) => {
      // Every flat top is looked at once, from its first sample.
      if (!(at(index - 1) < value)) return [];
      let end = index;
      while (end < index + count && at(end + 1) === value) end += 1;
      if (!(at(end + 1) < value)) return [];
      const least = Math.min(
        value - lowestOnTheWay(at, index, -1, count),
        value - lowestOnTheWay(at, index, 1, count),
      );
      if (least < prominence) return [];
      return [{ positionDeg: (Math.floor((index + end) / 2) % count) * stepDeg, value }];
    })
    .sort((a, b) => a.positionDeg - b.positionDeg);
}

/** The lowest value between a place and the next higher one in a direction; of the whole circle where there is none. */
function lowestOnTheWay(
  at: (index: number) => number,
  start: number,
  direction: 1 | -1,
  count: number,
): number {
  let lowest = at(start);
  for (let steps = 1; steps < count; steps++) {
    const value = at(start + direction * steps);
    if (value > at(start)) break;
    lowest = Math.min(lowest, value);
  }
  return lowest;
}
