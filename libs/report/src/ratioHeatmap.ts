import { float64 } from '@oblique/arrays';
import { numberText } from './axisTicks.js';
import { drawableText } from './drawableText.js';
import { drawSpec, type Drawing, type Panel } from './drawSpec.js';
import { checkFigureId, type Cell, type Figure, type FigureHead } from './figure.js';
import { divergingColour, inkOn, MUTED } from './palette.js';
import { titleWithUnit } from './units.js';

/** One dimension of the grid. */
export interface HeatmapAxis {
  /** Plain name, such as `frequency`. */
  readonly name: string;
  readonly unit?: string;
  readonly values: readonly number[];
}

/** What `ratioHeatmap` draws. */
export interface RatioHeatmap extends FigureHead {
  readonly x: HeatmapAxis;
  readonly y: HeatmapAxis;
  /** A panel for each of its values. */
  readonly panel?: HeatmapAxis;
  /** The ratios in row-major order of [panel, y, x]; NaN where there is none. */
  readonly ratios: ArrayLike<number>;
  /** What the numbers are, such as "ratio at layer4". */
  readonly valueTitle: string;
}

/** Ratios at least this far from 1 span the colours, so that noise about 1 stays pale. */
const LEAST_SPAN = 1.25;

/**
 * Ratios over a grid of stimulus parameters, each printed in its cell; colours diverge from white at 1, equally
 * for r and 1/r. The arrays are `ratio` [panel, y, x] (without a panel [y, x]) and the axes by their names.
 * @throws RangeError where the number of ratios is not that of the grid.
 */
export async function ratioHeatmap(declaration: RatioHeatmap): Promise<Figure> {
  const { id, title, caption, provenance = [], x, y, panel, ratios, valueTitle } = declaration;
  checkFigureId(id);
  const panelValues = panel?.values ?? [NaN];
  const shape = [...(panel ? [panel.values.length] : []), y.values.length, x.values.length];
  const cells = shape.reduce((product, size) => product * size, 1);
  if (ratios.length !== cells) {
    throw new RangeError(`A heat map of [${shape.join(', ')}] has ${cells} ratios, not ${ratios.length}.`);
  }
  const axes = [...(panel ? [panel] : []), y, x];
  const rows: Cell[][] = [];
  for (const [p, panelValue] of panelValues.entries()) {
    for (const [j, yValue] of y.values.entries()) {
      for (const [i, xValue] of x.values.entries()) {
        const ratio = ratios[(p * y.values.length + j) * x.values.length + i] ?? NaN;
        rows.push([...(panel ? [panelValue] : []), yValue, xValue, ratio]);
      }
    }
  }
  return {
    id,
    title,
    caption,
    provenance,
    table: { columns: [...axes.map((axis) => axis.name), 'ratio'], rows },
    arrays: {
      ...Object.fromEntries(axes.map((axis) => [axis.name, float64([axis.values.length], axis.values)])),
      ratio: float64(shape, Array.from(ratios)),
    },
    ...(await drawHeatmap(x, y, panel, Array.from(ratios), valueTitle)),
  };
}

function drawHeatmap(x: HeatmapAxis, y: HeatmapAxis, panel: HeatmapAxis | undefined, ratios: number[], valueTitle: string): Promise<Drawing> {
  const logs = ratios.filter((ratio) => ratio > 0 && Number.isFinite(ratio)).map((ratio) => Math.abs(Math.log(ratio)));
  const span = Math.max(Math.log(LEAST_SPAN), ...logs);
  const count = panel?.values.length ?? 1;
  const columns = Math.min(count, Math.max(1, Math.floor(900 / (x.values.length * 54 + 90))));
  const size = y.values.length * x.values.length;
  const yNames = y.values.map((value) => numberText(value));
  const panels = Array.from({ length: count }, (_, p): Panel => {
    const cells = ratios.slice(p * size, (p + 1) * size).map((ratio, index) => {
      const known = ratio > 0 && Number.isFinite(ratio);
      const fill = known ? divergingColour(Math.log(ratio) / span) : '#e3e6ea';
      const xName = numberText(x.values[index % x.values.length] ?? NaN);
      const yName = yNames[Math.floor(index / x.values.length)] ?? '';
      return {
        x: xName,
        y: yName,
        text: known ? ratioText(ratio) : 'none',
        fill,
        ink: known ? inkOn(fill) : MUTED,
        label: `${x.name} ${xName} · ${y.name} ${yName} · ratio ${numberText(ratio)}`,
      };
    });
    const xField = { field: 'x', type: 'ordinal' as const, sort: null, axis: { title: titleWithUnit(x.name, x.unit), labelAngle: 0 } };
    const yField = {
      field: 'y',
      type: 'ordinal' as const,
      sort: [...yNames].reverse(),
      axis: { title: p % columns === 0 ? titleWithUnit(y.name, y.unit) : null },
    };
    return {
      width: { step: 54 },
      height: { step: 38 },
      ...(panel ? { title: drawableText(`${titleWithUnit(panel.name, panel.unit)} ${numberText(panel.values[p] ?? NaN)}`) } : {}),
      data: { values: cells },
      layer: [
        {
          mark: { type: 'rect', stroke: '#ffffff', strokeWidth: 1.5 },
          encoding: { x: xField, y: yField, color: { field: 'fill', type: 'nominal', scale: null }, description: { field: 'label' } },
        },
        {
          mark: { type: 'text', fontSize: 13, aria: false },
          encoding: { x: xField, y: yField, text: { field: 'text' }, color: { field: 'ink', type: 'nominal', scale: null } },
        },
      ],
    };
  });
  return drawSpec({ title: { text: drawableText(valueTitle), fontWeight: 'normal', offset: 12 }, columns, concat: [...panels, colourBar(span)] });
}

/** The key of the colours, from 1/r to r about 1. */
function colourBar(span: number): Panel {
  const count = 41;
  const steps = Array.from({ length: count }, (_, index) => ({
    from: index / count,
    to: (index + 1) / count,
    fill: divergingColour((2 * (index + 0.5)) / count - 1),
  }));
  const labels = [-1, -0.5, 0, 0.5, 1].map((position) => ratioText(Math.exp(span * position)));
  const places = [0, 0.25, 0.5, 0.75, 1];
  return {
    width: 216,
    height: 12,
    data: { values: steps },
    mark: { type: 'rect', aria: false },
    encoding: {
      x: {
        field: 'from',
        type: 'quantitative',
        scale: { domain: [0, 1], nice: false },
        axis: {
          title: 'ratio (logarithmic, palest at 1)',
          grid: false,
          values: places,
          labelExpr: `${JSON.stringify(labels)}[datum.value * 4]`,
        },
      },
      x2: { field: 'to' },
      color: { field: 'fill', type: 'nominal', scale: null },
    },
  };
}

/** Three digits, zeros kept, so that the numbers of neighbouring cells compare at a glance. */
function ratioText(ratio: number): string {
  return ratio >= 0.01 && ratio < 1000 ? ratio.toFixed(ratio < 0.1 ? 3 : ratio < 10 ? 2 : ratio < 100 ? 1 : 0) : numberText(ratio, 2);
}
