/** A place along an axis: a number, such as a step, or a name, such as a layer. */
export type Coordinate = number | string;

/** The values of an axis, and their words. */
export interface AxisWords<C extends Coordinate = Coordinate> {
  /** In their order; each once. */
  readonly values: readonly C[];
  /** What figures say along it, with its unit; its name where left out. */
  readonly title?: string;
  /** Default: linear. */
  readonly scale?: 'linear' | 'log';
  /** What its values are called in legends and rows, in their order; the values themselves where left out. */
  readonly labels?: readonly string[];
  /** Whether lines along it are coloured in order; default: numbers that have no labels are. */
  readonly ordered?: boolean;
}

/** One named dimension of a quantity. */
export interface Axis<C extends Coordinate = Coordinate> extends AxisWords<C> {
  readonly name: string;
}

/** What an axis is made from where its name stands elsewhere. */
export type AxisValues<C extends Coordinate = Coordinate> = readonly C[] | AxisWords<C>;

/** Axes by their names, in their order. */
export type AxesByName = Readonly<Record<string, AxisValues>>;

/** A coordinate on each of some axes. */
export type PlaceOf<Axes extends AxesByName> = {
  readonly [Name in keyof Axes]: Axes[Name] extends AxisValues<infer C> ? C : never;
};

/** A coordinate by the name of its axis. */
export type Place = Readonly<Record<string, Coordinate>>;

/** @throws RangeError where an axis has no values, one of them twice, or another number of labels */
export function axesOf(axes: AxesByName): Axis[] {
  return Object.entries(axes).map(([name, given]) =>
    checkedAxis(isValues(given) ? { name, values: given } : { name, ...given }),
  );
}

/** @throws RangeError as {@link axesOf} */
export function checkedAxis(axis: Axis): Axis {
  const { name, values, labels } = axis;
  if (values.length === 0) throw new RangeError(`The axis "${name}" has no values.`);
  if (new Set(values).size < values.length)
    throw new RangeError(`The axis "${name}" has a value twice: ${values.join(', ')}.`);
  if (labels !== undefined && labels.length !== values.length)
    throw new RangeError(`The axis "${name}" has ${values.length} values and ${labels.length} labels.`);
  return axis;
}

/** What the value at this index is called. */
export function labelOf({ values, labels }: Axis, index: number): string {
  return labels?.[index] ?? String(values[index]);
}

/** Index of a coordinate; numbers are found whatever their last bits. @throws RangeError naming those there are */
export function indexOn(axis: Axis, coordinate: Coordinate): number {
  const index = axis.values.findIndex((value) => isSame(value, coordinate));
  if (index < 0) {
    throw new RangeError(
      `The axis "${axis.name}" has no ${JSON.stringify(coordinate)}; it has: ${axis.values.join(', ')}.`,
    );
  }
  return index;
}

/** The values as numbers. @throws TypeError where one is a name */
export function numbersOf({ name, values }: Axis): number[] {
  return values.map((value) => {
    if (typeof value !== 'number')
      throw new TypeError(`The axis "${name}" has names, not numbers: ${value}.`);
    return value;
  });
}

const ROUNDING = 1e-9;

function isSame(one: Coordinate, other: Coordinate): boolean {
  if (one === other) return true;
  if (typeof one !== 'number' || typeof other !== 'number') return false;
  return Math.abs(one - other) <= ROUNDING * Math.max(1, Math.abs(one));
}

function isValues(given: AxisValues): given is readonly Coordinate[] {
  return Array.isArray(given);
}
