import { linearTicks, logarithmicTicks, ticksAt } from './axisTicks.js';
import { asciiJson, drawableText, shortenDistinctly } from './drawableText.js';
import type { Panel } from './drawSpec.js';
import { curveLabel, drawnPoints, type CurveAxis, type CurvePanel, type CurveValue } from './curveDeclaration.js';
import { depthColours, MUTED } from './palette.js';
import { namedCurves, nothingDrawn, panelTitle, type PanelGrid } from './panelLayout.js';
import { angleTicks, titleWithUnit } from './units.js';
import { rangeOf } from './valueScale.js';

/** Up to this many points a curve's points are marked, so that the grid is seen. */
const MARKED_POINTS = 24;
type Encoding = NonNullable<Extract<Panel, { mark: unknown }>['encoding']>;
type PositionField = NonNullable<Encoding['x']>;
type ColourField = NonNullable<Encoding['color']>;

interface PanelOptions {
  readonly panel: CurvePanel;
  readonly axis: CurveAxis;
  readonly value: CurveValue;
  readonly flatLevel: number | undefined;
  readonly size: PanelGrid;
  readonly domain: [number, number];
  readonly xTitle: boolean;
  readonly yTitle: boolean;
}

interface Point {
  readonly x: number;
  readonly y: number | null;
  readonly layer: number;
  readonly label: string;
  readonly marked: boolean;
}

/** One panel of `layerCurves` as a Vega-Lite specification. */
export function curvePanel({ panel, axis, value, flatLevel, size, domain, xTitle, yTitle }: PanelOptions): Panel {
  const points = panel.layers.flatMap((layer, index) =>
    drawnPoints(axis, value, layer).map(({ x, y }, position, curve): Point => {
      const alone = (curve[position - 1]?.y ?? null) === null && (curve[position + 1]?.y ?? null) === null;
      const label = drawableText(curveLabel(panel, layer));
      return { x, y, layer: index, label, marked: alone || curve.length <= MARKED_POINTS };
    }),
  );
  const [low, high] = rangeOf(points.map((point) => point.x)) ?? [0, 1];
  const xDomain: [number, number] = low === high ? [low - 1, high + 1] : [low, high];
  const ticks = axis.ticks ?? angleTicks(axis.unit, low, high) ?? (low === high ? [low] : undefined);
  const count = panel.layers.length;
  const colours = depthColours(count);
  const named = namedCurves(count, size.namedCurves);
  const names = shortenDistinctly(
    panel.layers.map((layer) => layer.name),
    size.columns === 1 ? 34 : 25,
  );
  const x = {
    field: 'x',
    type: 'quantitative',
    scale: { domain: xDomain, nice: false, zero: false },
    axis: {
      title: xTitle ? drawableText(titleWithUnit(axis.name, axis.unit)) : null,
      grid: true,
      ...(ticks ? ticksAt(ticks) : linearTicks(xDomain, size.width > 400 ? 8 : 4)),
    },
  } satisfies PositionField;
  const y = {
    field: 'y',
    type: 'quantitative',
    scale: { domain, nice: false, clamp: true, ...(value.scale === 'log' ? { type: 'log' } : { zero: false }) },
    axis: {
      title: yTitle ? drawableText(value.title) : null,
      ...(value.scale === 'log' ? logarithmicTicks(domain) : linearTicks(domain, 6)),
    },
  } satisfies PositionField;
  const color = {
    field: 'layer',
    type: 'ordinal',
    sort: null,
    scale: { domain: Array.from({ length: count }, (_, index) => index), range: colours },
    legend: {
      title: count > named.length ? ['layer, early to late', `(${named.length} of ${count} named)`] : 'layer, early to late',
      values: named,
      labelExpr: `${asciiJson(names)}[datum.value]`,
      symbolType: 'stroke',
      symbolSize: 220,
    },
  } satisfies ColourField;
  return {
    width: size.width,
    height: size.height,
    ...(panel.name === '' ? {} : { title: panelTitle(panel) }),
    layer: [
      ...(flatLevel === undefined
        ? []
        : [
            {
              data: { values: [{ y: flatLevel }] },
              mark: { type: 'rule' as const, strokeDash: [5, 4], color: MUTED, strokeWidth: 1 },
              encoding: { y },
            },
          ]),
      {
        data: { values: points },
        mark: { type: 'line', strokeWidth: count > size.height / 15 ? 1.2 : 2, strokeJoin: 'round', invalid: 'break-paths-show-domains' },
        encoding: { x, y, color, detail: { field: 'label' }, description: { field: 'label' } },
      },
      {
        data: { values: points.filter((point) => point.marked && point.y !== null) },
        mark: { type: 'point', filled: true, size: 18, opacity: 1, aria: false },
        encoding: { x, y, color },
      },
      ...(points.some((point) => point.y !== null) ? [] : [nothingDrawn(size)]),
    ],
  };
}
