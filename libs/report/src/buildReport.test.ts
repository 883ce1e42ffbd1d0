import { createHash } from 'node:crypto';
import { readNpz, toNumbers } from '@oblique/arrays';
import { parquetReadObjects } from 'hyparquet';
import { SaxesParser } from 'saxes';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildReport } from './buildReport.js';
import { demonstrationReport, HOSTILE_NAME } from './demonstrationReport.js';
import { drawableText } from './drawableText.js';
import type { Figure } from './figure.js';
import type { Report } from './report.js';

const FIGURES = ['curves', 'ratio', 'grid', 'effects', 'steps', 'cells', 'stimuli'];

let report: Report;
let files: Map<string, Uint8Array>;

beforeAll(async () => {
  report = await demonstrationReport();
  files = await buildReport(report);
});

function figuresOf({ sections }: Report): Figure[] {
  return sections.flatMap(({ figures }) => figures);
}

function withFigures(figures: readonly Figure[]): Report {
  return { ...report, sections: report.sections.map((section) => ({ ...section, figures })) };
}

function bytesAt(path: string): Uint8Array {
  const bytes = files.get(path);
  if (!bytes) throw new Error(`The bundle has no ${path}.`);
  return bytes;
}

function textAt(path: string): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytesAt(path));
}

/** The rows of an RFC 4180 file, read apart from the writer. */
function csvRows(text: string): string[][] {
  return [...text.matchAll(/(?:(?:"(?:[^"]|"")*"|[^",\r\n]*)(?:,|\r\n))+?(?<=\r\n)/g)].map(([line]) =>
    [...line.slice(0, -2).matchAll(/(?:^|,)("(?:[^"]|"")*"|[^",]*)/g)].map(([, cell = '']) =>
      cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell,
    ),
  );
}

describe('the bundle', () => {
  it('has exactly the files of a report', () => {
    const endings = ['svg', 'pdf', 'png', 'csv', 'parquet', 'npz'];
    const figures = FIGURES.flatMap((id) => endings.map((end) => `figures/${id}.${end}`));
    const whole = ['report.html', 'results.json', 'provenance.json', 'CITATION.bib', 'ro-crate-metadata.json'];
    expect([...files.keys()].sort()).toEqual([...whole, ...figures].sort());
  });

  it('is the same bytes for the same report', async () => {
    const again = await buildReport(await demonstrationReport());
    for (const [path, bytes] of files) expect(Buffer.from(again.get(path) ?? []).equals(bytes), path).toBe(true);
  });

  it('refuses two figures of one id, and ids that are no file names', async () => {
    const [figure] = figuresOf(report);
    if (!figure) throw new Error('The demonstration has figures.');
    await expect(buildReport(withFigures([figure, figure]))).rejects.toThrow(/Two figures .* "curves"/);
    await expect(buildReport(withFigures([{ ...figure, id: '../up' }]))).rejects.toThrow(/figure id/);
  });
});

describe('the numbers', () => {
  it('are the same in .csv and .npz, to the last bit, NaN where nothing is known', () => {
    const [columns = [], ...rows] = csvRows(textAt('figures/curves.csv'));
    expect(columns).toEqual(['panel', 'layer', 'depth', 'orientation', 'n']);
    const arrays = readNpz(bytesAt('figures/curves.npz'));
    const orientation = arrays.get('orientation');
    if (!orientation) throw new Error('The grid is missing.');
    expect(arrays.size).toBe(1 + 2 * 3);
    let compared = 0;
    for (const [name, array] of arrays) {
      if (name === 'orientation') continue;
      const own = rows.filter(([panel, layer]) => name === `n/${panel}/${layer}`);
      expect(own.map((row) => Number(row[3]))).toEqual([...toNumbers(orientation)]);
      expect(own.map((row) => Number(row[4]))).toEqual([...toNumbers(array)]);
      compared += own.length;
    }
    expect(compared).toBe(rows.length);
    expect(rows.filter((row) => row[4] === 'nan')).toHaveLength(2);
  });

  it.each(FIGURES)('of %s are the same in .parquet and .csv, nothing is null', async (id) => {
    const figure = figuresOf(report).find((candidate) => candidate.id === id);
    const bytes = bytesAt(`figures/${id}.parquet`);
    const rows: Record<string, unknown>[] = await parquetReadObjects({ file: bytes.slice().buffer });
    const { columns = [], rows: cells = [] } = figure?.table ?? {};
    expect(rows.map((row) => columns.map((name) => row[name]))).toEqual(cells);
  });

  it('of ratios are the same in .csv and .npz', () => {
    const rows = csvRows(textAt('figures/ratio.csv')).slice(1);
    const arrays = readNpz(bytesAt('figures/ratio.npz'));
    ['depth', 'ratio', 'low', 'high'].forEach((name, column) => {
      const array = arrays.get(`${name}/${HOSTILE_NAME}`);
      expect(array && [...toNumbers(array)]).toEqual(rows.map((row) => Number(row[column + 2])));
    });
    const grid = readNpz(bytesAt('figures/grid.npz')).get('ratio');
    expect(grid?.shape).toEqual([2, 2]);
    expect(grid && [...toNumbers(grid)]).toEqual(csvRows(textAt('figures/grid.csv')).slice(1).map((row) => Number(row[2])));
  });

  it('of lines over steps and of heat maps are the same in .csv and .npz', () => {
    const lines = readNpz(bytesAt('figures/steps.npz'));
    const rows = csvRows(textAt('figures/steps.csv')).slice(1);
    ['learned', 'learnedTheory', 'learnedLow', 'learnedHigh'].forEach((name, column) => {
      const array = lines.get(`${name}/${HOSTILE_NAME}/${HOSTILE_NAME}`);
      expect(array && [...toNumbers(array)]).toEqual(rows.map((row) => Number(row[column + 3])));
    });
    const cells = readNpz(bytesAt('figures/cells.npz')).get('d');
    expect(cells?.shape).toEqual([2, 3]);
    expect(cells && [...toNumbers(cells)]).toEqual(csvRows(textAt('figures/cells.csv')).slice(1).map((row) => Number(row[3])));
  });

  it('of every claim stand in results.json, null where not measured', () => {
    const results = JSON.parse(textAt('results.json')) as { claims: { id: string }[] };
    expect(results.claims).toHaveLength(3);
    expect(results.claims[0]).toEqual({
      id: 'claim-0',
      section: 'orientation',
      sentence: `Sentence 0 ${HOSTILE_NAME}`,
      statistic: 'a ratio',
      threshold: 'above 1.1',
      effect: 1.5,
      interval: { low: 1.2, high: 1.8, confidence: 0.95 },
      verdict: 'supported',
      explanation: 'Made up.',
      figures: ['curves'],
    });
    expect(results.claims[2]).toMatchObject({ verdict: 'inconclusive', effect: null, interval: null });
  });

  it('lead to their steps in provenance.json', () => {
    const provenance = JSON.parse(textAt('provenance.json')) as {
      claims: Record<string, string[]>;
      figures: Record<string, string[]>;
      steps: { output: { digest: string } }[];
    };
    const made = provenance.steps.map((step) => step.output.digest);
    expect(Object.keys(provenance.figures)).toEqual(FIGURES);
    for (const digests of [...Object.values(provenance.figures), ...Object.values(provenance.claims)]) {
      expect(digests.length).toBeGreaterThan(0);
      for (const digest of digests) expect(made).toContain(digest);
    }
  });
});

describe('the drawings', () => {
  it.each(FIGURES)('%s.svg is well-formed XML that loads nothing', (id) => {
    const parser = new SaxesParser({ xmlns: true });
    const elements = new Map<string, number>();
    parser.on('error', (error) => {
      throw error;
    });
    parser.on('opentag', ({ local, attributes }) => {
      elements.set(local, (elements.get(local) ?? 0) + 1);
      for (const { local: name, value } of Object.values(attributes)) {
        if (name === 'href' || name === 'src') expect(value).toMatch(/^data:|^#/);
        expect(name).not.toMatch(/^on/);
      }
    });
    parser.write(textAt(`figures/${id}.svg`)).close();
    expect(elements.get('text')).toBeGreaterThan(0);
    expect(elements.has('script')).toBe(false);
  });

  it.each(FIGURES)('%s.png is twice the size of the drawing', (id) => {
    const figure = figuresOf(report).find((candidate) => candidate.id === id);
    const header = new DataView(bytesAt(`figures/${id}.png`).slice(0, 24).buffer);
    expect(header.getUint32(0)).toBe(0x89504e47);
    expect(Math.abs(header.getUint32(16) - 2 * (figure?.widthPixels ?? 0))).toBeLessThanOrEqual(2);
    expect(Math.abs(header.getUint32(20) - 2 * (figure?.heightPixels ?? 0))).toBeLessThanOrEqual(2);
  });
});

describe('the drawings as PDF', () => {
  it.each(FIGURES)('%s.pdf is one page of the size of the drawing, with the shipped font inside', (id) => {
    const figure = figuresOf(report).find((candidate) => candidate.id === id);
    const text = new TextDecoder('latin1').decode(bytesAt(`figures/${id}.pdf`));
    const pages = [...text.matchAll(/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/g)];
    expect(pages).toHaveLength(1);
    expect(Number(pages[0]?.[1])).toBeCloseTo((figure?.widthPixels ?? 0) * 0.75, 2);
    expect(Number(pages[0]?.[2])).toBeCloseTo((figure?.heightPixels ?? 0) * 0.75, 2);
    expect(text).toContain('DejaVuSansCondensed');
  });
});

describe('the folder as an RO-Crate', () => {
  it('describes every file with its size and SHA-256, and refers to nothing that it does not describe', () => {
    const crate = JSON.parse(textAt('ro-crate-metadata.json')) as { '@graph': Record<string, unknown>[] };
    const entities = new Map(crate['@graph'].map((entity) => [entity['@id'], entity]));
    const others = [...files.keys()].filter((path) => path !== 'ro-crate-metadata.json');
    for (const path of others) {
      const bytes = bytesAt(path);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      expect(entities.get(path)).toMatchObject({ '@type': 'File', contentSize: String(bytes.length), sha256 });
    }
    expect(entities.get('./')).toMatchObject({ hasPart: others.map((path) => ({ '@id': path })) });
    const references = [...textAt('ro-crate-metadata.json').matchAll(/\{\s*"@id": ("[^"]*")\s*\}/g)];
    const known = new Set<unknown>([...entities.keys(), 'https://w3id.org/ro/crate/1.1']);
    for (const [, id = ''] of references) expect(known).toContain(JSON.parse(id));
    expect(entities.get('#run')).toMatchObject({
      startTime: '2026-01-02T03:04:05Z',
      endTime: '2026-01-02T03:05:20.000Z',
    });
  });
});

describe('the page', () => {
  it('begins with all claims, and has each beside the first figure that shows it', async () => {
    const again = report.sections.map((section) => ({
      ...section,
      name: 'again',
      claims: section.claims.map((claim) => ({ ...claim, id: `again-${claim.id}` })),
      figures: [],
    }));
    const html = new TextDecoder().decode(
      (await buildReport({ ...report, sections: [...report.sections, ...again] })).get('report.html'),
    );
    const summary = html.slice(html.indexOf('id="claims"'), html.indexOf('<nav'));
    for (const id of ['claim-0', 'claim-2', 'again-claim-1']) expect(summary).toContain(`href="#claim-${id}"`);
    expect(html).toContain('href="#again"');
    const curves = html.slice(html.indexOf('id="figure-curves"'));
    expect(curves.slice(0, curves.indexOf('</figure>'))).toContain('id="claim-claim-0"');
    expect(html.indexOf('id="claims"')).toBeLessThan(html.indexOf('<nav'));
  });

  it('loads nothing from anywhere', () => {
    const html = textAt('report.html');
    const tags = [...html.replace(/<script>.*<\/script>/s, '').matchAll(/<[a-z][^>]*>/g)].join('\n');
    const loads = [...tags.matchAll(/\s(?:src|href|xlink:href|action|poster|data)\s*=\s*["']?([^"'\s>]+)/g)].map(([, url = '']) => url);
    expect(loads.length).toBeGreaterThan(FIGURES.length * 4);
    for (const url of loads) expect(url).toMatch(/^(#|data:|figures\/)/);
    expect(html).not.toMatch(/@import|url\(\s*['"]?http|fetch\(|XMLHttpRequest|import\(/);
    expect(html).toContain("default-src 'none'");
  });

  it('lets no name become code', () => {
    const html = textAt('report.html');
    expect(html).not.toContain('<script>alert');
    expect(html.match(/<script\b/g)).toHaveLength(1 + figuresOf(report).filter((figure) => figure.curves).length);
    expect(html).not.toContain('\u0000');
    const data = /<script type="application\/json">(.*?)<\/script>/s.exec(html)?.[1] ?? '';
    const curves = new Map(JSON.parse(data) as [string, { x: number[]; y: number[] }][]);
    expect(curves.get(`trained one · ${drawableText(HOSTILE_NAME)}`)?.x).toEqual([0, 15, 30, 45, 75, 90, 105, 120, 135, 150, 165, 180]);
  });

  it('says every verdict in words, and which networks are not trained', () => {
    const html = textAt('report.html');
    for (const verdict of ['supported', 'not supported', 'inconclusive']) expect(html).toMatch(new RegExp(`class="verdict [^"]+">. ${verdict}<`));
    expect(html).toMatch(/Not all networks here are trained:<\/strong> [^<]*\(untrained\)\./);
  });

  it('stays under 3 MB: the largest drawings become pictures', async () => {
    const [curves] = figuresOf(report);
    if (!curves) throw new Error('The demonstration has figures.');
    const heavy = { ...curves, svg: curves.svg.replace('</svg>', `<!--${'x'.repeat(2_500_000)}--></svg>`) };
    const html = (await buildReport(withFigures([heavy, ...figuresOf(report).slice(1)]))).get('report.html');
    expect(html?.length).toBeLessThan(3_000_000);
    expect(new TextDecoder().decode(html)).toContain('src="data:image/png;base64,');
  });
});
