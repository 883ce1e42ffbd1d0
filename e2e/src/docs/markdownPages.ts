import { readdirSync, readFileSync } from 'node:fs';

const root = new URL('../../../', import.meta.url);

export interface MarkdownPage {
  /** Path from the clone's root, with slashes. */
  readonly name: string;
  readonly text: string;
}

/** README.md and every page of docs/. */
export function markdownPages(): MarkdownPage[] {
  const docs = readdirSync(new URL('docs', root), { recursive: true, encoding: 'utf8' });
  const names = docs
    .filter((path) => path.endsWith('.md'))
    .map((path) => `docs/${path.replaceAll('\\', '/')}`);
  return ['README.md', ...names.sort()].map((name) => ({
    name,
    text: readFileSync(new URL(name, root), 'utf8'),
  }));
}
