import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readNpz, toNumbers, type NdArray } from '@oblique/arrays';
import { parseDigest } from '@oblique/artifacts';
import { orchestratorV1 } from '@oblique/contracts';
import { startServices, type LaunchedServices } from '@oblique/launcher';
import { createClient, fetchArtifact, type ServiceClient } from '@oblique/service';
import { afterAll, beforeAll, expect, it } from 'vitest';

const { State } = orchestratorV1;

/** Few hidden units and steps; large enough steps that the frequent orientation is ahead all the same. */
const SMALL = {
  conditions: ['c', 'erasure'],
  seeds: [0, 1],
  bins: [12],
  width: 0.02,
  batchSize: 128,
  steps: 30,
  learningRate: 1,
  initialScale: 0.5,
  orientations: 12,
  phases: 3,
  observeEvery: 10,
  fromStep: 20,
  onsetFactor: 2,
};

let folder: string;
let launched: LaunchedServices;
let orchestrator: ServiceClient<typeof orchestratorV1.OrchestratorServiceService>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'label-noise-'));
  launched = await startServices({ store: join(folder, 'store'), home: join(folder, 'home') });
  orchestrator = createClient(orchestratorV1.OrchestratorServiceService, launched.endpoint('orchestrator'));
});

afterAll(async () => {
  orchestrator.close();
  await launched.stop();
  await rm(folder, { recursive: true, force: true });
});

async function ended(parameters: object): Promise<orchestratorV1.Run> {
  const { run: started } = await orchestrator.startRun({
    analysis: 'label-noise',
    parameters,
    requestId: '',
  });
  let last = started;
  for await (const { run } of orchestrator.watchRun({ runId: started?.id ?? '' })) last = run;
  if (last === undefined) throw new Error('The run was not told.');
  return last;
}

async function file(run: orchestratorV1.Run, path: string): Promise<Uint8Array> {
  const artifact = run.report.find((each) => each.path === path)?.artifact;
  if (artifact === undefined) throw new Error(`There is no ${path}.`);
  return fetchArtifact(launched.endpoint('orchestrator'), parseDigest(artifact.digest));
}

it('trains every condition, finds the frequent orientation ahead, and reports; the second time from the store', async () => {
  const run = await ended(SMALL);
  expect(run.error).toBe('');
  expect(run.state).toBe(State.STATE_SUCCEEDED);
  for (const figure of ['fig6', 'fig6-frequency', 'fig6-ratio', 'fig6-preference', 'fig6-onset'])
    expect(run.report.map(({ path }) => path)).toContain(`figures/${figure}.svg`);

  const arrays = readNpz(await file(run, 'figures/fig6.npz'));
  const array = (name: string): NdArray => {
    const found = arrays.get(name);
    if (found === undefined) throw new Error(`fig6.npz has no ${name}.`);
    return found;
  };
  expect([...toNumbers(array('step'))]).toEqual([0, 1, 2, 5, 10, 20, 30]);
  expect([...toNumbers(array('orientationDeg'))]).toEqual(Array.from({ length: 12 }, (_, k) => 15 * k));
  expect(array('D').shape).toEqual([2, 2, 7, 12]);
  const d = toNumbers(array('D'));
  const at = (condition: number, seed: number, step: number): Float64Array =>
    d.subarray(((condition * 2 + seed) * 7 + step) * 12, ((condition * 2 + seed) * 7 + step + 1) * 12);
  for (const seed of [0, 1]) {
    // Equal seeds begin with equal weights; then frequency tells.
    expect(at(0, seed, 0)).toEqual(at(1, seed, 0));
    const ratio = (condition: number): number =>
      (at(condition, seed, 6)[6] ?? NaN) / (at(condition, seed, 6)[0] ?? NaN);
    expect(ratio(0)).toBeGreaterThan(1.2 * ratio(1));
  }

  const results = JSON.parse(new TextDecoder().decode(await file(run, 'results.json'))) as {
    readonly claims: readonly { readonly id: string }[];
  };
  expect(results.claims.map(({ id }) => id)).toEqual([
    'C6c',
    'C6c-order',
    'control-erasure-alone',
    'control-erasure-removes',
  ]);

  const again = await ended(SMALL);
  expect(again.steps.filter(({ cached }) => !cached).map(({ id }) => id)).toEqual(['report']);
});

it('is not started with label noise that cannot be', async () => {
  await expect(
    orchestrator.startRun({
      analysis: 'label-noise',
      parameters: { ...SMALL, conditions: ['b'], amount: 0.2 },
      requestId: '',
    }),
  ).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT', fields: [{ field: 'parameters.amount' }] });
});
