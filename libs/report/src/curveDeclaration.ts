import { drawn } from './valueScale.js';

/** One layer's values at the points of the axis, NaN where there is none. */
export interface LayerCurve {
  readonly name: string;
  readonly values: ArrayLike<number>;
}

/** One network or condition: its layers in order from the first to the last. */
export interface CurvePanel {
  /** Shown above the panel; may be empty where there is one panel only. */
  readonly name: string;
  /** A short remark under the name, such as "untrained". */
  readonly note?: string;
  readonly layers: readonly LayerCurve[];
}

/** The stimulus variable along x. */
export interface CurveAxis {
  /** Plain name: of the axis, of the CSV column and of the array. */
  readonly name: string;
  /** `degree`, `pixel`, `cycle/pixel`, … or `1`. */
  readonly unit?: string;
  readonly values: ArrayLike<number>;
  /** Where the variable is circular, its period: a curve that stops one step short of it is drawn closed. */
  readonly period?: number;
  readonly ticks?: readonly number[];
}

/** The quantity along y. */
export interface CurveValue {
  /** Plain name of the CSV column and the arrays. */
  readonly name: string;
  /** What the axis says, with its unit. */
  readonly title: string;
  readonly scale?: 'linear' | 'log';
  /** Whether the panels share one scale; default true. */
  readonly shared?: boolean;
}

/** The label of a layer's line in the drawing and in `Figure.curves`. */
export function curveLabel(panel: CurvePanel, layer: LayerCurve): string {
  return panel.name === '' ? layer.name : `${panel.name} · ${layer.name}`;
}

/**
 * The points of a layer's curve as they are drawn: `y` is null where the value is not finite or, on a logarithmic
 * axis, not positive. The first point comes again one period later where the grid stops one step short of it.
 */
export function drawnPoints(axis: CurveAxis, value: CurveValue, layer: LayerCurve): { x: number; y: number | null }[] {
  const points = Array.from(layer.values, (y, index) => ({
    x: axis.values[index] ?? NaN,
    y: value.scale === 'log' && !(y > 0) ? null : drawn(y),
  }));
  const [first, second] = points;
  const last = points.at(-1);
  if (axis.period === undefined || !first || !second || !last) return points;
  const end = first.x + axis.period;
  const step = second.x - first.x;
  return Math.abs(end - last.x - step) < 1e-6 * axis.period ? [...points, { x: end, y: first.y }] : points;
}
