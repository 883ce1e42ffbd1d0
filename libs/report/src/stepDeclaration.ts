import type { FigureHead } from './figure.js';
import { drawn } from './valueScale.js';

/** One line over the steps. All arrays have the length of its x; NaN where there is no value. */
export interface StepLine {
  readonly name: string;
  readonly values: ArrayLike<number>;
  /** The line's own places along x; the axis's where left out. */
  readonly x?: ArrayLike<number>;
  /** What theory says at the same places: dashed, in the line's colour, over the line. */
  readonly theory?: ArrayLike<number>;
  /** An interval about the values: a band, or bars where the line is drawn as points. */
  readonly low?: ArrayLike<number>;
  readonly high?: ArrayLike<number>;
  /** Drawn as points that nothing joins. */
  readonly points?: boolean;
  /** Place of its colour among the categorical ones, where the same thing has it in other figures; by order where left out. */
  readonly colour?: number;
}

/** One condition: its lines in the order of their colours. */
export interface StepPanel {
  /** Shown above the panel; may be empty where there is one panel only. */
  readonly name: string;
  readonly note?: string;
  readonly lines: readonly StepLine[];
}

/** What lies along x. */
export interface StepAxis {
  /** Plain name of the CSV column and the array. */
  readonly name: string;
  /** What the axis says, with its unit: what a step is. */
  readonly title: string;
  /** Default `linear`. On a logarithmic axis, points at 0 and below are left out of the drawing. */
  readonly scale?: 'linear' | 'log';
  /** Where the axis has its ticks; round ones where left out. With them, it goes from the first to the last. */
  readonly ticks?: readonly number[];
  /** Where every line has its values that gives no x of its own. */
  readonly values?: ArrayLike<number>;
}

/** What lies along y. */
export interface StepValue {
  /** Plain name of the CSV column and the arrays. */
  readonly name: string;
  readonly title: string;
  readonly scale?: 'linear' | 'log';
  /** From where to where the axis goes; from the values where left out. */
  readonly domain?: readonly [number, number];
  /** Whether the panels share one scale; default true. */
  readonly shared?: boolean;
}

/** A thin dashed line for comparison: at one x, at one y, or where y equals x. */
export type Reference =
  | { readonly along: 'x' | 'y'; readonly at: number; readonly label?: string }
  | { readonly along: 'identity'; readonly label?: string };

/** What `stepCurves` draws. */
export interface StepCurves extends FigureHead {
  readonly axis: StepAxis;
  readonly value: StepValue;
  readonly panels: readonly StepPanel[];
  /** `ordered`: dark to light, for lines that have an order; `categorical`: colours told apart by everybody. */
  readonly colours: 'ordered' | 'categorical';
  /** Heads the legend: what tells the lines apart. */
  readonly legendTitle: string;
  /** What the dashed lines are called in the legend; default "theory". */
  readonly theoryName?: string;
  readonly references?: readonly Reference[];
}

/** A point as it is drawn; `null` where there is nothing to draw. */
export interface StepPoint {
  readonly x: number;
  readonly y: number | null;
  readonly theory: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** The label of a line in the drawing and in `Figure.curves`. */
export function stepLabel(panel: StepPanel, line: StepLine): string {
  return panel.name === '' ? line.name : `${panel.name} · ${line.name}`;
}

/** Where a line has its values. */
export function xOf(axis: StepAxis, line: StepLine): ArrayLike<number> {
  return line.x ?? axis.values ?? [];
}

/** The points of a line that have a place on the x axis. */
export function stepPoints(axis: StepAxis, value: StepValue, line: StepLine): StepPoint[] {
  const x = xOf(axis, line);
  const onAxis = (number: number | undefined): number | null =>
    value.scale === 'log' && !(number !== undefined && number > 0) ? null : drawn(number);
  return Array.from(line.values, (y, index) => ({
    x: x[index] ?? NaN,
    y: onAxis(y),
    theory: onAxis(line.theory?.[index]),
    low: onAxis(line.low?.[index]),
    high: onAxis(line.high?.[index]),
  })).filter((point) => Number.isFinite(point.x) && (axis.scale !== 'log' || point.x > 0));
}
