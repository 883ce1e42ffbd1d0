import { readdirSync, readFileSync } from 'node:fs';
import { RUNNABLES } from '@oblique/analyses';
import { expect, it } from 'vitest';

const root = new URL('../../../', import.meta.url);
const page = (name: string): string => readFileSync(new URL(name, root), 'utf8');

/** What stands in backquotes in the first cells of the table under a head line. */
function firstColumn(text: string, head: RegExp): string[] {
  const [, rows = ''] =
    new RegExp(`^\\| ${head.source}[^\\n]*\\|\\n\\| ---[^\\n]*\\n((?:\\|[^\\n]*\\n?)+)`, 'm').exec(text) ??
    [];
  return rows
    .split('\n')
    .flatMap((row) =>
      [...(/^\|([^|]*)\|/.exec(row)?.[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
    );
}

it("architecture.md's table has every library", () => {
  expect(firstColumn(page('docs/architecture.md'), /Library/).sort()).toEqual(
    readdirSync(new URL('libs', root)).sort(),
  );
});

it("README's table has every analysis", () => {
  const named = firstColumn(page('README.md'), /`oblique run …`/);
  expect([...named, 'reproduce'].sort()).toEqual(RUNNABLES.map(({ name }) => name).sort());
});
