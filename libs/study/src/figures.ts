import { float64 } from '@oblique/arrays';
import {
  heatMap,
  intervalPlot,
  stepCurves,
  type Figure,
  type FigureHead,
  type Reference,
  type StepLine,
  type StepPanel,
  type StepValue,
} from '@oblique/report';
import { labelOf, numbersOf, type Axis, type Coordinate, type Place } from './axis.js';
import type { Criterion } from './criterion.js';
import { axesWithoutSeed, estimates, SEED } from './overSeeds.js';
import { placesOf, type Quantity } from './quantity.js';

/** A figure that is drawn once it is known how confident intervals are to be. */
export interface DeclaredFigure {
  readonly id: string;
  draw(confidence: number): Promise<Figure>;
}

/** A number along a figure's axis: that of an axis of the quantity, or one that follows from it. */
export interface AlongFigure {
  /** The quantity's axis. */
  readonly axis: string;
  /** Plain name of the column and the array; that of the axis where left out. */
  readonly name?: string;
  readonly title?: string;
  readonly scale?: 'linear' | 'log';
  /** What is drawn for a coordinate; the coordinate where left out. */
  readonly value?: (coordinate: number, place: Place, panel: string) => number;
}

interface Words {
  readonly title: string;
  /** How to read it; what its intervals are is said behind it. */
  readonly caption: string;
}

/** What lies where in a figure of lines. */
export interface LinesEncoding extends Words {
  readonly x: string | AlongFigure;
  /** The axis that tells lines apart; one line where left out. */
  readonly colour?: string;
  /** The axis that tells panels apart, where quantities do not. */
  readonly panel?: string;
  /** What the line is called where there is one. */
  readonly line?: string;
  readonly legend?: string;
  /** What a theory says at each x. */
  readonly theory?: { readonly name: string; readonly value: (x: number) => number };
  /** Default: at 1 where ratios are drawn. */
  readonly references?: readonly Reference[];
  /** Where quantities with words of their own share a figure. */
  readonly y?: Partial<StepValue>;
  /** Drawn as points that nothing joins. */
  readonly points?: boolean;
}

/**
 * Lines of a quantity over one of its axes: one a value of the axis `colour`, a panel a value of the axis `panel`, or
 * one a quantity where there are several by the names of their panels. Over the axis "seed" the mean is drawn, with
 * Student's interval as its band.
 */
export function lines(
  id: string,
  quantities: Quantity | Readonly<Record<string, Quantity>>,
  encoding: LinesEncoding,
): DeclaredFigure {
  return { id, draw: (confidence) => drawLines(id, panelsOf(quantities), encoding, confidence) };
}

function drawLines(
  id: string,
  quantities: readonly (readonly [panel: string, quantity: Quantity])[],
  encoding: LinesEncoding,
  confidence: number,
): Promise<Figure> {
  const { colour, panel, theory, references, legend, points } = encoding;
  const along = typeof encoding.x === 'string' ? { axis: encoding.x } : encoding.x;
  const first = onlyFirst(quantities)[1];
  const panels = quantities.flatMap(([name, quantity]): DrawnPanel[] =>
    (panel === undefined ? [undefined] : axisPlaces(quantity.axis(panel))).map((at) => ({
      name: at?.label ?? name,
      lines: (colour === undefined ? [undefined] : axisPlaces(quantity.axis(colour))).flatMap((each) =>
        lineOf(
          each?.label ?? encoding.line ?? quantity.about.name,
          quantity,
          along,
          { ...at?.place, ...each?.place },
          at?.label ?? name,
          confidence,
        ),
      ),
    })),
  );
  const all = panels.flatMap((each) => each.lines);
  const shared = sharedX(all);
  const drawn = ({ x, ...line }: DrawnLine): StepLine => ({
    ...line,
    ...(shared === undefined && { x }),
    ...(theory !== undefined && { theory: x.map(theory.value) }),
    ...(points === true && { points }),
  });
  const axis = first.axis(along.axis);
  const colourAxis = colour === undefined ? undefined : first.axis(colour);
  const { isLogarithm } = first.about;
  return stepCurves({
    ...headOf(id, encoding, quantities, confidence),
    axis: {
      name: along.name ?? axis.name,
      title: along.title ?? axis.title ?? axis.name,
      scale: along.scale ?? axis.scale ?? 'linear',
      ...(shared !== undefined && { values: shared }),
    },
    value: {
      name: first.about.name,
      title: first.about.title,
      scale: isLogarithm ? 'log' : 'linear',
      ...encoding.y,
    },
    colours: colourAxis !== undefined && isOrdered(colourAxis) ? 'ordered' : 'categorical',
    legendTitle:
      legend ?? (colourAxis?.labels === undefined ? (colourAxis?.title ?? colourAxis?.name ?? '') : ''),
    ...(theory !== undefined && { theoryName: theory.name }),
    references: references ?? (isLogarithm ? [{ along: 'y', at: 1 }] : []),
    panels: panels.map(({ name, lines: own }): StepPanel => ({ name, lines: own.map(drawn) })),
  });
}

interface DrawnLine extends StepLine {
  readonly x: readonly number[];
}

interface DrawnPanel {
  readonly name: string;
  readonly lines: readonly DrawnLine[];
}

/** The line at a place; none where nothing is known there. */
function lineOf(
  name: string,
  quantity: Quantity,
  along: AlongFigure,
  place: Place,
  panel: string,
  confidence: number,
): DrawnLine[] {
  const here = quantity.at(place);
  const left = axesWithoutSeed(here).filter((axis) => axis.name !== along.axis);
  if (left.length > 0) {
    throw new RangeError(
      `A figure of ${quantity.about.name} says nothing of its axes ${left.map((axis) => axis.name).join(', ')}.`,
    );
  }
  const xOf = (at: number): number => (along.value === undefined ? at : along.value(at, place, panel));
  if (!here.has(SEED)) {
    const { at, values } = here.line(along.axis, {});
    return at.length === 0 ? [] : [{ name, x: at.map(xOf), values: values.map((value) => here.told(value)) }];
  }
  const means = estimates(here, confidence);
  if (means.length === 0) return [];
  return [
    {
      name,
      x: means.map(({ place: at }) => xOf(numberOn(here.axis(along.axis), at[along.axis]))),
      values: means.map(({ effect }) => effect),
      low: means.map(({ interval }) => interval.low),
      high: means.map(({ interval }) => interval.high),
    },
  ];
}

/** What lies where in a figure of intervals. */
export interface IntervalsEncoding extends Words {
  /** Axes whose values are the rows, the first changing slowest. */
  readonly rows: readonly string[];
  /** Where there is no effect; default: 1. */
  readonly reference?: number;
  /** Colours the rows by their verdicts. */
  readonly judged?: Criterion;
}

/** Means over seeds with their intervals, a row each; several quantities are told apart by their names. */
export function intervals(
  id: string,
  quantities: Quantity | Readonly<Record<string, Quantity>>,
  encoding: IntervalsEncoding,
): DeclaredFigure {
  const { rows, reference = 1, judged } = encoding;
  return {
    id,
    draw: (confidence) => {
      const groups = panelsOf(quantities);
      const first = onlyFirst(groups)[1];
      return intervalPlot({
        ...headOf(id, encoding, groups, confidence),
        valueTitle: first.about.title,
        reference,
        items: groups.flatMap(([group, quantity]) =>
          placesOf(rows.map((name) => quantity.axis(name))).map((place) => {
            const names = rows.map((name) => labelAt(quantity.axis(name), place[name]));
            const name = [group, names.join(', ')].filter(Boolean).join(': ');
            const here = quantity.at(place);
            const [estimate] = here.has(SEED) ? estimates(here, confidence) : [];
            if (estimate === undefined) return { name, effect: here.told(here.number) };
            const { effect, interval } = estimate;
            const { low, high } = interval;
            return {
              name,
              effect,
              low,
              high,
              ...(judged !== undefined && { verdict: judged.judge(interval) }),
            };
          }),
        ),
      });
    },
  };
}

/** What lies where in a map of colours. */
export interface MapEncoding extends Words {
  readonly x: string | AlongFigure;
  readonly y: (AlongFigure & { readonly ticks?: readonly number[] }) | string;
  readonly panel: string;
  /** On a logarithmic scale the mean over seeds is geometric. */
  readonly scale?: 'linear' | 'log';
  /** Places marked along x at each y. */
  readonly marks?: Quantity;
}

/** A quantity over two of its axes as colours, mean over seeds; the arrays hold every seed. */
export function colourMap(id: string, quantity: Quantity, encoding: MapEncoding): DeclaredFigure {
  const { panel, scale = 'linear', marks } = encoding;
  const sideOf = (side: string | AlongFigure): AlongFigure =>
    typeof side === 'string' ? { axis: side } : side;
  const [x, y] = [sideOf(encoding.x), sideOf(encoding.y)];
  return {
    id,
    draw: async (confidence) => {
      const sides = [x, y].map((side) => {
        const axis = quantity.axis(side.axis);
        return {
          name: side.name ?? axis.name,
          title: side.title ?? axis.title ?? axis.name,
          values: numbersOf(axis),
          ...('ticks' in side && { ticks: side.ticks as readonly number[] }),
        };
      });
      const [alongX, alongY] = sides;
      if (alongX === undefined || alongY === undefined) throw new Error('A map has two sides.');
      const mean = scale === 'log' ? quantity.log().mean(SEED) : quantity.mean(SEED);
      const figure = await heatMap({
        ...headOf(id, encoding, [['', mean]], confidence),
        caption: `${encoding.caption} In the arrays every seed stands by itself, and the panels are counted in their order.`,
        x: alongX,
        y: alongY,
        value: { name: quantity.about.name, title: quantity.about.title, scale },
        panels: axisPlaces(quantity.axis(panel)).map(({ label, place }) => ({
          name: label,
          values: alongY.values.flatMap((row) =>
            mean
              .at({ ...place, [y.axis]: row })
              .line(x.axis, {})
              .values.map((value) => mean.told(value)),
          ),
          ...(marks !== undefined && {
            marks: alongY.values.map((row) => {
              const at = marks.at({ ...place, [y.axis]: row });
              return { x: at.number, y: row };
            }),
          }),
        })),
      });
      return {
        ...figure,
        arrays: wholeArrays(
          quantity,
          [panel, SEED, x.axis, y.axis],
          new Map([
            [x.axis, x],
            [y.axis, y],
          ]),
        ),
      };
    },
  };
}

/** A quantity with its axes as arrays; names of an axis are counted. */
function wholeArrays(
  quantity: Quantity,
  order: readonly string[],
  sides: ReadonlyMap<string, AlongFigure>,
): Figure['arrays'] {
  const axes = order.map((name) => quantity.axis(name));
  const coordinates = axes.map((axis) => {
    const numbers = axis.values.map((value, index) =>
      typeof value === 'number' && axis.labels === undefined ? value : index,
    );
    return [sides.get(axis.name)?.name ?? axis.name, float64([numbers.length], numbers)] as const;
  });
  const values = placesOf(axes).map((place) => quantity.at(place).number);
  return {
    ...Object.fromEntries(coordinates),
    [quantity.about.name]: float64(
      axes.map((axis) => axis.values.length),
      values,
    ),
  };
}

function headOf(
  id: string,
  { title, caption }: Words,
  quantities: readonly (readonly [string, Quantity])[],
  confidence: number,
): FigureHead {
  const seeds = quantities.map(([, quantity]) =>
    quantity.has(SEED) ? quantity.axis(SEED).values.length : 0,
  );
  const most = Math.max(...seeds);
  const kind = quantities.some(([, { about }]) => about.isLogarithm) ? 'Geometric mean' : 'Mean';
  const said =
    most === 0
      ? ''
      : most === 1
        ? ' One seed: no intervals.'
        : ` ${kind} over ${most} seeds with ${100 * confidence} % intervals (Student).`;
  return {
    id,
    title,
    caption: `${caption}${said}`,
    provenance: [...new Set(quantities.flatMap(([, quantity]) => quantity.provenance))],
  };
}

function panelsOf(
  quantities: Quantity | Readonly<Record<string, Quantity>>,
): readonly (readonly [panel: string, quantity: Quantity])[] {
  return isQuantity(quantities) ? [['', quantities]] : Object.entries(quantities);
}

function isQuantity(value: Quantity | Readonly<Record<string, Quantity>>): value is Quantity {
  return Array.isArray(value.axes);
}

function onlyFirst<T>(list: readonly T[]): T {
  const [first] = list;
  if (first === undefined) throw new RangeError('A figure needs at least one quantity.');
  return first;
}

function axisPlaces(axis: Axis): { readonly label: string; readonly place: Place }[] {
  return axis.values.map((coordinate, index) => ({
    label: labelOf(axis, index),
    place: { [axis.name]: coordinate },
  }));
}

function labelAt(axis: Axis, coordinate: Coordinate | undefined): string {
  return labelOf(
    axis,
    axis.values.findIndex((value) => value === coordinate),
  );
}

function numberOn(axis: Axis, coordinate: Coordinate | undefined): number {
  if (typeof coordinate !== 'number') throw new TypeError(`The axis "${axis.name}" has names, not numbers.`);
  return coordinate;
}

/** The x of all lines, where they have the same. */
function sharedX(drawn: readonly DrawnLine[]): readonly number[] | undefined {
  const [first] = drawn;
  const isShared = drawn.every(
    ({ x }) => x.length === first?.x.length && x.every((value, index) => value === first.x[index]),
  );
  return isShared ? first?.x : undefined;
}

function isOrdered({ ordered, labels, values }: Axis): boolean {
  return ordered ?? (labels === undefined && values.every((value) => typeof value === 'number'));
}
