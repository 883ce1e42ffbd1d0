import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readNpz, toNumbers } from '@oblique/arrays';
import { parseDigest } from '@oblique/artifacts';
import { orchestratorV1, servingV1 } from '@oblique/contracts';
import { startServices, type LaunchedServices } from '@oblique/launcher';
import { createClient, fetchArtifact, type ServiceClient } from '@oblique/service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyNetwork } from './tinyNetwork.js';

const { State } = orchestratorV1;

/** A whole analysis in a few seconds: small images, few stimuli. */
const SMALL = {
  networks: ['tiny', 'resnet18'],
  seeds: [0],
  sizePixels: 32,
  orientations: 8,
  phases: 4,
  gridFrequencies: [0.02],
  gridSigmas: [40, 50],
  gridContrasts: [1],
  resamples: 200,
};

let folder: string;
let launched: LaunchedServices;
let orchestrator: ServiceClient<typeof orchestratorV1.OrchestratorServiceService>;
let serving: ServiceClient<typeof servingV1.ServingServiceService>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orientation-'));
  launched = await startServices({ store: join(folder, 'store'), home: join(folder, 'home') });
  orchestrator = createClient(orchestratorV1.OrchestratorServiceService, launched.endpoint('orchestrator'));
  serving = createClient(servingV1.ServingServiceService, launched.endpoint('serving'));
  await serving.addModel([
    {
      part: {
        $case: 'header',
        value: {
          name: 'tiny',
          replace: false,
          preprocessing: undefined,
          source: { $case: 'upload', value: { fileName: 'tiny.onnx' } },
        },
      },
    },
    { part: { $case: 'chunk', value: Buffer.from(tinyNetwork()) } },
  ]);
});

afterAll(async () => {
  orchestrator.close();
  serving.close();
  await launched.stop();
  await rm(folder, { recursive: true, force: true });
});

async function start(parameters: object): Promise<orchestratorV1.Run> {
  const { run } = await orchestrator.startRun({ analysis: 'orientation', parameters, requestId: '' });
  if (run === undefined) throw new Error('The orchestrator started no run.');
  return run;
}

/** Watches until the run has ended, or until a state that is looked for. */
async function watch(
  runId: string,
  until: (run: orchestratorV1.Run) => boolean = () => false,
): Promise<orchestratorV1.Run> {
  let last: orchestratorV1.Run | undefined;
  for await (const { run } of orchestrator.watchRun({ runId })) {
    last = run;
    if (run !== undefined && until(run)) break;
  }
  if (last === undefined) throw new Error('The run was not told.');
  return last;
}

async function file(run: orchestratorV1.Run, path: string): Promise<Uint8Array> {
  const artifact = run.report.find((each) => each.path === path)?.artifact;
  if (artifact === undefined)
    throw new Error(`There is no ${path} among ${run.report.map((each) => each.path).join(', ')}.`);
  return fetchArtifact(launched.endpoint('orchestrator'), parseDigest(artifact.digest));
}

/** What the tests read of results.json. */
interface Results {
  readonly claims: readonly { readonly id: string; readonly verdict: string }[];
  readonly sections: readonly {
    readonly networks: readonly { readonly name: string; readonly origin: string }[];
  }[];
}

async function resultsOf(run: orchestratorV1.Run): Promise<Results> {
  return JSON.parse(new TextDecoder().decode(await file(run, 'results.json'))) as Results;
}

/** Kills a service as the operating system would, and waits until the launcher has started it again. */
async function kill(service: string): Promise<void> {
  const pid = (): number | undefined => launched.status().find(({ name }) => name === service)?.pid;
  const before = pid();
  if (before === undefined) throw new Error(`${service} does not run.`);
  process.kill(before, 'SIGKILL');
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const now = pid();
    if (now !== undefined && now !== before) return;
  }
}

const ended = (run: orchestratorV1.Run): Record<string, string> =>
  Object.fromEntries(
    run.steps.filter(({ state }) => state === State.STATE_SUCCEEDED).map(({ id }) => [id, id]),
  );

describe('the orientation analysis', () => {
  let run: orchestratorV1.Run;

  it('goes from networks to a report', async () => {
    run = await watch((await start(SMALL)).id);
    expect(run.error).toBe('');
    expect(run.state).toBe(State.STATE_SUCCEEDED);
    expect(run.progress).toMatchObject({ done: run.steps.length, total: run.steps.length });
    const paths = run.report.map(({ path }) => path);
    for (const path of ['report.html', 'results.json', 'provenance.json']) expect(paths).toContain(path);
    for (const figure of ['fig2c', 'si1a', 'ratio-by-depth', 'si3-tiny', 'stimuli']) {
      for (const end of ['svg', 'png', 'csv', 'npz']) expect(paths).toContain(`figures/${figure}.${end}`);
    }
  });

  it('finds the preference that was built into the network, and none in its first layer', async () => {
    const results = await resultsOf(run);
    const verdicts = Object.fromEntries(results.claims.map(({ id, verdict }) => [id, verdict]));
    expect(verdicts).toMatchObject({
      'C2.1-ratio-tiny': 'supported',
      'C2.2-tiny': 'supported',
      'C-SI3-tiny': 'supported',
    });
    expect(Object.keys(verdicts)).toContain('C-SI1a-resnet18-untrained');
    const curves = readNpz(await file(run, 'figures/fig2c.npz'));
    const orientations = Array.from(toNumbers(curves.get('orientation') ?? never('orientation')));
    expect(orientations).toEqual([0, 22.5, 45, 67.5, 90, 112.5, 135, 157.5]);
    const deep = [...curves.keys()].filter((name) => name.startsWith('D/')).at(-1) ?? never('curves');
    const [at0 = NaN, , at45 = NaN, , at90 = NaN, , at135 = NaN] = toNumbers(curves.get(deep) ?? never(deep));
    expect(Math.min(at0, at90)).toBeGreaterThan(1.5 * Math.max(at45, at135));
  });

  it('says of every network what it is', async () => {
    const results = await resultsOf(run);
    const origins = results.sections
      .flatMap(({ networks }) => networks)
      .map(({ name, origin }) => [name, origin]);
    expect(origins).toEqual([
      ['tiny', 'unknown'],
      ['tiny (untrained)', 'untrained'],
      ['tiny (shuffled, text)', 'shuffled'],
      ['resnet18 (untrained)', 'untrained'],
    ]);
  });

  it('takes everything from the store the second time', async () => {
    const again = await watch((await start(SMALL)).id);
    expect(again.state).toBe(State.STATE_SUCCEEDED);
    const computed = again.steps.filter(({ cached }) => !cached).map(({ id }) => id);
    expect(computed).toEqual(['model tiny', 'report']);
  });

  it('runs with the protocol of the code', async () => {
    const code = await watch(
      (await start({ ...SMALL, protocol: 'code', orientations: 9, networks: ['tiny'] })).id,
    );
    expect(code.error).toBe('');
    expect(code.state).toBe(State.STATE_SUCCEEDED);
    const curves = readNpz(await file(code, 'figures/fig2c.npz'));
    for (const [name, curve] of curves) {
      if (!name.startsWith('normalised/')) continue;
      expect(toNumbers(curve).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 9);
    }
    expect([...curves.keys()].some((name) => name.startsWith('normalised/'))).toBe(true);
  });
});

describe('a run', () => {
  it('goes on from its finished steps when the orchestrator was killed', async () => {
    const { id } = await start({ ...SMALL, orientations: 12, phases: 5 });
    const before = await watch(id, (run) => Object.keys(ended(run)).length >= 5);
    await kill('orchestrator');
    // Started again by its supervisor, it goes on by itself; until then the run counts as interrupted.
    let after = await watch(id);
    while (after.state === State.STATE_INTERRUPTED) after = await watch(id);
    expect(after.error).toBe('');
    expect(after.state).toBe(State.STATE_SUCCEEDED);
    const kept = Object.keys(ended(before)).filter((step) => step !== 'model tiny');
    const cached = after.steps.filter((step) => step.cached).map((step) => step.id);
    expect(cached).toEqual(expect.arrayContaining(kept));
    await expect(orchestrator.resumeRun({ runId: id })).rejects.toMatchObject({
      reason: 'RUN_NOT_RESUMABLE',
    });
  });

  it('goes on by itself when the serving service was killed', async () => {
    const { id } = await start({ ...SMALL, orientations: 16, phases: 5 });
    await watch(id, (run) =>
      run.steps.some((step) => step.id.startsWith('measure') && step.state === State.STATE_RUNNING),
    );
    await kill('serving');
    const run = await watch(id);
    expect(run.error).toBe('');
    expect(run.state).toBe(State.STATE_SUCCEEDED);
  });

  it('stops when it is cancelled, and can be resumed', async () => {
    const { id } = await start({ ...SMALL, orientations: 20, phases: 5 });
    await watch(id, (run) => Object.keys(ended(run)).length >= 2);
    const { run } = await orchestrator.cancelRun({ runId: id });
    expect(run?.state).toBe(State.STATE_CANCELLED);
    await orchestrator.resumeRun({ runId: id });
    expect((await watch(id)).state).toBe(State.STATE_SUCCEEDED);
  });

  it('fails with what was wrong where a layer does not exist', async () => {
    const run = await watch((await start({ ...SMALL, networks: ['tiny'], layers: ['conv9'] })).id);
    expect(run.state).toBe(State.STATE_FAILED);
    expect(run.error).toMatch(/conv9/);
    expect(run.steps.filter(({ state }) => state === State.STATE_FAILED)).not.toHaveLength(0);
  });

  it('is listed, newest first, without its steps', async () => {
    const { runs } = await orchestrator.listRuns({});
    const created = runs.map((run) => run.created?.getTime() ?? 0);
    expect(created).toEqual(created.toSorted((a, b) => b - a));
    expect(runs.every(({ steps }) => steps.length === 0)).toBe(true);
  });

  it('is not started with a network that nobody knows', async () => {
    await expect(start({ networks: ['tiny', 'nothing'] })).rejects.toMatchObject({
      reason: 'INVALID_ARGUMENT',
      fields: [{ field: 'parameters.networks[1]' }],
    });
  });
});

function never(what: string): never {
  throw new Error(`${what} is missing.`);
}
