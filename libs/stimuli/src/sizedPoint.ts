import { completePoint } from './point.js';
import type { ImageSize, Point, StimulusFamily } from './stimulusFamily.js';

/**
 * `given` with defaults for an image of this size: where the family's defaults are meant for images of a size of its own,
 * lengths grow and frequencies fall in proportion to the shorter side, so that the stimulus covers as much of the image.
 * @param varied parameters that a grid gives; they are left out
 * @throws UnknownParameterError, ValueOutOfRangeError
 */
export function sizedPoint(
  family: StimulusFamily,
  given: Point,
  { widthPixels, heightPixels }: ImageSize,
  varied: readonly string[] = [],
): Point {
  const { referenceSizePixels } = family;
  const scale =
    referenceSizePixels === undefined ? 1 : Math.min(widthPixels, heightPixels) / referenceSizePixels;
  const powers: Readonly<Record<string, number>> = { pixel: 1, 'cycle/pixel': -1 };
  const complete = completePoint(family, given);
  const entries = family.parameters.flatMap(({ name, unit, minimum, maximum }) => {
    const value = complete[name];
    if (value === undefined || varied.includes(name)) return [];
    const sized = Object.hasOwn(given, name) ? value : value * scale ** (powers[unit] ?? 0);
    return [[name, Math.min(maximum, Math.max(minimum, sized))] as const];
  });
  return Object.fromEntries(entries);
}
