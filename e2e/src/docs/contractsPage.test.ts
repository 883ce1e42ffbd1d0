import { readdirSync, readFileSync } from 'node:fs';
import * as contracts from '@oblique/contracts';
import { expect, it } from 'vitest';
import { markdownPages } from './markdownPages.js';

const root = new URL('../../../', import.meta.url);

/** Methods by package, as the generated definitions of the services have them. */
function methodsByPackage(): Map<string, string[]> {
  const methods = new Map<string, string[]>();
  for (const module of Object.values(contracts)) {
    for (const [name, definition] of Object.entries(module)) {
      if (!/Service$/.test(name) || typeof definition !== 'object') continue;
      for (const { path } of Object.values(definition as Record<string, { readonly path: string }>)) {
        const [, owner = '', method = ''] = /^\/(.+)\.\w+\/(\w+)$/.exec(path) ?? [];
        methods.set(owner, [...(methods.get(owner) ?? []), method]);
      }
    }
  }
  return methods;
}

it('docs/contracts.md names every method of every service', () => {
  const page = readFileSync(new URL('docs/contracts.md', root), 'utf8');
  const rows = page.matchAll(/^\| [\w ]*\| `([\w.]+)` \|[^|]*\| (`.*) \|$/gm);
  const documented = new Map(
    [...rows].map(([, owner = '', list = '']) => [
      owner,
      [...list.matchAll(/`(\w+)`/g)].map(([, name]) => name),
    ]),
  );
  const declared = methodsByPackage();
  expect(declared.get('inference')).toHaveLength(6);
  declared.delete('inference');
  expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(declared));
});

it('all pages count the services alike', () => {
  const count = readdirSync(new URL('services', root)).length;
  const words = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight'];
  for (const { name, text } of markdownPages()) {
    const counts = [...text.matchAll(/\b(two|three|four|five|six|seven|eight) (?:gRPC )?services\b/g)];
    expect([name, ...counts.map(([, word]) => word)]).toEqual([name, ...counts.map(() => words[count])]);
  }
});
