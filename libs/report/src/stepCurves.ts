import { float64, type NdArray } from '@oblique/arrays';
import { drawableText } from './drawableText.js';
import { drawSpec, type Drawing } from './drawSpec.js';
import { checkFigureId, type Cell, type Curve, type Figure } from './figure.js';
import { panelGrid } from './panelLayout.js';
import {
  stepLabel,
  stepPoints,
  xOf,
  type StepAxis,
  type StepCurves,
  type StepLine,
  type StepPanel,
  type StepValue,
} from './stepDeclaration.js';
import { stepPanel } from './stepPanel.js';
import { linearDomain, logDomain } from './valueScale.js';

/**
 * Lines over steps, or over any other number, with what theory says and with intervals; a panel for each condition.
 * The arrays are `<axis>` [K] and `<value>/<panel>/<line>` [K] (`<value>/<line>` where the one panel has no name), and
 * likewise `<value>Theory`, `<value>Low`, `<value>High` and, where a line has its own x, `<axis>`.
 * @throws RangeError where lengths differ, or two panels or lines share a name.
 */
export async function stepCurves(declaration: StepCurves): Promise<Figure> {
  const { id, title, caption, provenance = [], axis, value, panels } = declaration;
  checkFigureId(id);
  checkLines(declaration);
  const arrays: Record<string, NdArray> = {};
  const rows: Cell[][] = [];
  const curves = new Map<string, Curve>();
  if (axis.values !== undefined) arrays[axis.name] = vector(axis.values);
  for (const panel of panels) {
    for (const line of panel.lines) {
      const x = xOf(axis, line);
      Object.assign(arrays, arraysOf(axis, value, panel, line));
      Array.from(line.values).forEach((number, index) =>
        rows.push([
          panel.name,
          line.name,
          x[index] ?? null,
          number,
          line.theory?.[index] ?? null,
          line.low?.[index] ?? null,
          line.high?.[index] ?? null,
        ]),
      );
      if (line.points !== true) curves.set(drawableText(stepLabel(panel, line)), curveOf(axis, value, line));
    }
  }
  return {
    id,
    title,
    caption,
    provenance,
    table: {
      columns: ['panel', 'line', axis.name, value.name, `${value.name}Theory`, `${value.name}Low`, `${value.name}High`],
      rows,
    },
    arrays,
    curves,
    ...(await drawStepCurves(declaration)),
  };
}

function arraysOf(axis: StepAxis, value: StepValue, panel: StepPanel, line: StepLine): Record<string, NdArray> {
  const parts: readonly (readonly [string, ArrayLike<number> | undefined])[] = [
    [axis.name, line.x],
    [value.name, line.values],
    [`${value.name}Theory`, line.theory],
    [`${value.name}Low`, line.low],
    [`${value.name}High`, line.high],
  ];
  return Object.fromEntries(
    parts.flatMap(([name, values]) =>
      values === undefined
        ? []
        : [[[name, panel.name, line.name].filter((part) => part !== '').join('/'), vector(values)]],
    ),
  );
}

function vector(values: ArrayLike<number>): NdArray {
  return float64([values.length], Array.from(values));
}

function curveOf(axis: StepAxis, value: StepValue, line: StepLine): Curve {
  const shown = stepPoints(axis, value, line).flatMap(({ x, y }) => (y === null ? [] : [{ x, y }]));
  return { x: shown.map(({ x }) => x), y: shown.map(({ y }) => y) };
}

function drawStepCurves(declaration: StepCurves): Promise<Drawing> {
  const { axis, value, panels, references = [] } = declaration;
  const [first] = panels;
  const oneLegend = first !== undefined && panels.every((panel) => sameLines(panel, first));
  const grid = panelGrid(panels.length, oneLegend);
  const pointsOf = (drawnPanels: readonly StepPanel[]) =>
    drawnPanels.flatMap((panel) => panel.lines.flatMap((line) => stepPoints(axis, value, line)));
  const at = (along: 'x' | 'y'): number[] =>
    references.flatMap((reference) => (reference.along === along ? [reference.at] : []));
  const [firstTick, lastTick] = [axis.ticks?.[0], axis.ticks?.at(-1)];
  const xDomain: readonly [number, number] =
    firstTick === undefined || lastTick === undefined
      ? domainOf(
          axis.scale,
          pointsOf(panels).map(({ x }) => x),
          at('x'),
        )
      : [firstTick, lastTick];
  const yDomain = (drawnPanels: readonly StepPanel[]): readonly [number, number] =>
    value.domain ??
    domainOf(
      value.scale,
      pointsOf(drawnPanels).flatMap(({ y, theory, low, high }) => [y, theory, low, high]),
      at('y'),
    );
  return drawSpec({
    columns: grid.columns,
    resolve: { scale: { color: oneLegend ? 'shared' : 'independent' } },
    concat: panels.map((panel, index) =>
      stepPanel({
        declaration,
        panel,
        size: grid,
        xDomain,
        yDomain: yDomain(value.shared === false ? [panel] : panels),
        xTitle: index + grid.columns >= panels.length,
        yTitle: index % grid.columns === 0,
      }),
    ),
  });
}

function domainOf(
  scale: 'linear' | 'log' | undefined,
  values: readonly (number | null)[],
  least: readonly number[],
): [number, number] {
  return scale === 'log' ? logDomain([...values, ...least]) : linearDomain(values, least);
}

function sameLines(one: StepPanel, other: StepPanel): boolean {
  return (
    one.lines.length === other.lines.length &&
    one.lines.every((line, index) => line.name === other.lines[index]?.name)
  );
}

function checkLines({ axis, panels }: StepCurves): void {
  if (panels.length === 0) throw new RangeError('Curves need at least one panel.');
  if (new Set(panels.map((panel) => panel.name)).size < panels.length) {
    throw new RangeError(`Two panels share a name: ${panels.map((panel) => panel.name).join(', ')}.`);
  }
  for (const panel of panels) {
    const seen = new Set<string>();
    for (const line of panel.lines) {
      if (seen.has(line.name)) throw new RangeError(`Two lines of "${panel.name}" are called "${line.name}".`);
      seen.add(line.name);
      const { length } = xOf(axis, line);
      for (const values of [line.values, line.theory, line.low, line.high]) {
        if (values !== undefined && values.length !== length) {
          throw new RangeError(
            `The line "${line.name}" has ${values.length} values at ${length} places of "${axis.name}".`,
          );
        }
      }
    }
  }
}
