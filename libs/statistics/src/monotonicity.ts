import jstat from 'jstat';

/** Beyond it the normal distribution is as good. */
const LARGEST_EXACT = 33;

/**
 * Whether a series rises or falls: Kendall's τ_b of the values with their place, and its two-sided p-value (Kendall 1970,
 * Rank Correlation Methods, chapters 3 to 5; the test of Mann 1945 for a trend): exact for up to 33 values without ties,
 * else by the normal distribution with ties in its variance.
 * @throws RangeError where there are fewer than two values, or one is not a number
 */
export function monotonicity(y: readonly number[]): { tau: number; pValue: number } {
  const count = y.length;
  if (count < 2) throw new RangeError(`A trend needs two values; there are ${count}.`);
  if (y.some(Number.isNaN)) throw new RangeError('A trend is of numbers; one of the values is NaN.');
  const pairs = (count * (count - 1)) / 2;
  let falling = 0;
  let rising = 0;
  for (const [index, value] of y.entries()) {
    for (const later of y.slice(index + 1)) {
      if (later < value) falling += 1;
      if (later > value) rising += 1;
    }
  }
  const tied = pairs - falling - rising;
  const tau = (rising - falling) / Math.sqrt(pairs * (pairs - tied));
  if (tied === 0 && count <= LARGEST_EXACT) {
    return { tau, pValue: Math.min(1, 2 * shareWithAtMost(Math.min(falling, rising), count)) };
  }
  const z = (rising - falling) / Math.sqrt(varianceOfScore(y));
  return { tau, pValue: Number.isNaN(z) ? NaN : 2 * jstat.normal.cdf(-Math.abs(z), 0, 1) };
}

/** Of all orders of `count` values, the share with at most so many falling pairs. */
function shareWithAtMost(inversions: number, count: number): number {
  // Placing one value more before 0, 1, … of the earlier ones adds as many falling pairs, all equally likely.
  let shares = [1];
  for (let size = 2; size <= count; size++) {
    const before = shares;
    shares = Array.from({ length: inversions + 1 }, (_, target) => {
      let sum = 0;
      for (let added = 0; added < size; added++) sum += before[target - added] ?? 0;
      return sum / size;
    });
  }
  return shares.reduce((sum, share) => sum + share, 0);
}

/** Of rising less falling pairs, where all orders are equally likely and equal values stay equal (Kendall, eq. 4.3). */
function varianceOfScore(y: readonly number[]): number {
  const of = (count: number): number => count * (count - 1) * (2 * count + 5);
  const sizes = new Map<number, number>();
  for (const value of y) sizes.set(value, (sizes.get(value) ?? 0) + 1);
  return (of(y.length) - [...sizes.values()].reduce((sum, size) => sum + of(size), 0)) / 18;
}
