import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { markdownPages } from './markdownPages.js';

const root = new URL('../../../', import.meta.url);

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(text: string): Set<string> {
  const headings = withoutCode(text).matchAll(/^#+ (.+)$/gm);
  return new Set(
    [...headings].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{Letter}\p{Number}\s_-]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  );
}

function withoutCode(text: string): string {
  return text.replaceAll(/^```.*?^```/gms, '').replaceAll(/^ {4}.*$/gm, '');
}

it.each(markdownPages())('links of $name lead somewhere', ({ name, text }) => {
  const dead = [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = '']) => {
    if (/^[a-z]+:/.test(link)) return [];
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? new URL(name, root) : new URL(path, new URL(name, root));
    if (!existsSync(target)) return [link];
    return anchor === undefined || anchorsOf(readFileSync(target, 'utf8')).has(anchor) ? [] : [link];
  });
  expect(dead).toEqual([]);
});
