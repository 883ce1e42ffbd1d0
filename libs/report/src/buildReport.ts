import { setImmediate } from 'node:timers/promises';
import { writeNpz } from '@oblique/arrays';
import { citations } from './citation.js';
import { checkFigureId, FIGURE_FORMATS } from './figure.js';
import { renderPdf } from './renderPdf.js';
import { RESULTS_FILE } from './readResults.js';
import { renderPng } from './renderPng.js';
import type { Report } from './report.js';
import { reportPage } from './reportPage.js';
import { RO_CRATE_FILE, roCrate } from './roCrate.js';
import { writeCsv } from './writeCsv.js';
import { writeParquet } from './writeParquet.js';

/**
 * The report as files by path: `report.html`, `results.json`, `provenance.json`, `CITATION.bib`, for every figure
 * `figures/<id>.` with all of FIGURE_FORMATS, and `ro-crate-metadata.json`, which makes the folder an RO-Crate.
 * Equal reports give equal bytes.
 * Numbers that JSON cannot hold (NaN, infinities) are null in the JSON files; .csv, .parquet and .npz keep them.
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
  const drawings = new Map<string, Uint8Array>();
  for (const figure of figures) {
    await setImmediate(); // a service that writes a report goes on answering between its pictures
    pictures.set(figure.id, renderPng(figure.svg));
    drawings.set(figure.id, await renderPdf(figure, new Date(report.startedAt)));
  }
  const files = new Map<string, Uint8Array>([
    ['report.html', bytes(reportPage(report, pictures))],
    [RESULTS_FILE, json(results(report))],
    ['provenance.json', json(provenance(report))],
    ['CITATION.bib', bytes(citations(report).map(({ bibtex }) => bibtex).join('\n'))],
  ]);
  for (const figure of figures) {
    const contents: Readonly<Record<(typeof FIGURE_FORMATS)[number], Uint8Array>> = {
      svg: bytes(figure.svg),
      pdf: drawings.get(figure.id) ?? new Uint8Array(),
      png: pictures.get(figure.id) ?? new Uint8Array(),
      csv: writeCsv(figure.table),
      parquet: writeParquet(figure.table),
      npz: writeNpz(figure.arrays),
    };
    for (const format of FIGURE_FORMATS) files.set(`figures/${figure.id}.${format}`, contents[format]);
  }
  files.set(RO_CRATE_FILE, json(roCrate(report, files)));
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
        files: FIGURE_FORMATS.map((format) => `figures/${id}.${format}`),
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
