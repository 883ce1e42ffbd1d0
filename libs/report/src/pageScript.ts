/**
 * What the page does beyond showing itself, all of it optional: it names the curve or mark under the pointer, with its
 * numbers, and fades the other curves. Plain script, so that the page needs no library and works from a file.
 */
export const PAGE_SCRIPT = `
'use strict';
const tip = document.createElement('div');
tip.id = 'tip';
tip.hidden = true;
document.body.append(tip);
const unfold = () => {
  const target = location.hash === '' ? null : document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let part = target?.closest('details'); part; part = part.parentElement?.closest('details')) part.open = true;
  target?.scrollIntoView();
};
addEventListener('hashchange', unfold);
unfold();
addEventListener('beforeprint', () => {
  for (const part of document.querySelectorAll('.claim details, figcaption details')) part.open = true;
});
const number = (value) => (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e6) ? value.toExponential(3) : String(Number(value.toPrecision(4))));
const show = (text, event) => {
  tip.textContent = text;
  tip.hidden = text === '';
  if (tip.hidden) return;
  const box = tip.getBoundingClientRect();
  tip.style.left = Math.max(4, Math.min(event.clientX + 14, innerWidth - box.width - 4)) + 'px';
  tip.style.top = (event.clientY + 18 + box.height < innerHeight ? event.clientY + 18 : event.clientY - box.height - 12) + 'px';
};
for (const plot of document.querySelectorAll('.plot')) {
  const svg = plot.querySelector('svg');
  if (!svg) continue;
  const data = plot.querySelector('script[type="application/json"]');
  const read = new Map(data ? JSON.parse(data.textContent) : []);
  let lines;
  const find = (event) => {
    lines ??= [...svg.querySelectorAll('path[aria-roledescription="line mark"][aria-label]')].map((path) => ({
      path,
      label: path.getAttribute('aria-label'),
      points: [...path.getAttribute('d').matchAll(/(-?[\\d.]+(?:e-?\\d+)?),(-?[\\d.]+(?:e-?\\d+)?)/g)].map((m) => [Number(m[1]), Number(m[2])]),
    }));
    let best;
    let least = 18;
    for (const line of lines) {
      const matrix = line.path.getScreenCTM();
      if (!matrix) continue;
      const local = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
      line.points.forEach(([x, y], index) => {
        const distance = Math.hypot(x - local.x, y - local.y) * matrix.a;
        if (distance < least) {
          least = distance;
          best = { line, index };
        }
      });
    }
    return best;
  };
  const move = (event) => {
    const best = find(event);
    for (const { path, label } of lines) path.style.opacity = best && label !== best.line.label ? 0.12 : '';
    if (best) {
      const [x, y] = [read.get(best.line.label)?.x[best.index], read.get(best.line.label)?.y[best.index]];
      show(best.line.label + (y === undefined ? '' : ': ' + number(y) + ' at ' + number(x)), event);
    } else {
      const mark = event.target.closest('[role="graphics-symbol"][aria-label]');
      const kind = mark?.getAttribute('aria-roledescription') ?? '';
      show(mark && !/axis|legend|title|line mark/.test(kind) ? mark.getAttribute('aria-label') : '', event);
    }
  };
  svg.addEventListener('pointermove', move);
  svg.addEventListener('pointerdown', move);
  svg.addEventListener('pointerleave', (event) => {
    for (const { path } of lines ?? []) path.style.opacity = '';
    show('', event);
  });
}
`;
