import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RUNNABLES } from '@oblique/analyses';
import { parseDigest } from '@oblique/artifacts';
import { orchestratorV1, servingV1 } from '@oblique/contracts';
import { startServices, type LaunchedServices } from '@oblique/launcher';
import { createClient, fetchArtifact, type ServiceClient } from '@oblique/service';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tinyNetwork } from './tinyNetwork.js';

/** The smallest runs of analyses that do not say it themselves: not yet studies. */
const TRAINED = {
  seeds: [0, 1],
  width: 0.25,
  sizePixels: 16,
  batchSize: 8,
  angles: 24,
};
const TURNED = { ...TRAINED, limit: 80, steps: 4, observedSteps: 2 };
const SMALLEST: Readonly<Record<string, object>> = {
  orientation: {
    networks: ['tiny'],
    seeds: [0],
    sizePixels: 32,
    orientations: 8,
    phases: 2,
    gridFrequencies: [0.02],
    gridSigmas: [40, 50],
    gridContrasts: [1],
    resamples: 100,
  },
  hue: {
    networks: ['tiny'],
    seeds: [0],
    hues: 24,
    saturations: 1,
    images: 10,
    sizePixels: 16,
    resamples: 100,
  },
  linear: {
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
  },
  published: { seeds: [0, 1], frequencies: [0.04, 0.08], sizePixels: 32, angles: 8, phases: 1 },
  errata: { networks: ['tiny'], seeds: [0] },
  objectives: {
    ...TRAINED,
    images: 40,
    objectives: ['orientation', 'contrast'],
    steps: 4,
    observedSteps: 2,
    phases: 1,
  },
  // They have a test of their own with more to say: trainedControlsRun.test.ts.
  rotated: { ...TURNED, frequencies: [0.12], phases: 1 },
  'hue-rotated': { ...TURNED, saturations: 1 },
};

/** What is shown for what it is. */
const CLAIMS_NOTHING: ReadonlySet<string> = new Set(['published']);

let folder: string;
let launched: LaunchedServices;
let orchestrator: ServiceClient<typeof orchestratorV1.OrchestratorServiceService>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'every-analysis-'));
  launched = await startServices({ store: join(folder, 'store'), home: join(folder, 'home') });
  orchestrator = createClient(orchestratorV1.OrchestratorServiceService, launched.endpoint('orchestrator'));
  const serving = createClient(servingV1.ServingServiceService, launched.endpoint('serving'));
  const source = { $case: 'upload', value: { fileName: 'tiny.onnx' } } as const;
  await serving.addModel([
    { part: { $case: 'header', value: { name: 'tiny', replace: false, preprocessing: undefined, source } } },
    { part: { $case: 'chunk', value: Buffer.from(tinyNetwork()) } },
  ]);
  serving.close();
});

afterAll(async () => {
  orchestrator.close();
  await launched.stop();
  await rm(folder, { recursive: true, force: true });
});

const ANALYSES = RUNNABLES.filter(({ name }) => name !== 'reproduce');

it.each(ANALYSES)('$name runs, tells its claims and draws its figures', async ({ name, smallest }) => {
  const parameters = smallest ?? SMALLEST[name];
  if (parameters === undefined) throw new Error(`The analysis "${name}" has no smallest run.`);
  const { run: started } = await orchestrator.startRun({ analysis: name, parameters, requestId: '' });
  let run = started;
  for await (const { run: told } of orchestrator.watchRun({ runId: started?.id ?? '' })) run = told;
  expect(run?.error).toBe('');
  expect(run?.state).toBe(orchestratorV1.State.STATE_SUCCEEDED);
  const paths = run?.report.map(({ path }) => path) ?? [];
  const digest = run?.report.find(({ path }) => path === 'results.json')?.artifact?.digest ?? '';
  const bytes = await fetchArtifact(launched.endpoint('orchestrator'), parseDigest(digest));
  const results = JSON.parse(new TextDecoder().decode(bytes)) as {
    readonly claims: readonly { readonly id: string; readonly figures?: readonly string[] }[];
    readonly figures: readonly { readonly id: string }[];
  };
  expect(results.claims.length > 0).toBe(!CLAIMS_NOTHING.has(name));
  expect(new Set(results.claims.map(({ id }) => id)).size).toBe(results.claims.length);
  expect(results.figures.length).toBeGreaterThan(0);
  const drawn = results.figures.map(({ id }) => id);
  for (const { id, figures = [] } of results.claims)
    expect(drawn, id).toEqual(expect.arrayContaining([...figures]));
  for (const id of drawn)
    for (const end of ['svg', 'npz', 'csv']) expect(paths).toContain(`figures/${id}.${end}`);
});
