import { float64, type NdArray } from '@oblique/arrays';
import { interpolateViridis } from 'd3-scale-chromatic';
import { linearTicks, logarithmicTicks, numberText } from './axisTicks.js';
import { drawableText } from './drawableText.js';
import { drawSpec, type Drawing, type Panel } from './drawSpec.js';
import { checkFigureId, type Cell, type Figure, type FigureHead } from './figure.js';
import { panelTitle } from './panelLayout.js';
import { MUTED } from './palette.js';
import { linearDomain, logDomain, rangeOf } from './valueScale.js';

/** One dimension of the cells. */
export interface HeatMapAxis {
  /** Plain name of the CSV column and the array. */
  readonly name: string;
  /** What the axis says, with its unit. */
  readonly title: string;
  /** Centres of the cells, rising. */
  readonly values: readonly number[];
  /** Default `linear`. On a logarithmic axis, cells at 0 and below are left out of the drawing. */
  readonly scale?: 'linear' | 'log';
  readonly ticks?: readonly number[];
}

/** One condition. */
export interface HeatMapPanel {
  readonly name: string;
  readonly note?: string;
  /** In row-major order of [y, x]; NaN where there is none. */
  readonly values: ArrayLike<number>;
  /** Places marked with a dot, in the axes' units, such as the onset at each orientation. */
  readonly marks?: readonly { readonly x: number; readonly y: number }[];
}

/** What `heatMap` draws. */
export interface HeatMap extends FigureHead {
  readonly x: HeatMapAxis;
  readonly y: HeatMapAxis;
  readonly panels: readonly HeatMapPanel[];
  readonly value: {
    /** Plain name of the CSV column and the array. */
    readonly name: string;
    readonly title: string;
    readonly scale?: 'linear' | 'log';
    /** The values at the ends of the colours; from the values where left out. */
    readonly domain?: readonly [number, number];
  };
}

const COLOURS = 33;
const MISSING = '#e3e6ea';

/**
 * Values over two numbers as coloured cells, a panel for each condition, all with one colour bar.
 * The arrays are `<value>` [panel, y, x], or [y, x] where there is one panel, and the axes by their names.
 * @throws RangeError where the number of values is not that of the cells.
 */
export async function heatMap(declaration: HeatMap): Promise<Figure> {
  const { id, title, caption, provenance = [], x, y, panels, value } = declaration;
  checkFigureId(id);
  const rows: Cell[][] = [];
  for (const panel of panels) {
    if (panel.values.length !== x.values.length * y.values.length) {
      throw new RangeError(
        `A heat map of [${y.values.length}, ${x.values.length}] cells has ${panel.values.length} values in "${panel.name}".`,
      );
    }
    Array.from(panel.values).forEach((number, index) => {
      const [row, column] = [Math.floor(index / x.values.length), index % x.values.length];
      rows.push([panel.name, y.values[row] ?? null, x.values[column] ?? null, number]);
    });
  }
  const shape = [...(panels.length === 1 ? [] : [panels.length]), y.values.length, x.values.length];
  const arrays: Record<string, NdArray> = {
    [x.name]: float64([x.values.length], x.values),
    [y.name]: float64([y.values.length], y.values),
    [value.name]: float64(
      shape,
      panels.flatMap((panel) => Array.from(panel.values)),
    ),
  };
  return {
    id,
    title,
    caption,
    provenance,
    table: { columns: ['panel', y.name, x.name, value.name], rows },
    arrays,
    ...(await drawHeatMap(declaration)),
  };
}

function drawHeatMap({ x, y, panels, value }: HeatMap): Promise<Drawing> {
  const columns = Math.min(panels.length, panels.length === 4 ? 2 : 3);
  const [width, height] = columns === 1 ? [520, 300] : columns === 2 ? [320, 220] : [220, 180];
  const all = panels.flatMap((panel) => Array.from(panel.values));
  const range = rangeOf(value.scale === 'log' ? all.filter((each) => each > 0) : all);
  const domain = value.domain ?? (range === undefined || range[0] === range[1] ? openedDomain(value.scale, range ?? []) : range);
  const colourOf = (number: number): string => {
    const [low, high, at] = [...domain, number].map(value.scale === 'log' ? Math.log : Number);
    const position = ((at ?? NaN) - (low ?? NaN)) / ((high ?? NaN) - (low ?? NaN));
    return Number.isFinite(position) ? interpolateViridis(Math.max(0, Math.min(1, position))) : MISSING;
  };
  const [xEdges, yEdges] = [edges(x), edges(y)];
  const drawnPanels = panels.map((panel, index): Panel => {
    const cells = Array.from(panel.values).flatMap((number, cell) => {
      const [column, row] = [cell % x.values.length, Math.floor(cell / x.values.length)];
      const [x1, x2] = [xEdges[column], xEdges[column + 1]];
      const [y1, y2] = [yEdges[row], yEdges[row + 1]];
      if (isOffAxis(x, column) || isOffAxis(y, row)) return [];
      const place = `${x.name} ${numberText(x.values[column] ?? NaN)} · ${y.name} ${numberText(y.values[row] ?? NaN)}`;
      return [{ x: x1, x2, y: y1, y2, fill: colourOf(number), label: drawableText(`${place} · ${numberText(number)}`) }];
    });
    const xField = positionField('x', x, xEdges, index + columns >= panels.length, width > 400 ? 8 : 4);
    const yField = positionField('y', y, yEdges, index % columns === 0, 6);
    const marks = (panel.marks ?? []).filter((mark) => Number.isFinite(mark.x) && Number.isFinite(mark.y));
    return {
      width,
      height,
      ...(panel.name === '' ? {} : { title: panelTitle(panel) }),
      layer: [
        {
          data: { values: cells },
          // The outline in the cell's own colour closes the hairlines between neighbours.
          mark: { type: 'rect', clip: true, strokeWidth: 0.7 },
          encoding: {
            x: xField,
            x2: { field: 'x2' },
            y: yField,
            y2: { field: 'y2' },
            fill: { field: 'fill', type: 'nominal', scale: null },
            stroke: { field: 'fill', type: 'nominal', scale: null },
            description: { field: 'label' },
          },
        },
        {
          data: { values: marks },
          mark: { type: 'point', filled: true, size: 26, color: '#ffffff', stroke: '#1f2328', strokeWidth: 0.8, opacity: 1, aria: false },
          encoding: { x: xField, y: yField },
        },
      ],
    };
  });
  return drawSpec({ columns, concat: [...drawnPanels, colourBar(value, domain, colourOf)] });
}

/** A domain of some length about values that are all equal, or where there are none. */
function openedDomain(scale: 'linear' | 'log' | undefined, values: readonly number[]): [number, number] {
  return scale === 'log' ? logDomain(values) : linearDomain(values);
}

function isOffAxis({ scale, values }: HeatMapAxis, index: number): boolean {
  return scale === 'log' && !((values[index] ?? NaN) > 0);
}

/** The edges of the cells about these centres: half way between neighbours, on a logarithmic axis by ratio. */
function edges(axis: HeatMapAxis): number[] {
  const [to, back] = axis.scale === 'log' ? [Math.log, Math.exp] : [Number, Number];
  const centres = axis.values.map((centre) => to(centre));
  const usable = centres.filter(Number.isFinite);
  const first = centres.length - usable.length;
  const inner = usable.slice(1).map((centre, index) => (centre + (usable[index] ?? NaN)) / 2);
  const [low = 0, high = 0] = [usable[0], usable.at(-1)];
  const [firstHalf, lastHalf] = [(inner[0] ?? low + 0.5) - low, high - (inner.at(-1) ?? high - 0.5)];
  return [...Array.from({ length: first }, () => NaN), ...[low - firstHalf, ...inner, high + lastHalf].map((edge) => back(edge))];
}

function positionField(field: 'x' | 'y', axis: HeatMapAxis, cellEdges: readonly number[], titled: boolean, count: number) {
  const [low, high] = rangeOf(cellEdges) ?? [0, 1];
  const log = axis.scale === 'log';
  const ticks = axis.ticks === undefined ? (log ? logarithmicTicks([low, high]) : linearTicks([low, high], count)) : { values: [...axis.ticks] };
  return {
    field,
    type: 'quantitative' as const,
    scale: { domain: [low, high], nice: false, ...(log ? { type: 'log' as const } : { zero: false }) },
    axis: { title: titled ? drawableText(axis.title) : null, grid: false, ...ticks },
  };
}

/** The key of the colours. */
function colourBar(value: HeatMap['value'], [low, high]: readonly [number, number], colourOf: (number: number) => string): Panel {
  const log = value.scale === 'log';
  const at = (part: number): number => (log ? low * (high / low) ** part : low + (high - low) * part);
  const steps = Array.from({ length: COLOURS }, (_, index) => ({
    from: at(index / COLOURS),
    to: at((index + 1) / COLOURS),
    fill: colourOf(at((index + 0.5) / COLOURS)),
  }));
  return {
    width: 220,
    height: 12,
    data: { values: steps },
    mark: { type: 'rect', aria: false, strokeWidth: 0.7 },
    encoding: {
      x: {
        field: 'from',
        type: 'quantitative',
        scale: { domain: [low, high], nice: false, ...(log ? { type: 'log' as const } : { zero: false }) },
        axis: {
          title: drawableText(value.title),
          titleColor: MUTED,
          grid: false,
          ...(log ? logarithmicTicks([low, high]) : linearTicks([low, high], 4)),
        },
      },
      x2: { field: 'to' },
      fill: { field: 'fill', type: 'nominal', scale: null },
            stroke: { field: 'fill', type: 'nominal', scale: null },
    },
  };
}
