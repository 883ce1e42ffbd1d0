import { toNumbers, type NdArray } from '@oblique/arrays';
import { layerCurves } from './layerCurves.js';
import { renderPng } from './renderPng.js';
import { figurePage } from './reportPage.js';
import type { Figure } from './figure.js';

const PREFIX = 'D/';

/** What `plotSensitivity` draws: the arrays that `oblique measure` writes, and what their axes are. */
export interface SensitivityPlot {
  /** `D/<layer>` with one axis a grid, and every grid under its own name. */
  readonly arrays: ReadonlyMap<string, NdArray>;
  /** The grids in the order of the axes; default the order of the arrays that are no `D/…`. */
  readonly axes?: readonly string[];
  /** Unit of each grid by its name: `degree`, `pixel`, `cycle/pixel`, … */
  readonly units?: Readonly<Record<string, string>>;
  /** Period of each circular grid by its name. */
  readonly periods?: Readonly<Record<string, number>>;
  /** The variable differentiated and the unit of D, such as `orientation` and `1/rad²`. */
  readonly variable?: string;
  readonly derivativeUnit?: string;
  readonly title?: string;
}

/** File formats of a plot. */
export type PlotFormat = 'svg' | 'png' | 'html';

/**
 * Curves of D of every layer over the first grid, averaged over the others, on a logarithmic axis where the layers
 * differ by more than a factor of 30.
 * @throws RangeError where there is no `D/…`, a grid is missing, or shapes disagree.
 */
export async function sensitivityFigure(plot: SensitivityPlot): Promise<Figure> {
  const { arrays, units = {}, periods = {}, variable, derivativeUnit, title } = plot;
  const layers = [...arrays].filter(([name]) => name.startsWith(PREFIX));
  const axes = plot.axes ?? [...arrays.keys()].filter((name) => !name.startsWith(PREFIX));
  const [first, ...others] = axes;
  if (layers.length === 0) throw new RangeError(`There is nothing to plot: no array is called "${PREFIX}<layer>".`);
  if (first === undefined) throw new RangeError('There is nothing to plot D over: no grid was measured.');
  const grids = axes.map((name) => {
    const grid = arrays.get(name);
    if (!grid) throw new RangeError(`The grid "${name}" is missing; there are ${[...arrays.keys()].join(', ')}.`);
    return grid.data.length;
  });
  const curves = layers.map(([name, array]) => {
    if (array.shape.join() !== grids.join()) {
      throw new RangeError(`"${name}" has the shape [${array.shape.join(', ')}], but the grids have [${grids.join(', ')}].`);
    }
    return { name: name.slice(PREFIX.length), values: averageOverRest(toNumbers(array), grids[0] ?? 0) };
  });
  const positive = curves.flatMap(({ values }) => values).filter((value) => value > 0 && Number.isFinite(value));
  const spread = positive.reduce((high, value) => Math.max(high, value), 0) / positive.reduce((low, value) => Math.min(low, value), Infinity);
  const grid = arrays.get(first);
  const of = variable === undefined ? 'D' : `D of ${variable}`;
  const averaged = others.length === 0 ? '' : `, mean over ${others.join(', ')}`;
  const unit = units[first];
  const period = periods[first];
  return layerCurves({
    id: 'sensitivity',
    title: title ?? 'Sensitivity of every layer',
    caption: `${of} over ${first}${averaged}, for every layer.`,
    ...(title === undefined ? {} : { heading: title }),
    axis: {
      name: first,
      values: grid ? toNumbers(grid) : [],
      ...(unit === undefined ? {} : { unit }),
      ...(period === undefined ? {} : { period }),
    },
    value: {
      name: 'D',
      title: `${of}${derivativeUnit === undefined ? '' : ` (${derivativeUnit})`}${averaged}`,
      scale: spread > 30 ? 'log' : 'linear',
    },
    panels: [{ name: '', layers: curves }],
  });
}

/** The sensitivity figure as the bytes of a file of this format. */
export async function plotSensitivity(plot: SensitivityPlot, format: PlotFormat): Promise<Uint8Array> {
  const figure = await sensitivityFigure(plot);
  if (format === 'png') return renderPng(figure.svg);
  return new TextEncoder().encode(format === 'svg' ? figure.svg : figurePage(figure));
}

/**
 * The format that a file's name ends with.
 * @throws RangeError where it is none of svg, png and html.
 */
export function plotFormat(path: string): PlotFormat {
  const ending = /\.(svg|png|html)$/i.exec(path)?.[1]?.toLowerCase();
  if (ending === 'svg' || ending === 'png' || ending === 'html') return ending;
  throw new RangeError(`A plot is written as .svg, .png or .html, not as "${path}".`);
}

function averageOverRest(values: Float64Array, count: number): number[] {
  const rest = count === 0 ? 0 : values.length / count;
  return Array.from({ length: count }, (_, index) => {
    let sum = 0;
    for (let at = index * rest; at < (index + 1) * rest; at += 1) sum += values[at] ?? NaN;
    return sum / rest;
  });
}
