import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readNpz, toNumbers, type NdArray } from '@oblique/arrays';
import { parseDigest } from '@oblique/artifacts';
import { orchestratorV1 } from '@oblique/contracts';
import { startServices, type LaunchedServices } from '@oblique/launcher';
import { createClient, fetchArtifact, type ServiceClient } from '@oblique/service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The whole analysis in a few seconds: small patches, few updates, one seed. */
const SMALL = {
  protocol: 'code',
  seeds: [0],
  images: 60,
  patches: 1024,
  sizePixels: 8,
  depths: [2],
  batchSize: 512,
  deepBatchSize: 512,
  steps: 100,
  deepSteps: 100,
  sweepFactors: [],
  components: 8,
  judged: 5,
};

let folder: string;
let launched: LaunchedServices;
let orchestrator: ServiceClient<typeof orchestratorV1.OrchestratorServiceService>;
let run: orchestratorV1.Run;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linear-'));
  launched = await startServices({ store: join(folder, 'store'), home: join(folder, 'home') });
  orchestrator = createClient(orchestratorV1.OrchestratorServiceService, launched.endpoint('orchestrator'));
  const started = await orchestrator.startRun({ analysis: 'linear', parameters: SMALL, requestId: '' });
  for await (const { run: told } of orchestrator.watchRun({ runId: started.run?.id ?? '' })) {
    if (told !== undefined) run = told;
  }
});

afterAll(async () => {
  orchestrator.close();
  await launched.stop();
  await rm(folder, { recursive: true, force: true });
});

async function file(path: string): Promise<Uint8Array> {
  const artifact = run.report.find((each) => each.path === path)?.artifact;
  if (artifact === undefined) throw new Error(`There is no ${path}; the run says: ${run.error}.`);
  return fetchArtifact(launched.endpoint('orchestrator'), parseDigest(artifact.digest));
}

async function arraysOf(figure: string): Promise<(name: string) => NdArray> {
  const arrays = readNpz(await file(`figures/${figure}.npz`));
  return (name) => {
    const array = arrays.get(name);
    if (array === undefined)
      throw new Error(`${figure} has no ${name}, only ${[...arrays.keys()].join(', ')}.`);
    return array;
  };
}

describe('the linear analysis', () => {
  it('goes from scenes to a report that calls them synthetic', async () => {
    expect(run.error).toBe('');
    expect(run.state).toBe(orchestratorV1.State.STATE_SUCCEEDED);
    const results = JSON.parse(new TextDecoder().decode(await file('results.json'))) as {
      claims: { id: string; verdict: string; effect: number | null }[];
    };
    const claims = new Map(results.claims.map((claim) => [claim.id, claim]));
    expect(claims.get('C5c-aligned-depth-2')).toMatchObject({ verdict: 'supported' });
    expect(claims.get('C5c-order-single')?.effect).toBeGreaterThan(0.99);
    expect(claims.get('C5c-theory-single')?.effect).toBeLessThan(0.05);
    expect(claims.get('C-supervised-regressionWeight-weight')).toMatchObject({
      verdict: 'supported',
      effect: 1,
    });
    expect(new TextDecoder().decode(await file('report.html'))).toContain('scenes (synthetic)');
  });

  it('has the arrays of Fig. 5', async () => {
    const spectrum = toNumbers((await arraysOf('fig5b'))('variance'));
    expect(spectrum).toHaveLength(64);
    expect([...spectrum]).toEqual([...spectrum].sort((a, b) => b - a));
    const learned = await arraysOf('fig5c');
    const records = learned('step').shape[0];
    expect(learned('learned').shape).toEqual([8, records]);
    for (const name of ['variance', 'halfTimeSteps', 'halfTimeTheorySteps'])
      expect(learned(name).shape).toEqual([8]);
    const thresholds = await arraysOf('fig5f');
    const [snapshots, frequencies] = thresholds('threshold').shape;
    expect(thresholds('step').shape).toEqual([snapshots]);
    expect(thresholds('frequencyCyclesPerPixel').shape).toEqual([frequencies]);
    const acuity = await arraysOf('fig5h');
    expect(acuity('acuityCyclesPerPixel').shape).toEqual(acuity('step').shape);
  });

  it('takes everything from the store the second time', async () => {
    const again = await orchestrator.startRun({ analysis: 'linear', parameters: SMALL, requestId: '' });
    let last: orchestratorV1.Run | undefined;
    for await (const { run: told } of orchestrator.watchRun({ runId: again.run?.id ?? '' })) last = told;
    expect(last?.steps.filter(({ cached }) => !cached).map(({ id }) => id)).toEqual(['report']);
  });
});
