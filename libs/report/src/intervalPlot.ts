import { float64 } from '@oblique/arrays';
import { linearTicks, logarithmicTicks, numberText } from './axisTicks.js';
import { VERDICTS, type Verdict } from './claim.js';
import { drawableText, shortenDistinctly } from './drawableText.js';
import { drawSpec, type Drawing } from './drawSpec.js';
import { checkFigureId, type Figure, type FigureHead } from './figure.js';
import { INK, MUTED, VERDICT_COLOURS } from './palette.js';
import { drawn, linearDomain, logDomain } from './valueScale.js';

/** One row of the plot. */
export interface IntervalItem {
  readonly name: string;
  readonly effect: number | null;
  readonly low?: number | null;
  readonly high?: number | null;
  readonly verdict?: Verdict;
}

/** What `intervalPlot` draws. */
export interface IntervalPlot extends FigureHead {
  readonly items: readonly IntervalItem[];
  /** What the effects are, with their unit. */
  readonly valueTitle: string;
  /** Where there is no effect: 1 for ratios, 0 for differences. */
  readonly reference: number;
  /** Default `log` where the reference is 1, else `linear`. */
  readonly scale?: 'linear' | 'log';
}

const OUTCOMES = [...VERDICTS, 'no verdict'] as const;
const SHAPES = ['circle', 'cross', 'diamond', 'triangle-up', 'square'];
const COLOURS = [...VERDICTS.map((verdict) => VERDICT_COLOURS[verdict]), INK];

/**
 * Effects with their intervals, one row each (a forest plot), against the line of no effect.
 * The arrays are `effect`, `low` and `high`, each [items], in the order of the rows.
 */
export async function intervalPlot(declaration: IntervalPlot): Promise<Figure> {
  const { id, title, caption, provenance = [], items } = declaration;
  checkFigureId(id);
  const column = (of: (item: IntervalItem) => number | null | undefined): number[] => items.map((item) => of(item) ?? NaN);
  const effect = column((item) => item.effect);
  const low = column((item) => item.low);
  const high = column((item) => item.high);
  return {
    id,
    title,
    caption,
    provenance,
    table: {
      columns: ['name', 'effect', 'low', 'high', 'verdict'],
      rows: items.map((item, index) => [item.name, effect[index] ?? NaN, low[index] ?? NaN, high[index] ?? NaN, item.verdict ?? '']),
    },
    arrays: {
      effect: float64([items.length], effect),
      low: float64([items.length], low),
      high: float64([items.length], high),
    },
    ...(await drawIntervals(declaration)),
  };
}

function drawIntervals({ items, valueTitle, reference, scale = reference === 1 ? 'log' : 'linear' }: IntervalPlot): Promise<Drawing> {
  const usable = (value: number | null | undefined): number | null => {
    const number = drawn(value);
    return number !== null && (scale === 'linear' || number > 0) ? number : null;
  };
  const values = items.flatMap((item) => [usable(item.effect), usable(item.low), usable(item.high)]).filter((value) => value !== null);
  const domain = scale === 'log' ? logDomain([...values, reference], reference === 1 ? 1.2 : undefined) : roomy(values, reference);
  const names = shortenDistinctly(
    items.map((item) => item.name),
    52,
  ).map((name, index, all) => (all.indexOf(name) === index ? name : `${name} #${index + 1}`));
  const rows = items.map((item, index) => ({
    name: names[index] ?? '',
    x: usable(item.effect),
    low: drawn(item.low) === null ? null : (usable(item.low) ?? domain[0]),
    high: drawn(item.high) === null ? null : (usable(item.high) ?? domain[0]),
    verdict: item.verdict ?? 'no verdict',
    text: effectText(item),
    label: drawableText(`${item.name} · ${effectText(item)}${item.verdict === undefined ? '' : ` · ${item.verdict}`}`),
  }));
  const used = OUTCOMES.filter((verdict) => rows.some((row) => row.verdict === verdict));
  const judged = used.some((verdict) => verdict !== 'no verdict');
  const of = <T>(list: readonly T[]): T[] => OUTCOMES.flatMap((verdict, index) => (used.includes(verdict) ? list.slice(index, index + 1) : []));
  const legend = judged ? { title: null, symbolSize: 80, orient: 'top' as const, offset: 8 } : null;
  const y = { field: 'name', type: 'ordinal' as const, sort: null, axis: { title: null, labelLimit: 420, grid: true } };
  const x = {
    field: 'x',
    type: 'quantitative' as const,
    scale: { domain, nice: false, clamp: true, ...(scale === 'log' ? { type: 'log' as const } : { zero: false }) },
    axis: { title: drawableText(valueTitle), ...(scale === 'log' ? logarithmicTicks(domain) : linearTicks(domain, 6)) },
  };
  const color = { field: 'verdict', type: 'nominal' as const, scale: { domain: used, range: of(COLOURS) }, legend };
  return drawSpec({
    width: 340,
    height: { step: 30 },
    data: { values: rows },
    layer: [
      { data: { values: [{ x: reference }] }, mark: { type: 'rule', color: INK, strokeDash: [5, 4] }, encoding: { x } },
      {
        transform: [{ filter: 'datum.low !== null && datum.high !== null' }],
        mark: { type: 'rule', strokeWidth: 2.2, aria: false },
        encoding: { y, x: { ...x, field: 'low' }, x2: { field: 'high' }, color },
      },
      {
        transform: [{ filter: 'datum.x !== null' }],
        mark: { type: 'point', filled: true, size: 90, opacity: 1 },
        encoding: {
          y,
          x,
          color,
          shape: { field: 'verdict', type: 'nominal', scale: { domain: used, range: of(SHAPES) }, legend },
          description: { field: 'label' },
        },
      },
      {
        mark: { type: 'text', align: 'left', fontSize: 12, color: MUTED, aria: false },
        encoding: { y, x: { value: 350 }, text: { field: 'text' } },
      },
    ],
  });
}

function roomy(values: readonly number[], reference: number): [number, number] {
  const [low, high] = linearDomain(values, [reference]);
  const room = (high - low) * 0.04;
  return [low - room, high + room];
}

function effectText({ effect, low, high }: IntervalItem): string {
  if (drawn(effect) === null) return 'not measured';
  const interval = drawn(low) === null || drawn(high) === null ? '' : ` [${numberText(low ?? NaN, 3)}, ${numberText(high ?? NaN, 3)}]`;
  return `${numberText(effect ?? NaN, 3)}${interval}`;
}
