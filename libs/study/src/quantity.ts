import { logWindowRatio } from '@oblique/statistics';
import { mean } from 'simple-statistics';
import {
  axesOf,
  indexOn,
  numbersOf,
  type AxesByName,
  type Axis,
  type Coordinate,
  type Place,
} from './axis.js';

/** What a quantity is called. */
export interface About {
  /** Plain name of its column and arrays. */
  readonly name: string;
  /** What figures say along it, with its unit. */
  readonly title: string;
  /** What is measured, as a claim tells it. */
  readonly words: string;
  /** Whether the values are natural logarithms of what is told: ratios are averaged and subtracted as these. */
  readonly isLogarithm: boolean;
}

/** Where to read a quantity: at a coordinate, or where another quantity says, place by place. */
export type Where = Readonly<Record<string, Coordinate | Quantity>>;

/** The values along one axis that are known, with where they are. */
export interface Along {
  readonly values: readonly number[];
  /** Coordinates, or what is counted where they are names. */
  readonly at: readonly number[];
  /** Coordinates on the other axes. */
  readonly place: Place;
}

/**
 * Numbers over named axes, with their words and with what they were computed from. A value that was not measured
 * where another one was, as D is at other steps of other trainings, is absent: operations along an axis see only those
 * there are. A value that could not be measured is NaN, and stays so.
 */
export class Quantity {
  constructor(
    readonly about: About,
    readonly axes: readonly Axis[],
    /** In row-major order of the axes; undefined where absent. */
    readonly values: readonly (number | undefined)[],
    /** Digests of the artifacts that it was read from. */
    readonly provenance: readonly string[] = [],
  ) {
    const size = axes.reduce((product, { values: along }) => product * along.length, 1);
    if (size !== values.length)
      throw new RangeError(`${about.name} has ${values.length} values on axes of ${size} places.`);
  }

  /** A quantity from its value at each place. */
  static over(
    axes: AxesByName,
    valueAt: (place: Place) => number,
    about: Partial<About> & Pick<About, 'name'>,
    provenance: readonly string[] = [],
  ): Quantity {
    const list = axesOf(axes);
    return new Quantity(aboutOf(about), list, placesOf(list).map(valueAt), provenance);
  }

  /** Quantities on equal axes, one behind the other along a new axis, which comes first. */
  static stack(axis: Axis, quantities: readonly Quantity[]): Quantity {
    const [first] = quantities;
    if (first === undefined || quantities.length !== axis.values.length)
      throw new RangeError(`${quantities.length} quantities cannot be stacked along "${axis.name}".`);
    const aligned = quantities.map((quantity) => first.#onto(quantity));
    return new Quantity(
      first.about,
      [axis, ...first.axes],
      aligned.flatMap(({ values }) => values),
      union(quantities),
    );
  }

  /** @throws RangeError where there is no such axis, naming those there are */
  axis(name: string): Axis {
    const found = this.axes.find((axis) => axis.name === name);
    if (found === undefined) {
      const names = this.axes.map((axis) => axis.name).join(', ') || 'none';
      throw new RangeError(`${this.about.name} has no axis "${name}"; it has: ${names}.`);
    }
    return found;
  }

  has(name: string): boolean {
    return this.axes.some((axis) => axis.name === name);
  }

  /** The same numbers under other words. */
  called(about: Partial<About>): Quantity {
    return this.#with(this.axes, this.values, { ...this.about, ...about });
  }

  /** The same numbers with other words for an axis, or other coordinates in the same order. */
  along(name: string, words: Partial<Axis>): Quantity {
    this.axis(name);
    return this.#with(
      this.axes.map((axis) => (axis.name === name ? { ...axis, ...words } : axis)),
      this.values,
    );
  }

  /**
   * The values at coordinates. Where a coordinate is a quantity, at what it is at each place: NaN stays NaN.
   * @throws RangeError where an axis has no such coordinate
   */
  at(where: Where): Quantity {
    const chosen = Object.entries(where);
    for (const [name] of chosen) this.axis(name);
    const quantities = chosen.flatMap(([, at]) => (at instanceof Quantity ? [at] : []));
    const rest = this.axes.filter(({ name }) => !(name in where));
    const axes = mergedAxes([rest, ...quantities.map((quantity) => quantity.axes)]);
    const values = placesOf(axes).map((place) => {
      const full: Record<string, Coordinate> = { ...place };
      for (const [name, at] of chosen) {
        const coordinate = at instanceof Quantity ? at.valueAt(place) : at;
        if (coordinate === undefined) return undefined;
        if (Number.isNaN(coordinate)) return NaN;
        full[name] = coordinate;
      }
      return this.valueAt(full);
    });
    return this.#with(axes, values, this.about, [this, ...quantities]);
  }

  /** Only some of the coordinates of an axis. */
  only(name: string, keep: (coordinate: number) => boolean): Quantity {
    const axis = this.axis(name);
    const kept = numbersOf(axis).flatMap((value, index) => (keep(value) ? [index] : []));
    if (kept.length === 0)
      throw new RangeError(
        `Nothing of ${this.about.name} is left along "${name}": ${axis.values.join(', ')}.`,
      );
    const pick = <T>(list: readonly T[]): T[] => list.filter((_, index) => kept.includes(index));
    const { labels } = axis;
    const narrowed = { ...axis, values: pick(axis.values), ...(labels && { labels: pick(labels) }) };
    const axes = this.axes.map((each) => (each === axis ? narrowed : each));
    return this.#with(
      axes,
      placesOf(axes).map((place) => this.valueAt(place)),
    );
  }

  map(change: (value: number) => number, about: Partial<About> = {}): Quantity {
    return this.#with(
      this.axes,
      this.values.map((value) => (value === undefined ? undefined : change(value))),
      { ...this.about, ...about },
    );
  }

  /** Its natural logarithm, told as what it is the logarithm of. */
  log(): Quantity {
    return this.map(Math.log, { isLogarithm: true });
  }

  /** Differences; of logarithms, what is told is a quotient. Axes that only one of the two has are kept. */
  minus(other: Quantity): Quantity {
    return this.with(other, (one, two) => one - two);
  }

  /** Sums; of logarithms, what is told is a product. */
  plus(other: Quantity): Quantity {
    return this.with(other, (one, two) => one + two);
  }

  /** A number of both, place by place; axes of one name must be equal. */
  with(other: Quantity, compute: (one: number, two: number) => number): Quantity {
    const axes = mergedAxes([this.axes, other.axes]);
    const values = placesOf(axes).map((place) => {
      const [one, two] = [this.valueAt(place), other.valueAt(place)];
      return one === undefined || two === undefined ? undefined : compute(one, two);
    });
    return this.#with(axes, values, this.about, [this, other]);
  }

  /** One number from the known values along an axis. */
  reduce(name: string, compute: (along: Along) => number, about: Partial<About> = {}): Quantity {
    const axis = this.axis(name);
    const rest = this.axes.filter((each) => each !== axis);
    const values = placesOf(rest).map((place) => {
      const known = axis.values.flatMap((coordinate, index) => {
        const value = this.valueAt({ ...place, [name]: coordinate });
        return value === undefined
          ? []
          : [{ value, at: typeof coordinate === 'number' ? coordinate : index }];
      });
      if (known.length === 0) return undefined;
      return compute({ values: known.map(({ value }) => value), at: known.map(({ at }) => at), place });
    });
    return this.#with(rest, values, { ...this.about, ...about });
  }

  mean(name: string): Quantity {
    return this.reduce(name, ({ values }) => mean([...values]));
  }

  /** At each coordinate of an axis, the mean over its other coordinates. */
  meanOfOthers(name: string): Quantity {
    const axis = this.axis(name);
    const values = placesOf(this.axes).map((place) => {
      const others = axis.values.flatMap((coordinate) =>
        coordinate === place[name] ? [] : [this.valueAt({ ...place, [name]: coordinate })],
      );
      const known = others.filter((value) => value !== undefined);
      return known.length === 0 ? undefined : mean(known);
    });
    return this.#with(this.axes, values);
  }

  /** Mean over a part of an axis, ends included, linear between the coordinates where it is known. */
  meanBetween(name: string, part: (place: Place) => readonly [from: number, to: number]): Quantity {
    return this.reduce(name, (along) => meanBetween(along, ...part(along.place)));
  }

  /** Mean over an axis from a coordinate on, linear between those where it is known. */
  meanFrom(name: string, from: number): Quantity {
    return this.meanBetween(name, () => [from, Infinity]);
  }

  /** The coordinate of the greatest value. */
  peak(name: string): Quantity {
    return this.reduce(name, ({ values, at }) => at[values.indexOf(Math.max(...values))] ?? NaN);
  }

  /** The first coordinate at which a value fulfils a condition; NaN where none does. */
  first(name: string, holds: (value: number) => boolean): Quantity {
    return this.reduce(name, ({ values, at }) => at[values.findIndex(holds)] ?? NaN);
  }

  /** The values where a quantity says, linear in the logarithm of the axis between those where it is known. */
  interpolated(name: string, where: Quantity): Quantity {
    const axis = this.axis(name);
    const rest = this.axes.filter((each) => each !== axis);
    const axes = mergedAxes([rest, where.axes]);
    const values = placesOf(axes).map((place) => {
      const target = where.valueAt(place);
      const known = numbersOf(axis).flatMap((at) => {
        const value = this.valueAt({ ...place, [name]: at });
        return value === undefined ? [] : [{ at: Math.log(at), value }];
      });
      return target === undefined ? undefined : interpolated(known, Math.log(target));
    });
    return this.#with(axes, values, this.about, [this, where]);
  }

  /** log of the mean in a window about one angle over that about another, in degrees; told as their ratio. */
  contrast(
    name: string,
    { of, over, halfWidthDeg, periodDeg = 180 }: WindowsAlong,
    about: Partial<About> = {},
  ): Quantity {
    return this.reduce(
      name,
      ({ values, at }) =>
        logWindowRatio(values, { anglesDeg: at, periodDeg, halfWidthDeg, centresDeg: of, againstDeg: over }),
      { ...about, isLogarithm: true },
    );
  }

  /** The known values of the axis at a place of the others, which must name all of them. */
  line(name: string, place: Place): Along {
    const along = this.axis(name).values.flatMap((at, index) => {
      const value = this.valueAt({ ...place, [name]: at });
      return value === undefined ? [] : [{ value, at: typeof at === 'number' ? at : index }];
    });
    return { values: along.map(({ value }) => value), at: along.map(({ at }) => at), place };
  }

  /** The only value of a quantity without axes. @throws RangeError where it has some */
  get number(): number {
    const [value] = this.values;
    if (this.axes.length > 0 || value === undefined)
      throw new RangeError(`${this.about.name} is no single number.`);
    return value;
  }

  /** What its values mean: the exponential of logarithms. */
  told(value: number): number {
    return this.about.isLogarithm ? Math.exp(value) : value;
  }

  /** The value at a place, which may name other axes as well; undefined where it is absent. */
  valueAt(place: Place): number | undefined {
    let flat = 0;
    for (const axis of this.axes) {
      const coordinate = place[axis.name];
      if (coordinate === undefined)
        throw new RangeError(`A place of ${this.about.name} lacks a coordinate on "${axis.name}".`);
      const direct = axis.values.indexOf(coordinate);
      flat = flat * axis.values.length + (direct < 0 ? indexOn(axis, coordinate) : direct);
    }
    return this.values[flat];
  }

  #onto(other: Quantity): Quantity {
    mergedAxes([this.axes, other.axes]);
    return other.#with(
      this.axes,
      placesOf(this.axes).map((place) => other.valueAt(place)),
    );
  }

  #with(
    axes: readonly Axis[],
    values: readonly (number | undefined)[],
    about: About = this.about,
    from: readonly Quantity[] = [this],
  ): Quantity {
    return new Quantity(about, axes, values, union(from));
  }
}

/** Windows about angles, in degrees, edges included. */
export interface WindowsAlong {
  readonly of: readonly number[];
  readonly over: readonly number[];
  readonly halfWidthDeg: number;
  /** Default: 180, of orientation. */
  readonly periodDeg?: number;
}

/** Every place on the axes, in row-major order. */
export function placesOf(axes: readonly Axis[]): Place[] {
  return axes.reduce<Place[]>(
    (places, { name, values }) =>
      places.flatMap((place) => values.map((coordinate) => ({ ...place, [name]: coordinate }))),
    [{}],
  );
}

/** Words in full from those given. */
export function aboutOf({
  name,
  title = name,
  words = title,
  isLogarithm = false,
}: Partial<About> & Pick<About, 'name'>): About {
  return { name, title, words, isLogarithm };
}

function mergedAxes(lists: readonly (readonly Axis[])[]): Axis[] {
  const merged = new Map<string, Axis>();
  for (const axis of lists.flat()) {
    const known = merged.get(axis.name);
    if (known === undefined) merged.set(axis.name, axis);
    else if (
      known.values.length !== axis.values.length ||
      known.values.some((value, index) => value !== axis.values[index])
    ) {
      throw new RangeError(
        `Two quantities differ along "${axis.name}": ${known.values.join(', ')} and ${axis.values.join(', ')}.`,
      );
    }
  }
  return [...merged.values()];
}

function union(quantities: readonly Quantity[]): string[] {
  return [...new Set(quantities.flatMap(({ provenance }) => provenance))];
}

function meanBetween({ values, at }: Along, from: number, to: number): number {
  const known = values.flatMap((value, index) => {
    const place = at[index];
    return place !== undefined && place >= from && place <= to ? [{ at: place, value }] : [];
  });
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined) return NaN;
  if (first === last) return first.value;
  let area = 0;
  known.reduce((before, after) => {
    area += ((after.at - before.at) * (after.value + before.value)) / 2;
    return after;
  });
  return area / (last.at - first.at);
}

const CLOSE = 1e-9;

function interpolated(known: readonly { readonly at: number; readonly value: number }[], at: number): number {
  const after = known.findIndex((point) => point.at >= at - CLOSE);
  const [from, to] = [known[after - 1], known[after]];
  if (to === undefined) return NaN;
  if (from === undefined || !Number.isFinite(from.at) || Math.abs(to.at - at) < CLOSE) return to.value;
  return from.value + ((to.value - from.value) * (at - from.at)) / (to.at - from.at);
}
