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

let folder: string;
let launched: LaunchedServices;
let orchestrator: ServiceClient<typeof orchestratorV1.OrchestratorServiceService>;
let run: orchestratorV1.Run;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'errata-'));
  launched = await startServices({ store: join(folder, 'store'), home: join(folder, 'home') });
  orchestrator = createClient(orchestratorV1.OrchestratorServiceService, launched.endpoint('orchestrator'));
  const serving = createClient(servingV1.ServingServiceService, launched.endpoint('serving'));
  const source = { $case: 'upload', value: { fileName: 'tiny.onnx' } } as const;
  const header = { name: 'tiny', replace: false, preprocessing: undefined, source };
  await serving.addModel([
    { part: { $case: 'header', value: header } },
    { part: { $case: 'chunk', value: Buffer.from(tinyNetwork()) } },
  ]);
  serving.close();
  const started = await orchestrator.startRun({
    analysis: 'errata',
    parameters: { networks: ['tiny'], seeds: [0] },
    requestId: '',
  });
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

const SIZE = 32;
const SCALE = SIZE / 224;

/** The Gabor of Fig. 2 in 32 pixels, stretched to [−1, 1] by its own extremes. */
function stretchedGabor(orientationRad: number, phaseDeg: number): number[] {
  const turn = -orientationRad - Math.PI / 2;
  const sigma = 50 * SCALE;
  const image = Array.from({ length: SIZE * SIZE }, (_, index) => {
    const [x, y] = [(index % SIZE) - SIZE / 2, Math.floor(index / SIZE) - SIZE / 2];
    const along = x * Math.cos(turn) + y * Math.sin(turn);
    const wave = Math.cos(2 * Math.PI * (0.02 / SCALE) * along + (phaseDeg * Math.PI) / 180);
    return Math.exp(-(x * x + y * y) / (2 * sigma * sigma)) * wave;
  });
  const [low, high] = [Math.min(...image), Math.max(...image)];
  return image.map((value) => (2 * (value - low)) / (high - low) - 1);
}

/** What the first layer of the tiny network makes of a grey value: ReLU(2 + mean of the normalised channels). */
function firstLayer(grey: number): number {
  const channels = [(grey - 0.485) / 0.229, (grey - 0.456) / 0.224, (grey - 0.406) / 0.225];
  return Math.max(0, 2 + channels.reduce((sum, value) => sum + value, 0) / 3);
}

/** D of that layer by central differences, summed over the orientations and phases of the analysis. */
function dOfFirstLayer(stepRad: number): number {
  let sum = 0;
  for (let orientation = 0; orientation <= 180; orientation += 7.5) {
    for (const phase of [0, 90, 180, -90]) {
      const angle = (orientation * Math.PI) / 180;
      const below = stretchedGabor(angle - stepRad, phase);
      stretchedGabor(angle + stepRad, phase).forEach((value, pixel) => {
        sum += ((firstLayer(value) - firstLayer(below[pixel] ?? NaN)) / (2 * stepRad)) ** 2;
      });
    }
  }
  return sum;
}

describe('the errata', () => {
  it('have a claim for each reading, and a figure for each erratum', async () => {
    expect(run.error).toBe('');
    const results = JSON.parse(new TextDecoder().decode(await file('results.json'))) as {
      claims: { id: string; verdict: string }[];
    };
    const verdicts = Object.fromEntries(results.claims.map(({ id, verdict }) => [id, verdict]));
    expect(verdicts).toMatchObject({
      'E.1-tiny': 'not supported',
      // One seed has no interval.
      'E.2': 'inconclusive',
      'E.4': 'not supported',
      'E.4-corrected': 'supported',
      'E.5': 'inconclusive',
      'E.6-text': 'supported',
      'E.6-code': 'not supported',
    });
    const figures = run.report.flatMap(({ path }) => /^figures\/errata-(.*)\.svg$/.exec(path)?.[1] ?? []);
    expect(figures.sort()).toEqual(
      [
        'acuity',
        'eq11',
        'label-noise',
        'normalisation',
        'phases',
        'rate',
        'step',
        'step-ratio',
        'tied',
      ].sort(),
    );
  });

  it("find the bias of the authors' step in a layer that can be computed by hand", async () => {
    const arrays = readNpz(await file('figures/errata-step.npz'));
    const [first = NaN] = toNumbers(arrays.get('ratio/tiny')!);
    const expected = dOfFirstLayer(0.01) / dOfFirstLayer(1e-6);
    expect(first).toBeCloseTo(expected, 4);
  });
});
