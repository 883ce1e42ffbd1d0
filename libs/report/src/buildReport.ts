import { setImmediate } from 'node:timers/promises';
import { writeNpz } from '@oblique/arrays';
import { checkFigureId } from './figure.js';
import { renderPng } from './renderPng.js';
import type { Report } from './report.js';
import { reportPage } from './reportPage.js';
import { writeCsv } from './writeCsv.js';

/**
 * The report as files by path: `report.html`, `results.json`, `provenance.json` and, for every figure,
 * `figures/<id>.svg`, `.png`, `.csv` and `.npz`. Equal reports give equal bytes.
 * Numbers that JSON cannot hold (NaN, infinities) are null in the JSON files; the .csv and .npz keep them.
 * @throws RangeError where two figures or two claims share an id, or an id cannot be a file name.
 */
export async function buildReport(report: Report): Promise<Map<string, Uint8Array>> {
  const figures = report.sections.flatMap((section) => section.figures);
  const claims = report.sections.flatMap((section) => section.claims);
  const ids = figures.map(({ id }) => checkFigureId(id));
  checkDistinct('figures', ids);
  checkDistinct(
    'claims',
    claims.map(({ id }) => id),
  );
  const pictures = new Map<string, Uint8Array>();
  for (const figure of figures) {
    await setImmediate(); // a service that writes a report goes on answering between its pictures
    pictures.set(figure.id, renderPng(figure.svg));
  }
  const files = new Map<string, Uint8Array>([
    ['report.html', bytes(reportPage(report, pictures))],
    ['results.json', json(results(report))],
    ['provenance.json', json(provenance(report))],
  ]);
  for (const figure of figures) {
    files.set(`figures/${figure.id}.svg`, bytes(figure.svg));
    files.set(`figures/${figure.id}.png`, pictures.get(figure.id) ?? new Uint8Array());
    files.set(`figures/${figure.id}.csv`, writeCsv(figure.table));
    files.set(`figures/${figure.id}.npz`, writeNpz(figure.arrays));
  }
  return files;
}

function results({ analysis, parameters, sections, runId }: Report): object {
  return {
    analysis,
    ...(runId === undefined ? {} : { run: runId }),
    parameters,
    sections: sections.map(({ name, title, summary, parameters: own, seeds, networks }) => ({
      name,
      title,
      summary,
      parameters: own,
      seeds,
      networks,
    })),
    claims: sections.flatMap(({ name, claims }) =>
      claims.map(({ id, sentence, statistic, threshold, effect, interval, verdict, explanation, figures = [] }) => ({
        id,
        section: name,
        sentence,
        statistic,
        threshold,
        effect,
        interval,
        verdict,
        explanation,
        figures,
      })),
    ),
    figures: sections.flatMap(({ name, figures }) =>
      figures.map(({ id, title, caption }) => ({
        id,
        section: name,
        title,
        caption,
        files: ['svg', 'png', 'csv', 'npz'].map((end) => `figures/${id}.${end}`),
      })),
    ),
  };
}

function provenance({ sections, provenance: steps, versions, hardware, startedAt, durationSeconds, runId }: Report): object {
  const sources = (items: readonly { id: string; provenance?: readonly string[] }[]): object =>
    Object.fromEntries(items.map(({ id, provenance: digests }) => [id, digests ?? []]));
  return {
    ...(runId === undefined ? {} : { run: runId }),
    startedAt,
    durationSeconds,
    versions,
    hardware,
    claims: sources(sections.flatMap(({ claims }) => claims)),
    figures: sources(sections.flatMap(({ figures }) => figures)),
    steps,
  };
}

function checkDistinct(what: string, ids: readonly string[]): void {
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new RangeError(`Two ${what} of the report have the id "${twice}"; every id must be used once.`);
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function json(value: object): Uint8Array {
  return bytes(`${JSON.stringify(value, null, 2)}\n`);
}
