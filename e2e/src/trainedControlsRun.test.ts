import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readNpz, toNumbers, type NdArray } from '@oblique/arrays';
import { parseDigest } from '@oblique/artifacts';
import { orchestratorV1 } from '@oblique/contracts';
import { startServices, type LaunchedServices } from '@oblique/launcher';
import { createClient, fetchArtifact, type ServiceClient } from '@oblique/service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Trainings of a second: too short to learn anything, long enough to tell worlds apart. */
const TINY = {
  networks: ['small_resnet'],
  width: 0.25,
  sizePixels: 16,
  seeds: [0, 1],
  steps: 4,
  batchSize: 8,
  observedSteps: 2,
  angles: 8,
  limit: 200,
  heldOut: 0,
};

/** CIFAR-10 as JPEGs, where the data folder is given. */
const PHOTOGRAPHS =
  process.env['OBLIQUE_DATA'] === undefined
    ? undefined
    : join(process.env['OBLIQUE_DATA'], 'photos', 'cifar10-10000-2000.tar');

let folder: string;
let launched: LaunchedServices;
let orchestrator: ServiceClient<typeof orchestratorV1.OrchestratorServiceService>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trained-controls-'));
  launched = await startServices({ store: join(folder, 'store'), home: join(folder, 'home') });
  orchestrator = createClient(orchestratorV1.OrchestratorServiceService, launched.endpoint('orchestrator'));
});

afterAll(async () => {
  orchestrator.close();
  await launched.stop();
  await rm(folder, { recursive: true, force: true });
});

async function run(analysis: string, parameters: object): Promise<orchestratorV1.Run> {
  const { run: started } = await orchestrator.startRun({ analysis, parameters, requestId: '' });
  let last = started;
  for await (const { run: told } of orchestrator.watchRun({ runId: started?.id ?? '' })) last = told;
  if (last === undefined) throw new Error('The run was not told.');
  expect(last.error).toBe('');
  return last;
}

async function file({ report }: orchestratorV1.Run, path: string): Promise<Uint8Array> {
  const artifact = report.find((each) => each.path === path)?.artifact;
  if (artifact === undefined)
    throw new Error(`There is no ${path} among ${report.map((each) => each.path).join(', ')}.`);
  return fetchArtifact(launched.endpoint('orchestrator'), parseDigest(artifact.digest));
}

/** What the tests read of results.json. */
interface Results {
  readonly sections: readonly {
    readonly networks: readonly { readonly origin: string; readonly description: string }[];
  }[];
  readonly claims: readonly {
    readonly id: string;
    readonly effect: number | null;
    readonly verdict: string;
    readonly interval: { readonly low: number; readonly high: number } | null;
  }[];
}

async function resultsOf(ended: orchestratorV1.Run): Promise<Results> {
  return JSON.parse(new TextDecoder().decode(await file(ended, 'results.json'))) as Results;
}

/** The lines of a figure by their names, one array each. */
async function linesOf(
  ended: orchestratorV1.Run,
  figure: string,
  prefix: string,
): Promise<[string, number[]][]> {
  const arrays: Map<string, NdArray> = readNpz(await file(ended, `figures/${figure}.npz`));
  return [...arrays]
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, array]) => [name.slice(prefix.length), Array.from(toNumbers(array))]);
}

describe('rotated', () => {
  it('trains in upright and rotated worlds from equal weights, and judges every claim over the seeds', async () => {
    const ended = await run('rotated', {
      ...TINY,
      heldOut: 0.1,
      turnsDeg: [0, 45],
      tasks: ['object-orientation'],
      frequencies: [0.12],
      phases: 2,
    });
    const { claims, sections } = await resultsOf(ended);
    const networks = sections.flatMap((section) => section.networks);
    expect(networks).toHaveLength(1);
    expect(networks[0]).toMatchObject({
      origin: 'trained',
      description: expect.stringMatching(/synthetic scenes/) as string,
    });
    expect(claims.map(({ id }) => id.replace('-orientation-small-resnet-object-orientation', ''))).toEqual([
      'learned',
      'C-SI1b.1',
      'preference-original',
      'preference-turned',
      'shift-45',
      'C-SI1b.2',
    ]);
    // Four steps teach nothing, and no claim about sensitivity is judged then.
    for (const { id, effect, interval, verdict } of claims) {
      expect(verdict, id).toBe('not learned');
      if (effect === null) continue;
      expect(interval?.low, id).toBeLessThanOrEqual(effect);
      expect(interval?.high, id).toBeGreaterThanOrEqual(effect);
    }
    const ratios = new Map(
      await linesOf(ended, 'steps-orientation-small-resnet-object-orientation', 'ratio/'),
    );
    const [untrained = NaN, , trained = NaN] = ratios.get('layer3/upright') ?? [];
    const [untrainedTwin, , rotated] = ratios.get('layer3/rotated by 45°') ?? [];
    expect(untrained).toBeGreaterThan(0);
    expect(untrainedTwin).toBe(untrained);
    expect(rotated).not.toBe(trained);
  });

  it('turns images where it is asked to, as the code does, and tells tilts', async () => {
    const ended = await run('rotated', {
      ...TINY,
      seeds: [0],
      protocol: 'code',
      turnedBy: 'images',
      turnsDeg: [0, 22.5, 45],
      tasks: ['tilt'],
      frequencies: [0.12],
      phases: 2,
    });
    const { claims } = await resultsOf(ended);
    expect(claims.map(({ id }) => id)).toContain('dose-orientation-small-resnet-tilt');
    expect(claims.every(({ interval }) => interval === null)).toBe(true);
    for (const [name, curve] of await linesOf(
      ended,
      'curves-orientation-small-resnet-tilt',
      'sensitivity/',
    )) {
      expect(
        curve.reduce((sum, value) => sum + value, 0),
        name,
      ).toBeCloseTo(1, 9);
    }
  });
});

describe.skipIf(PHOTOGRAPHS === undefined)('on photographs (needs OBLIQUE_DATA)', () => {
  it('turns the images, tells tilts, and judges the frequencies that photographs have', async () => {
    const ended = await run('rotated', {
      ...TINY,
      dataset: PHOTOGRAPHS,
      heldOut: 0.1,
      turnsDeg: [0, 45],
      phases: 2,
    });
    const { claims, sections } = await resultsOf(ended);
    const slug = '-orientation-small-resnet-tilt';
    expect(claims.map(({ id }) => id)).toContain(`C-SI1b.1${slug}`);
    // Four steps teach nothing of photographs either.
    expect(claims.find(({ id }) => id === `C-SI1b.1${slug}`)?.verdict).toBe('not learned');
    expect(sections[0]?.networks[0]?.description).not.toMatch(/synthetic/);
    const effects = readNpz(await file(ended, 'figures/stimuli-effect-orientation.npz'));
    expect(effects.get('effect')?.shape).toEqual([3]);
    const table = new TextDecoder().decode(await file(ended, 'figures/stimuli-effect-orientation.csv'));
    expect(table).toMatch(/gabor-0\.06/);
    expect(table).toMatch(/gabor-0\.2 \(counter-example\)/);
  });

  it('turns their hues', async () => {
    const ended = await run('hue-rotated', { ...TINY, seeds: [0], dataset: PHOTOGRAPHS, saturations: 2 });
    const { claims } = await resultsOf(ended);
    expect(claims.map(({ id }) => id)).toContain('C3.3-preference-hue-small-resnet-hue-turn');
  });
});

describe('hue-rotated', () => {
  it('trains in worlds of original and turned hues', async () => {
    const ended = await run('hue-rotated', { ...TINY, seeds: [0], tasks: ['hue-turn'], saturations: 2 });
    const { claims } = await resultsOf(ended);
    expect(claims.map(({ id }) => id.replace('-hue-small-resnet-hue-turn', ''))).toEqual([
      'C3.3-preference',
      'preference-original',
      'preference-turned',
      'C3.3-shift',
    ]);
    const curves = new Map(await linesOf(ended, 'curves-hue-small-resnet-hue-turn', 'sensitivity/'));
    expect(curves.get('layer3/original hue')).toHaveLength(TINY.angles);
    expect(curves.get('layer3/original hue')).not.toEqual(curves.get('layer3/hue turned by 90°'));
  });
});

describe('parameters that contradict each other', () => {
  it.each([
    [{ profile: 'paper' }, /dataset: the profile paper learns from ImageNet/],
    [{ dataset: 'photographs', turnedBy: 'prior' }, /turnedBy: only scenes have a prior/],
    [{ dataset: 'photographs', tasks: ['object-orientation'] }, /tasks: only scenes know/],
    [{ turnsDeg: [10, 45] }, /turnsDeg: the world as it is, 0,/],
    [{ angles: 20 }, /angles/],
  ])('are refused before anything runs: %j', async (parameters, message) => {
    await expect(orchestrator.startRun({ analysis: 'rotated', parameters, requestId: '' })).rejects.toThrow(
      message,
    );
  });
});
