import { float64, type NdArray } from '@oblique/arrays';
import type { TopLevelSpec } from 'vega-lite';
import { drawableText } from './drawableText.js';
import { drawSpec, type Drawing } from './drawSpec.js';
import { checkFigureId, type Cell, type Curve, type Figure, type FigureHead } from './figure.js';
import { curvePanel } from './curvePanel.js';
import { curveLabel, drawnPoints, type CurveAxis, type CurvePanel, type CurveValue } from './curveDeclaration.js';
import { panelGrid } from './panelLayout.js';
import { linearDomain, logDomain } from './valueScale.js';

/** What `layerCurves` draws. */
export interface LayerCurves extends FigureHead {
  readonly axis: CurveAxis;
  readonly value: CurveValue;
  readonly panels: readonly CurvePanel[];
  /** The value of a flat curve, drawn as a dashed line. */
  readonly flatLevel?: number;
  /** Written above the drawing; for drawings that stand alone. */
  readonly heading?: string;
}

/**
 * Curves of every layer over a stimulus variable, coloured in one order from the first layer (dark) to the last
 * (light); a panel for each network, wrapped.
 * The arrays are `<axis>` [K] and `<value>/<panel>/<layer>` [K] (`<value>/<layer>` where the one panel has no name).
 * @throws RangeError where a curve's length differs from the axis's, or two panels or layers share a name.
 */
export async function layerCurves(declaration: LayerCurves): Promise<Figure> {
  const { id, title, caption, provenance = [], axis, value, panels } = declaration;
  checkFigureId(id);
  checkPanels(declaration);
  const arrays: Record<string, NdArray> = { [axis.name]: float64([axis.values.length], Array.from(axis.values)) };
  const rows: Cell[][] = [];
  const curves = new Map<string, Curve>();
  for (const panel of panels) {
    panel.layers.forEach((layer, depth) => {
      const y = Array.from(layer.values);
      arrays[[value.name, panel.name, layer.name].filter((part) => part !== '').join('/')] = float64([y.length], y);
      curves.set(drawableText(curveLabel(panel, layer)), curveOf(drawnPoints(axis, value, layer)));
      y.forEach((number, index) => rows.push([panel.name, layer.name, depth + 1, axis.values[index] ?? null, number]));
    });
  }
  return {
    id,
    title,
    caption,
    provenance,
    table: { columns: ['panel', 'layer', 'depth', axis.name, value.name], rows },
    arrays,
    curves,
    ...(await drawLayerCurves(declaration)),
  };
}

function drawLayerCurves({ axis, value, panels, flatLevel, heading }: LayerCurves): Promise<Drawing> {
  const [first] = panels;
  const oneLegend = first !== undefined && panels.every((panel) => sameLayers(panel, first));
  const grid = panelGrid(panels.length, oneLegend);
  const domainOf = (drawnPanels: readonly CurvePanel[]): [number, number] => {
    const values = drawnPanels.flatMap((panel) => panel.layers.flatMap((layer) => Array.from(layer.values)));
    const finiteValues = values.filter(Number.isFinite);
    const least = flatLevel === undefined ? [] : [flatLevel];
    return value.scale === 'log' ? logDomain([...finiteValues, ...least]) : linearDomain(finiteValues, least);
  };
  const sharedDomain = value.shared === false ? undefined : domainOf(panels);
  const spec: TopLevelSpec = {
    ...(heading === undefined ? {} : { title: { text: heading, fontSize: 15, offset: 14 } }),
    columns: grid.columns,
    resolve: { scale: { color: oneLegend ? 'shared' : 'independent' } },
    concat: panels.map((panel, index) =>
      curvePanel({
        panel,
        axis,
        value,
        flatLevel,
        size: grid,
        domain: sharedDomain ?? domainOf([panel]),
        xTitle: index + grid.columns >= panels.length,
        yTitle: index % grid.columns === 0,
      }),
    ),
  };
  return drawSpec(spec);
}

function curveOf(points: readonly { x: number; y: number | null }[]): Curve {
  const shown = points.flatMap(({ x, y }) => (y === null ? [] : [{ x, y }]));
  return { x: shown.map(({ x }) => x), y: shown.map(({ y }) => y) };
}

function sameLayers(one: CurvePanel, other: CurvePanel): boolean {
  return one.layers.length === other.layers.length && one.layers.every((layer, index) => layer.name === other.layers[index]?.name);
}

function checkPanels({ axis, panels }: LayerCurves): void {
  if (panels.length === 0) throw new RangeError('Curves need at least one panel.');
  if (new Set(panels.map((panel) => panel.name)).size < panels.length) {
    throw new RangeError(`Two panels share a name: ${panels.map((panel) => panel.name).join(', ')}.`);
  }
  for (const panel of panels) {
    const seen = new Set<string>();
    for (const layer of panel.layers) {
      if (seen.has(layer.name)) throw new RangeError(`Two layers of "${panel.name}" are called "${layer.name}".`);
      seen.add(layer.name);
      if (layer.values.length !== axis.values.length) {
        throw new RangeError(
          `The curve of layer "${layer.name}" has ${layer.values.length} values, but the axis "${axis.name}" has ${axis.values.length}.`,
        );
      }
    }
  }
}
