import { float64, type NdArray } from '@oblique/arrays';
import { StretchError, ValueOutOfRangeError } from './errors.js';
import { findParameter } from './families.js';
import type { Parameter } from './parameter.js';
import type { Point, StimulusFamily, Stretch } from './stimulusFamily.js';

/**
 * Checks that `value` may be given to the parameter.
 * @throws ValueOutOfRangeError that names parameter, value, unit and range
 */
export function checkValue(family: StimulusFamily, parameter: Parameter, value: number): void {
  if (Number.isFinite(value) && value >= parameter.minimum && value <= parameter.maximum) return;
  throw ValueOutOfRangeError.ofParameter(family.name, parameter, value);
}

/**
 * `given` with defaults for what is left out: every parameter of the family, in its order.
 * @throws UnknownParameterError, ValueOutOfRangeError
 */
export function completePoint(family: StimulusFamily, given: Point): Point {
  for (const [name, value] of Object.entries(given)) checkValue(family, findParameter(family, name), value);
  return Object.fromEntries(
    family.parameters.map((parameter) => [parameter.name, given[parameter.name] ?? parameter.default]),
  );
}

/**
 * One representative of all points whose images are identical, so that each image is computed once: gabor at
 * (θ + 180°, phase) is gabor at (θ, −phase); phases and hues repeat after 360°. The squared derivative with respect
 * to any parameter is the same too. Angles come out in [0°, 360°), orientations in [0°, 180°), rounded to 1e-9°.
 * @throws UnknownParameterError, ValueOutOfRangeError
 */
export function canonicalPoint(family: StimulusFamily, point: Point): Point {
  return family.canonical(completePoint(family, point));
}

/**
 * Checks that there is something to stretch.
 * @throws StretchError where the image at this point has one value everywhere
 */
export function checkStretchable(family: StimulusFamily, stretch: Stretch, point: Point): void {
  if (stretch === 'none' || !family.isFlat(point)) return;
  const where = Object.entries(point).map(([name, value]) => `${name} = ${value}`);
  throw new StretchError(
    'stretch',
    `The ${family.name} at ${where.join(', ')} is one grey everywhere, which cannot be stretched to [-1, 1]. Leave this point out, or use no stretch.`,
  );
}

/**
 * What to feed to the family's program for these points: float64 [N] by input name, in the program's units.
 * Parameters left out take their defaults.
 * @throws UnknownParameterError, ValueOutOfRangeError
 */
export function stimulusFeeds(
  family: StimulusFamily,
  points: readonly Point[],
): Record<string, NdArray<'float64'>> {
  const complete = points.map((point) => completePoint(family, point));
  return Object.fromEntries(
    family.parameters.map((parameter) => {
      const values = complete.map((point) => parameter.toProgram(point[parameter.name] ?? parameter.default));
      return [parameter.programInput, float64([points.length], values)];
    }),
  );
}
