import { linearTicks, logarithmicTicks, ticksAt } from './axisTicks.js';
import { asciiJson, drawableText, shortenDistinctly, shortenMiddle } from './drawableText.js';
import type { Panel } from './drawSpec.js';
import { CATEGORY_COLOURS, depthColours, MUTED } from './palette.js';
import { namedCurves, nothingDrawn, panelTitle, type PanelGrid } from './panelLayout.js';
import { stepLabel, stepPoints, type Reference, type StepCurves, type StepPanel, type StepPoint } from './stepDeclaration.js';

type Layer = Extract<Panel, { layer: unknown }>['layer'][number];

interface PanelOptions {
  readonly declaration: StepCurves;
  readonly panel: StepPanel;
  readonly size: PanelGrid;
  readonly xDomain: readonly [number, number];
  readonly yDomain: readonly [number, number];
  readonly xTitle: boolean;
  readonly yTitle: boolean;
}

/** One panel of `stepCurves` as a Vega-Lite specification. */
export function stepPanel(options: PanelOptions): Panel {
  const { declaration, panel, size, xDomain, yDomain, xTitle, yTitle } = options;
  const { axis, value, colours, legendTitle, theoryName = 'theory', references = [] } = declaration;
  const count = panel.lines.length;
  const rows = panel.lines.flatMap((line, index) =>
    stepPoints(axis, value, line).map((point) => ({
      ...point,
      line: index,
      label: drawableText(stepLabel(panel, line)),
      points: line.points === true,
      hasTheory: line.theory !== undefined,
      kind: 'measured',
    })),
  );
  const theory = rows.filter((row) => row.hasTheory);
  const joined = rows.filter((row) => !row.points);
  const single = rows.filter((row) => row.points && row.y !== null);
  const named = namedCurves(count, size.namedCurves - (theory.length > 0 ? 3 : 0));
  const names = shortenDistinctly(
    panel.lines.map((line) => line.name),
    size.columns === 1 ? 34 : 22,
  );
  const x = {
    field: 'x',
    type: 'quantitative' as const,
    scale: scaleOf(axis.scale, xDomain),
    axis: {
      title: xTitle ? drawableText(axis.title) : null,
      grid: true,
      ...(axis.ticks === undefined ? ticksOf(axis.scale, xDomain, size.width > 400 ? 8 : 4) : ticksAt(axis.ticks)),
    },
  };
  const y = {
    field: 'y',
    type: 'quantitative' as const,
    scale: scaleOf(value.scale, yDomain),
    axis: { title: yTitle ? drawableText(value.title) : null, ...ticksOf(value.scale, yDomain, 6) },
  };
  const color = {
    field: 'line',
    type: 'ordinal' as const,
    sort: null,
    scale: { domain: panel.lines.map((_, index) => index), range: coloursOf(colours, panel) },
    legend: {
      title: [
        shortenMiddle(legendTitle, 40),
        ...(count > named.length ? [`(${named.length} of ${count} named)`] : []),
      ],
      values: named,
      labelExpr: `${asciiJson(names)}[datum.value]`,
      symbolType: joined.length > 0 ? ('stroke' as const) : ('circle' as const),
      symbolSize: joined.length > 0 ? 220 : 60,
      symbolOpacity: 1,
    },
  };
  const strokeDash = {
    field: 'kind',
    type: 'nominal' as const,
    scale: {
      domain: ['measured', theoryName],
      range: [
        [1, 0],
        [5, 3],
      ],
    },
    legend: theory.length > 0 ? { title: null, symbolType: 'stroke' as const, symbolSize: 400, symbolOpacity: 1 } : null,
  };
  // Measured lines that theory is drawn over are wide and pale, so that both are seen where they agree.
  const crowded = count > size.height / 15;
  const lineWidth = (crowded ? 1.2 : 2) * (theory.length > 0 ? 1.8 : 1);
  const layers: Layer[] = [
    ...references.flatMap((reference) => referenceLayers(reference, x, y, xDomain, yDomain)),
    banded(joined, 'area', x, y, color),
    banded(single, 'rule', x, y, color),
    {
      data: { values: joined },
      mark: {
        type: 'line',
        strokeWidth: lineWidth,
        strokeJoin: 'round',
        invalid: 'break-paths-show-domains',
      },
      encoding: {
        x,
        y,
        color,
        strokeDash,
        opacity: { condition: { test: 'datum.hasTheory', value: 0.5 }, value: 1 },
        detail: { field: 'label' },
        description: { field: 'label' },
      },
    },
    {
      data: { values: theory.map((row) => ({ ...row, kind: theoryName })) },
      mark: {
        type: 'line',
        strokeWidth: crowded ? 1 : 1.6,
        invalid: 'break-paths-show-domains',
        aria: false,
      },
      encoding: { x, y: { ...y, field: 'theory' }, color, strokeDash, detail: { field: 'label' } },
    },
    {
      data: { values: single },
      mark: { type: 'point', filled: true, size: 34, opacity: 0.85 },
      encoding: { x, y, color, description: { field: 'label' } },
    },
  ];
  return {
    width: size.width,
    height: size.height,
    ...(panel.name === '' ? {} : { title: panelTitle(panel) }),
    layer: [
      ...layers.filter((layer) => !isEmpty(layer)),
      ...(rows.some((row) => row.y !== null) ? [] : [nothingDrawn(size)]),
    ],
  };
}

type Field = Record<string, unknown> & { readonly field: string };

/** Intervals as bands under lines, or as bars through points. */
function banded(
  rows: readonly Pick<StepPoint, 'low' | 'high'>[],
  type: 'area' | 'rule',
  x: Field,
  y: Field,
  color: Field,
): Layer {
  const values = rows.filter(({ low, high }) => low !== null && high !== null);
  return {
    data: { values },
    mark:
      type === 'area'
        ? { type, opacity: 0.13, aria: false, line: false }
        : { type, strokeWidth: 1.4, opacity: 0.6, aria: false },
    encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color, detail: { field: 'label' } },
  };
}

function referenceLayers(
  reference: Reference,
  x: Field,
  y: Field,
  xDomain: readonly [number, number],
  yDomain: readonly [number, number],
): Layer[] {
  const mark = { type: 'line' as const, strokeDash: [2, 3], color: MUTED, strokeWidth: 1.2, aria: false };
  const [from, to] = [Math.max(xDomain[0], yDomain[0]), Math.min(xDomain[1], yDomain[1])];
  if (reference.along === 'identity' && from >= to) return [];
  const ends =
    reference.along === 'identity'
      ? [
          { x: from, y: from },
          { x: to, y: to },
        ]
      : reference.along === 'x'
        ? yDomain.map((end) => ({ x: reference.at, y: end }))
        : xDomain.map((end) => ({ x: end, y: reference.at }));
  const words: Layer[] =
    reference.label === undefined
      ? []
      : [
          {
            data: { values: ends.slice(-1).map((end) => ({ ...end, text: drawableText(reference.label ?? '') })) },
            mark: {
              type: 'text',
              align: 'right',
              baseline: reference.along === 'y' ? 'bottom' : 'top',
              dx: reference.along === 'identity' ? -28 : -4,
              dy: reference.along === 'y' ? -3 : 4,
              fontSize: 12,
              color: MUTED,
            },
            encoding: { x, y, text: { field: 'text' } },
          },
        ];
  return [{ data: { values: ends }, mark, encoding: { x, y } }, ...words];
}

function isEmpty({ data }: Layer): boolean {
  return data !== undefined && data !== null && 'values' in data && Array.isArray(data.values) && data.values.length === 0;
}

function scaleOf(scale: 'linear' | 'log' | undefined, [low, high]: readonly [number, number]) {
  const domain = [low, high];
  return { domain, nice: false, clamp: true, ...(scale === 'log' ? { type: 'log' as const } : { zero: false }) };
}

function ticksOf(scale: 'linear' | 'log' | undefined, domain: readonly [number, number], count: number) {
  return scale === 'log' ? logarithmicTicks(domain) : linearTicks(domain, count);
}

function coloursOf(colours: StepCurves['colours'], { lines }: StepPanel): string[] {
  return colours === 'ordered'
    ? depthColours(lines.length)
    : lines.map(({ colour }, index) => CATEGORY_COLOURS[(colour ?? index) % CATEGORY_COLOURS.length] ?? MUTED);
}
