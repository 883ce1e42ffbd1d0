import type { Config, TopLevelSpec } from 'vega-lite';
import { FONT_FAMILY, textWidthPixels } from './fonts.js';
import { FAINT, INK, MUTED, RULE } from './palette.js';

declare module 'vega' {
  /** How vega measures text; replacing `width` is its way for hosts that have fonts but no canvas. */
  export const textMetrics: {
    width: (item: { readonly fontSize?: number; readonly fontWeight?: string | number }, text: unknown) => number;
  };
}

/** A part of a concatenated specification. */
export type Panel = Extract<TopLevelSpec, { concat: unknown }>['concat'][number];

/** A drawing as an SVG document, with the size at which its smallest text is 11 pixels high. */
export interface Drawing {
  readonly svg: string;
  readonly widthPixels: number;
  readonly heightPixels: number;
}

export const LABEL_SIZE = 12;

const THEME: Config = {
  background: '#ffffff',
  font: FONT_FAMILY,
  padding: 12,
  axis: {
    labelFontSize: LABEL_SIZE,
    labelColor: INK,
    titleFontSize: 13,
    titleFontWeight: 'normal',
    titleColor: INK,
    titlePadding: 8,
    gridColor: FAINT,
    domainColor: MUTED,
    tickColor: MUTED,
    tickSize: 4,
    labelFlush: false,
  },
  legend: {
    labelFontSize: LABEL_SIZE,
    labelColor: INK,
    labelLimit: 400,
    titleFontSize: LABEL_SIZE,
    titleFontWeight: 'bold',
    titleColor: INK,
    titleLimit: 260,
    symbolStrokeWidth: 2.5,
    rowPadding: 3,
    offset: 16,
  },
  title: { fontSize: 13, fontWeight: 'bold', color: INK, anchor: 'start', offset: 8, subtitleColor: MUTED, subtitleFontSize: LABEL_SIZE },
  view: { stroke: RULE },
  concat: { spacing: 22 },
};

/**
 * Draws a Vega-Lite specification without a display. Text is laid out with the widths of the shipped font, so
 * the same specification gives the same bytes on every machine.
 */
export async function drawSpec(spec: TopLevelSpec): Promise<Drawing> {
  // Loaded with the first drawing: most commands that know of figures draw none, and these two are large.
  const [{ Error: LOG_ERRORS, parse, textMetrics, View }, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  textMetrics.width = (item, text) =>
    textWidthPixels(String(text), item.fontSize ?? LABEL_SIZE, item.fontWeight === 'bold' || Number(item.fontWeight) >= 600);
  const view = new View(parse(compile(spec, { config: THEME }).spec), { renderer: 'none', logLevel: LOG_ERRORS });
  try {
    return measured(tidy(await view.toSVG()));
  } finally {
    view.finalize();
  }
}

/**
 * Coordinates to a hundredth of a pixel; identifiers numbered in order, which vega counts per process; whole lines
 * without vega's dashes of gap 0, which PDF does not know.
 */
function tidy(svg: string): string {
  const names = new Map<string, string>();
  for (const [, id] of svg.matchAll(/ id="([^"]+)"/g)) if (id) names.set(id, `def${names.size}`);
  return svg
    .replace(/ stroke-dasharray="1,0"/g, '')
    .replace(/ id="([^"]+)"/g, (_, id: string) => ` id="${names.get(id) ?? id}"`)
    .replace(/url\(#([^)]+)\)/g, (_, id: string) => `url(#${names.get(id) ?? id})`)
    .replace(/ d="([^"]+)"/g, (_, path: string) => ` d="${path.replace(/\d+\.\d{3,}/g, (n) => String(Number(Number(n).toFixed(2))))}"`);
}

function measured(svg: string): Drawing {
  const [, width, height] = /<svg[^>]*? width="([\d.]+)" height="([\d.]+)"/.exec(svg) ?? [];
  if (width === undefined || height === undefined) throw new Error('Vega drew an SVG without a size.');
  return { svg, widthPixels: Math.ceil(Number(width)), heightPixels: Math.ceil(Number(height)) };
}
