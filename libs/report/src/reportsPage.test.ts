import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { buildReport } from './buildReport.js';
import { demonstrationReport } from './demonstrationReport.js';

it('docs/reports.md has every file of a report, and no other', async () => {
  const page = readFileSync(new URL('../../../docs/reports.md', import.meta.url), 'utf8');
  const documented = [...page.matchAll(/^\| (`[^|]*`) \|/gm)].flatMap(([, cell = '']) => {
    const names = [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
    // `figures/<id>.svg`, `.pdf`: the others are the first with another ending.
    const base = names[0]?.replace(/\.\w+$/, '') ?? '';
    return names.map((name) => (name.startsWith('.') ? base + name : name));
  });
  const files = [...(await buildReport(await demonstrationReport())).keys()];
  const written = new Set(files.map((path) => path.replace(/^figures\/.*(\.\w+)$/, 'figures/<id>$1')));
  expect(documented.sort()).toEqual([...written].sort());
});
