import { float64, type NdArray } from '@oblique/arrays';
import { logarithmicTicks, linearTicks, numberText, ticksAt } from './axisTicks.js';
import { asciiJson, drawableText, shortenDistinctly } from './drawableText.js';
import { drawSpec, type Drawing } from './drawSpec.js';
import { checkFigureId, type Cell, type Figure, type FigureHead } from './figure.js';
import { CATEGORY_COLOURS, CATEGORY_SHAPES, INK } from './palette.js';
import { drawn, logDomain, rangeOf } from './valueScale.js';

/** A layer's ratio with its interval; NaN or null where it is not known. */
export interface RatioPoint {
  readonly layer: string;
  /** Place of the layer along x: its number from 1, or its relative depth. */
  readonly depth: number;
  readonly ratio: number;
  readonly low?: number | null;
  readonly high?: number | null;
}

/** One network or condition. */
export interface RatioSeries {
  readonly name: string;
  readonly points: readonly RatioPoint[];
}

/** What `ratioByDepth` draws. */
export interface RatioByDepth extends FigureHead {
  readonly series: readonly RatioSeries[];
  /** Default "cardinal / oblique ratio of √D". */
  readonly valueTitle?: string;
  /** Default "layer, early to late", or "depth" where the series have different layers. */
  readonly depthTitle?: string;
}

/** Layers named under the axis, at most; beyond it their numbers stand there. */
const NAMED_LAYERS = 24;
const WIDTH = 640;

/**
 * Ratios over depth on a logarithmic axis about 1, with intervals as bars; series differ in colour and shape.
 * The arrays are `depth/<series>`, `ratio/<series>`, `low/<series>`, `high/<series>`, each [points].
 * @throws RangeError where two series share a name, or a series has no name.
 */
export async function ratioByDepth(declaration: RatioByDepth): Promise<Figure> {
  const { id, title, caption, provenance = [], series } = declaration;
  checkFigureId(id);
  const names = series.map(({ name }) => name);
  if (new Set(names).size < names.length || names.includes('')) {
    throw new RangeError(`Every series needs a name of its own, not ${names.map((name) => `"${name}"`).join(', ')}.`);
  }
  const arrays: Record<string, NdArray> = {};
  for (const { name, points } of series) {
    const column = (values: (number | null | undefined)[]): NdArray => float64([values.length], values.map((value) => value ?? NaN));
    arrays[`depth/${name}`] = column(points.map((point) => point.depth));
    arrays[`ratio/${name}`] = column(points.map((point) => point.ratio));
    arrays[`low/${name}`] = column(points.map((point) => point.low));
    arrays[`high/${name}`] = column(points.map((point) => point.high));
  }
  const rows = series.flatMap(({ name, points }) =>
    points.map((point): Cell[] => [name, point.layer, point.depth, point.ratio, point.low ?? NaN, point.high ?? NaN]),
  );
  const columns = ['series', 'layer', 'depth', 'ratio', 'low', 'high'];
  return { id, title, caption, provenance, table: { columns, rows }, arrays, ...(await drawRatios(declaration)) };
}

function drawRatios({ series, valueTitle = 'cardinal / oblique ratio of √D', depthTitle }: RatioByDepth): Promise<Drawing> {
  const all = series.flatMap(({ points }) => points);
  const domain = logDomain(
    all.flatMap((point) => [drawn(point.ratio), drawn(point.low), drawn(point.high)]),
    1.2,
  );
  const inside = (value: number | null | undefined, fallback: number): number =>
    typeof value === 'number' && value > 0 ? Math.min(domain[1], Math.max(domain[0], value)) : fallback;
  const layerAt = commonLayers(series);
  const [first, last] = rangeOf(all.map((point) => point.depth)) ?? [1, 1];
  const gap = smallestGap(all.map((point) => point.depth)) ?? 1;
  const step = series.length < 2 ? 0 : Math.min(gap / (series.length + 1), (7 * (last - first + gap)) / WIDTH);
  const rows = series.flatMap(({ name, points }, index) =>
    points.map((point) => ({
      x: point.depth + (index - (series.length - 1) / 2) * step,
      y: point.ratio > 0 ? drawn(point.ratio) : null,
      low: drawn(point.low) === null ? null : inside(point.low, domain[0]),
      high: drawn(point.high) === null ? null : inside(point.high, domain[0]),
      series: index,
      label: drawableText(`${name} · ${point.layer} · ratio ${numberText(point.ratio)}${intervalText(point)}`),
    })),
  );
  const indices = series.map((_, index) => index);
  const shortNames = shortenDistinctly(
    series.map(({ name }) => name),
    34,
  );
  const legend = { title: null, values: indices, labelExpr: `${asciiJson(shortNames)}[datum.value]`, symbolSize: 70, symbolOpacity: 1 };
  const colour = indices.map((index) => CATEGORY_COLOURS[index % CATEGORY_COLOURS.length] ?? INK);
  const shape = indices.map((index) => CATEGORY_SHAPES[(index + Math.floor(index / CATEGORY_COLOURS.length)) % CATEGORY_SHAPES.length] ?? 'circle');
  const xDomain = [first - gap * 0.6, last + gap * 0.6];
  const x = {
    field: 'x',
    type: 'quantitative' as const,
    scale: { domain: xDomain, nice: false, zero: false },
    axis: { title: drawableText(depthTitle ?? (layerAt ? 'layer, early to late'  : 'depth (number of the layer)')), grid: false, ...depthTicks(layerAt, first, last) },
  };
  const y = {
    field: 'y',
    type: 'quantitative' as const,
    scale: { domain, nice: false, type: 'log' as const, clamp: true },
    axis: { title: drawableText(valueTitle), ...logarithmicTicks(domain) },
  };
  const color = { field: 'series', type: 'nominal' as const, sort: null, scale: { domain: indices, range: colour }, legend };
  return drawSpec({
    width: WIDTH,
    height: 340,
    layer: [
      { data: { values: [{ y: 1 }] }, mark: { type: 'rule', color: INK, strokeDash: [5, 4], strokeWidth: 1.2 }, encoding: { y } },
      {
        data: { values: rows },
        mark: { type: 'line', strokeWidth: 1.2, opacity: 0.5, aria: false, invalid: 'break-paths-show-domains' },
        encoding: { x, y, color },
      },
      {
        data: { values: rows.filter((row) => row.y !== null && row.low !== null && row.high !== null) },
        mark: { type: 'rule', strokeWidth: 1.8, aria: false },
        encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
      },
      {
        data: { values: rows.filter((row) => row.y !== null) },
        mark: { type: 'point', filled: true, size: series.length > 6 ? 45 : 65, opacity: 1 },
        encoding: {
          x,
          y,
          color,
          shape: { field: 'series', type: 'nominal', sort: null, scale: { domain: indices, range: shape }, legend },
          description: { field: 'label' },
        },
      },
    ],
  });
}

/** The layers by depth where every series has the same layer at the same depth, each depth a layer's number. */
function commonLayers(series: readonly RatioSeries[]): ReadonlyMap<number, string> | undefined {
  const layers = new Map<number, string>();
  for (const point of series.flatMap(({ points }) => points)) {
    if ((layers.get(point.depth) ?? point.layer) !== point.layer) return undefined;
    layers.set(point.depth, point.layer);
  }
  return layers.size > 0 && layers.size <= NAMED_LAYERS ? layers : undefined;
}

function depthTicks(layers: ReadonlyMap<number, string> | undefined, first: number, last: number): object {
  if (!layers) return first === last ? ticksAt([first]) : linearTicks([first, last], 10);
  const depths = [...layers.keys()].sort((a, b) => a - b);
  const names = shortenDistinctly(
    depths.map((depth) => layers.get(depth) ?? ''),
    26,
  );
  const longest = Math.max(...names.map((name) => name.length));
  const upright = longest * 7 * depths.length <= WIDTH;
  return { ...ticksAt(depths, names), labelOverlap: false, ...(upright ? {} : { labelAngle: -40, labelAlign: 'right', labelLimit: 220 }) };
}

function smallestGap(depths: readonly number[]): number | undefined {
  const sorted = [...new Set(depths.filter(Number.isFinite))].sort((a, b) => a - b);
  const gaps = sorted.slice(1).map((depth, index) => depth - (sorted[index] ?? depth));
  return gaps.length > 0 ? Math.min(...gaps) : undefined;
}

function intervalText({ low, high }: RatioPoint): string {
  return drawn(low) === null || drawn(high) === null ? '' : ` [${numberText(low ?? NaN)}, ${numberText(high ?? NaN)}]`;
}
