import { EmptyGridError, GridTooLargeError, RepeatedParameterError } from './errors.js';
import { findParameter } from './families.js';
import { checkValue, completePoint } from './point.js';
import type { Point, StimulusFamily } from './stimulusFamily.js';

/** One axis of a grid: a parameter and its values, in the parameter's unit. */
export interface GridAxis {
  readonly parameter: string;
  readonly values: readonly number[];
}

/** All combinations of the axes' values, the last axis fastest, each point made when it is asked for. */
export interface GridPoints {
  readonly count: number;
  /** Every parameter of the family at the grid's point of this index. */
  at(index: number): Point;
}

/**
 * The points of a grid, none of them made yet; parameters without an axis are taken from `fixed`, else they take their
 * defaults. Without axes there is one point.
 * @throws UnknownParameterError, ValueOutOfRangeError
 * @throws EmptyGridError where an axis has no values
 * @throws RepeatedParameterError where a parameter has two axes, or an axis and a fixed value
 * @throws GridTooLargeError where there are more than `maximumPoints` points
 */
export function lazyGridPoints(
  family: StimulusFamily,
  fixed: Point,
  axes: readonly GridAxis[],
  maximumPoints = 1_000_000,
): GridPoints {
  const base = completePoint(family, fixed);
  const count = checkAxes(family, fixed, axes, maximumPoints);
  return {
    count,
    at(index) {
      if (!(Number.isInteger(index) && index >= 0 && index < count))
        throw new RangeError(`The grid has points 0 to ${count - 1}, not ${index}.`);
      const point: Record<string, number> = { ...base };
      let rest = index;
      for (const { parameter, values } of axes.toReversed()) {
        const value = values[rest % values.length];
        if (value !== undefined) point[parameter] = value;
        rest = Math.floor(rest / values.length);
      }
      return point;
    },
  };
}

/** All points of {@link lazyGridPoints}, which throws the same. */
export function gridPoints(
  family: StimulusFamily,
  fixed: Point,
  axes: readonly GridAxis[],
  maximumPoints?: number,
): Point[] {
  const points = lazyGridPoints(family, fixed, axes, maximumPoints);
  return Array.from({ length: points.count }, (_, index) => points.at(index));
}

/** A grid that shows what each parameter does: one axis each, to be rendered one after the other. */
export function defaultGrids(family: StimulusFamily): GridAxis[] {
  return family.parameters.map(({ name, sweep }) => ({ parameter: name, values: sweep }));
}

function checkAxes(
  family: StimulusFamily,
  fixed: Point,
  axes: readonly GridAxis[],
  maximumPoints: number,
): number {
  const seen = new Set<string>();
  for (const { parameter: name, values } of axes) {
    const parameter = findParameter(family, name);
    if (seen.has(name)) {
      throw new RepeatedParameterError(name, `The grid has the axis ${name} twice; give its values in one.`);
    }
    if (Object.hasOwn(fixed, name)) {
      throw new RepeatedParameterError(
        name,
        `${name} has a fixed value and an axis of the grid; leave one out.`,
      );
    }
    seen.add(name);
    if (values.length === 0) {
      throw new EmptyGridError(name, `The grid's axis ${name} has no values; give at least one.`);
    }
    for (const value of values) checkValue(family, parameter, value);
  }
  const count = axes.reduce((product, { values }) => product * values.length, 1);
  if (count > maximumPoints) {
    const sizes = axes.map(({ parameter, values }) => `${values.length} (${parameter})`).join(' × ');
    throw new GridTooLargeError(
      'grid',
      `The grid has ${sizes} = ${count} points; at most ${maximumPoints} are allowed.`,
    );
  }
  return count;
}
