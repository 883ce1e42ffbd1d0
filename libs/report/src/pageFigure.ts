import { drawableText } from './drawableText.js';
import { FIGURE_FORMATS, type Figure } from './figure.js';
import { markup, trusted, type Markup } from './markup.js';

/** Room for drawings in a page; with text and script it stays under 3 MB. */
const DRAWINGS_BYTES = 2_200_000;
/** More numbers than this are left to the files. */
const READ_OUT_NUMBERS = 40_000;

/**
 * The ids of the figures that the page shows as pictures instead of drawings, because all drawings together would
 * make it too large; the largest go first. A picture that is no smaller than its drawing is no help.
 */
export function picturedFigures(figures: readonly Figure[], pictures: ReadonlyMap<string, Uint8Array>): Set<string> {
  const chosen = new Set<string>();
  let total = figures.reduce((sum, { svg }) => sum + svg.length, 0);
  for (const { id, svg } of [...figures].sort((a, b) => b.svg.length - a.svg.length)) {
    const picture = ((pictures.get(id)?.length ?? 0) * 4) / 3;
    if (total <= DRAWINGS_BYTES || picture >= svg.length) continue;
    chosen.add(id);
    total += picture - svg.length;
  }
  return chosen;
}

/**
 * A figure with its caption, its files and its sources, and the claims that it shows beside it; `picture` stands in for a
 * drawing that is too large.
 */
export function pageFigure(figure: Figure, picture: Uint8Array | undefined, claims: Markup, sources: Markup): Markup {
  const { id, title, caption } = figure;
  return markup`<figure id="figure-${id}"><h3>${title}</h3>
<div class="beside"><div>${pageDrawing(figure, picture)}
<figcaption>${caption}
<details><summary class="small">Files and sources</summary><div><p class="small files">${FIGURE_FORMATS.map((end) => markup`<a href="figures/${id}.${end}">${end}</a>`)} ${sources}</p></div></details></figcaption></div>
${claims.html === '' ? '' : markup`<div class="claims">${claims}</div>`}</div></figure>
`;
}

/** The drawing, or the picture that stands in for it. */
export function pageDrawing({ id, title, svg, curves, widthPixels }: Figure, picture?: Uint8Array): Markup {
  const drawing = picture
    ? markup`<img alt="${title}" width="${widthPixels}" src="data:image/png;base64,${Buffer.from(picture).toString('base64')}">`
    : [trusted(inlineSvg(svg, id)), curves ? readOut(curves) : undefined];
  return markup`<div class="plot" tabindex="0" role="group" aria-label="${title}">${drawing}</div>`;
}

/** The drawing for use inside a page: without prologue, its identifiers made the figure's own. */
function inlineSvg(svg: string, id: string): string {
  return svg
    .slice(Math.max(0, svg.indexOf('<svg')))
    .replace(/ id="(def\d+)"/g, ` id="${id}-$1"`)
    .replace(/url\(#(def\d+)\)/g, `url(#${id}-$1)`);
}

function readOut(curves: NonNullable<Figure['curves']>): Markup {
  const numbers = [...curves.values()].reduce((sum, { x }) => sum + x.length, 0);
  if (numbers > READ_OUT_NUMBERS) return trusted('');
  const short = (values: readonly number[]): number[] => values.map((value) => Number(value.toPrecision(5)));
  const pairs = [...curves].map(([label, { x, y }]) => [drawableText(label), { x: short(x), y: short(y) }]);
  return trusted(`<script type="application/json">${JSON.stringify(pairs).replaceAll('<', '\\u003c')}</script>`);
}
