import { nearestTurn } from './circularShift.js';

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
   * Share of all turns of the found peaks around the circle that match at least as many: the p-value of a permutation
   * test that keeps their number and distances.
   */
  readonly chance: number;
}

/** Turns that are tried, over one period. */
const TURNS = 3600;

/**
 * Pairs expected peaks with found ones, nearest pairs first, each peak once; pairs match that are no farther apart than
 * the tolerance. Chance is by random rotation (as in tests of circular uniformity: Mardia & Jupp 2000, Directional
 * Statistics, section 8.2), since many found peaks or a wide tolerance match anything.
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
  const asMany = Array.from({ length: TURNS }, (_, turn) => {
    const turned = foundDeg.map((position) => position + (turn * periodDeg) / TURNS);
    return countOf(matched(turned, expectedDeg, periodDeg, toleranceDeg)) >= count;
  });
  return { peaks: pairs, matched: count, chance: asMany.filter(Boolean).length / TURNS };
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
