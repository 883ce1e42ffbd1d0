import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const root = new URL('../../../', import.meta.url);

/** Options by service, as the table of docs/command-line.md has them; those of "all" belong to each. */
function documentedOptions(): Map<string, Set<string>> {
  const page = readFileSync(new URL('docs/command-line.md', root), 'utf8');
  const [, table = ''] = /^## Options of the services\n([^]*)$/m.exec(page) ?? [];
  const options = new Map<string, Set<string>>();
  let service = '';
  for (const [, named = '', cell = ''] of table.matchAll(/^\| ?([a-z]*) ?\| ([^|]*--[^|]*) \|/gm)) {
    if (named !== '') service = named;
    const known = options.get(service) ?? new Set();
    for (const [flag] of cell.matchAll(/--[a-z-]+/g)) known.add(flag);
    options.set(service, known);
  }
  return options;
}

it.each(readdirSync(new URL('services', root)))(
  "docs/command-line.md has the options of %s's service",
  async (name) => {
    const main = fileURLToPath(new URL(`services/${name}/dist/main.js`, root));
    const { stdout } = await promisify(execFile)(process.execPath, [main, '--help']);
    const declared = [...stdout.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, flag = '']) => flag);
    const documented = documentedOptions();
    const expected = [...(documented.get('all') ?? []), ...(documented.get(name) ?? []), '--help'];
    expect(declared.sort()).toEqual(expected.sort());
  },
);
