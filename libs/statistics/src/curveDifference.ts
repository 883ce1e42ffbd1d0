import { overSeeds, type OverSeeds } from './overSeeds.js';

/**
 * By how much the second condition's curve lies above the first's at every place, seed by seed, with its interval over
 * seeds.
 * @param first [seeds][K]
 * @param second of the same seeds in the same order
 * @throws RangeError where there are no seeds, or the numbers of seeds or places differ
 */
export function curveDifference(
  first: readonly (readonly number[])[],
  second: readonly (readonly number[])[],
  confidence: number,
): OverSeeds[] {
  const places = first[0]?.length ?? 0;
  if (first.length !== second.length || [...first, ...second].some((curve) => curve.length !== places)) {
    throw new RangeError('Curves are compared seed by seed at the same places; their numbers differ.');
  }
  return Array.from({ length: places }, (_, place) =>
    overSeeds(
      first.map((curve, seed) => (second[seed]?.[place] ?? NaN) - (curve[place] ?? NaN)),
      confidence,
    ),
  );
}
