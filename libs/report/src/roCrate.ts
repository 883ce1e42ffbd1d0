import { createHash } from 'node:crypto';
import { PAPER_DOI, PAPER_TITLE } from './citation.js';
import type { Report } from './report.js';

const FORMATS: Readonly<Record<string, string>> = {
  bib: 'application/x-bibtex',
  csv: 'text/csv',
  html: 'text/html',
  json: 'application/json',
  npz: 'application/zip',
  parquet: 'application/vnd.apache.parquet',
  pdf: 'application/pdf',
  png: 'image/png',
  svg: 'image/svg+xml',
};

/** Where a crate describes itself, in its root. */
export const RO_CRATE_FILE = 'ro-crate-metadata.json';

/**
 * Describes the files of a report as an RO-Crate 1.1 whose run is a Process Run Crate 0.5: who reads the folder with
 * any tool for research objects finds what each file is, its SHA-256, and by which run and software it was made. No
 * licence stands in it: whoever publishes the folder chooses one.
 */
export function roCrate(report: Report, files: ReadonlyMap<string, Uint8Array>): object {
  const { title, sections, startedAt, durationSeconds, versions, runId } = report;
  const captions = new Map(
    sections.flatMap(({ figures }) => figures.map((figure) => [figure.id, figure] as const)),
  );
  const ended = new Date(Date.parse(startedAt) + durationSeconds * 1000).toISOString();
  const parts = [...files.keys()].map((path) => ({ '@id': path }));
  const run = `#run${runId === undefined ? '' : `-${runId}`}`;
  const profile = 'https://w3id.org/ro/wfrun/process/0.5';
  const graph = [
    {
      '@id': RO_CRATE_FILE,
      '@type': 'CreativeWork',
      conformsTo: { '@id': 'https://w3id.org/ro/crate/1.1' },
      about: { '@id': './' },
    },
    {
      '@id': './',
      '@type': 'Dataset',
      name: title,
      description: sections.map((section) => section.summary).join(' '),
      datePublished: ended,
      conformsTo: { '@id': profile },
      hasPart: parts,
      mentions: [{ '@id': run }],
      citation: { '@id': PAPER_DOI },
    },
    { '@id': profile, '@type': 'CreativeWork', name: 'Process Run Crate', version: '0.5' },
    {
      '@id': run,
      '@type': 'CreateAction',
      name: title,
      startTime: startedAt,
      endTime: ended,
      instrument: { '@id': '#oblique' },
      result: parts,
    },
    {
      '@id': '#oblique',
      '@type': 'SoftwareApplication',
      name: 'Oblique',
      softwareVersion: versions['oblique'] ?? 'unknown',
    },
    { '@id': PAPER_DOI, '@type': 'ScholarlyArticle', name: PAPER_TITLE },
    ...[...files].map(([path, bytes]) => {
      const [, id = ''] = /^figures\/(.*)\.[a-z]+$/u.exec(path) ?? [];
      const figure = captions.get(id);
      return {
        '@id': path,
        '@type': 'File',
        name: figure?.title ?? path,
        ...(figure === undefined ? {} : { description: figure.caption }),
        encodingFormat: FORMATS[path.slice(path.lastIndexOf('.') + 1)] ?? 'application/octet-stream',
        contentSize: String(bytes.length),
        sha256: createHash('sha256').update(bytes).digest('hex'),
      };
    }),
  ];
  return {
    '@context': [
      'https://w3id.org/ro/crate/1.1/context',
      'https://w3id.org/ro/terms/workflow-run/context',
    ],
    '@graph': graph,
  };
}
