import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { float64, readNpz, toNumbers, writeNpz } from '@oblique/arrays';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startOblique, type Ended } from './runOblique.js';

/** A whole analysis in a few seconds. */
const SMALL = {
  seeds: [0],
  images: 60,
  patches: 512,
  sizePixels: 8,
  depths: [2],
  deepBatchSize: 512,
  deepSteps: 20,
  batchSize: 512,
  steps: 40,
  sweepFactors: [],
  components: 4,
  judged: 3,
};

let folder: string;
let report: string;

const oblique = (...args: string[]): Promise<Ended> => startOblique(args, folder, join(folder, 'home')).ended;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'verify-'));
  report = join(folder, 'report');
  const settings = Object.entries(SMALL).flatMap(([name, value]) => [
    '--set',
    `${name}=${JSON.stringify(value)}`,
  ]);
  const { code, stderr } = await oblique('run', 'linear', ...settings, '--out', report);
  expect(stderr).not.toMatch(/rror/);
  expect(code).toBe(0);
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

it('computes every number again and finds them equal', async () => {
  const { code, stdout } = await oblique('reproduce', '--verify', report);
  expect(stdout).toMatch(/^[1-9]\d+ numbers compared, 0 of them differ\.$/mu);
  expect(code).toBe(0);
}, 120_000);

it('says which numbers and verdicts a report has changed, and by how much', async () => {
  const figure = join(report, 'figures', 'fig5b.npz');
  const arrays = readNpz(await readFile(figure));
  const [name, array] = [...arrays].find(([key]) => key.includes('variance')) ?? [];
  if (name === undefined || array === undefined) throw new Error('Fig. 5b has no variances.');
  const values = toNumbers(array);
  values[0] = 2 * (values[0] ?? NaN);
  await writeFile(figure, writeNpz(new Map([...arrays, [name, float64(array.shape, values)]])));
  const results = join(report, 'results.json');
  const text = await readFile(results, 'utf8');
  await writeFile(results, text.replaceAll('"verdict": "supported"', '"verdict": "not supported"'));

  const { code, stdout } = await oblique('reproduce', '--verify', report);
  expect(stdout).toMatch(/numbers compared, 1 of them differ/u);
  expect(stdout).toMatch(/fig5b/u);
  expect(stdout).toMatch(/The verdict of \S+ was "not supported" and is "supported"\./u);
  expect(code).toBe(1);
}, 120_000);
