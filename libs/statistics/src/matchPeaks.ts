import { nearestTurn } from './circularShift.js';
import { resampleStream } from './resampling.js';

/** A peak that was expected, with the one found next to it. */
export interface PeakMatch {
  readonly expectedDeg: number;
  /** The nearest of those found that is no other's; undefined where there is none left. */
  readonly foundDeg: number | undefined;
  /** By how far it lies past what was expected, the short way round, in [−period / 2, period / 2); NaN for none. */
  readonly offsetDeg: number;
  readonly matched: boolean;
}

export interface PeakMatches {
  /** In the order of the expected peaks. */
  readonly peaks: readonly PeakMatch[];
  readonly matched: number;
  /**
   * How often as many peaks at random places match at least as many: the p-value of a permutation test. (Turning the found
   * peaks together would keep their distances, but with three peaks one turn in eight matches all within 30°.)
   */
  readonly chance: number;
}

/** Random placements that are tried. */
const PLACEMENTS = 4000;

/**
 * Pairs expected peaks with found ones, nearest pairs first, each peak once; pairs match that are no farther apart than
 * the tolerance. Chance is by places drawn uniformly around the circle (Mardia & Jupp 2000, Directional Statistics, section 3.5.2), since
 * many found peaks or a wide tolerance match anything.
 * @param foundDeg positions
 * @param expectedDeg positions
 * @throws RangeError where no peaks are expected
 */
export function matchPeaks(
  foundDeg: readonly number[],
  expectedDeg: readonly number[],
  periodDeg: number,
  toleranceDeg: number,
): PeakMatches {
  if (expectedDeg.length === 0) throw new RangeError('No peaks are expected; name one or more to match.');
  const pairs = matched(foundDeg, expectedDeg, periodDeg, toleranceDeg);
  const count = countOf(pairs);
  const asMany = Array.from({ length: PLACEMENTS }, (_, index) => {
    const stream = resampleStream(0, index);
    const placed = foundDeg.map(() => stream.uniform() * periodDeg);
    return countOf(matched(placed, expectedDeg, periodDeg, toleranceDeg)) >= count;
  });
  return { peaks: pairs, matched: count, chance: asMany.filter(Boolean).length / PLACEMENTS };
}

function countOf(pairs: readonly PeakMatch[]): number {
  return pairs.filter(({ matched: is }) => is).length;
}

function matched(
  foundDeg: readonly number[],
  expectedDeg: readonly number[],
  periodDeg: number,
  toleranceDeg: number,
): PeakMatch[] {
  const candidates = expectedDeg
    .flatMap((expected, of) =>
      foundDeg.map((found, by) => ({
        of,
        by,
        offsetDeg: nearestTurn(found, expected, periodDeg) - expected,
      })),
    )
    .sort((one, other) => Math.abs(one.offsetDeg) - Math.abs(other.offsetDeg));
  const pairedWith = new Map<number, { readonly by: number; readonly offsetDeg: number }>();
  const taken = new Set<number>();
  for (const { of, by, offsetDeg } of candidates) {
    if (pairedWith.has(of) || taken.has(by)) continue;
    pairedWith.set(of, { by, offsetDeg });
    taken.add(by);
  }
  return expectedDeg.map((expected, index) => {
    const pair = pairedWith.get(index);
    const offsetDeg = pair?.offsetDeg ?? NaN;
    return {
      expectedDeg: expected,
      foundDeg: pair && foundDeg[pair.by],
      offsetDeg,
      matched: Math.abs(offsetDeg) <= toleranceDeg,
    };
  });
}
