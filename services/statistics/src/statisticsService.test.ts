import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { float64, readNpz, toNumbers, writeNpz, type NdArray } from '@oblique/arrays';
import type { ArtifactRef } from '@oblique/artifacts';
import { statisticsV1 } from '@oblique/contracts';
import {
  createClient,
  fetchArtifact,
  readDigest,
  ServiceError,
  startService,
  uploadArtifact,
  type Reason,
  type RunningService,
  type ServiceClient,
} from '@oblique/service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statisticsService } from './statisticsService.js';

let folder: string;
let service: RunningService;
let client: ServiceClient<typeof statisticsV1.StatisticsServiceService>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oblique-statistics-'));
  service = await startService(statisticsService, ['--port', '0', '--store', folder, '--log-level', 'fatal']);
  client = createClient(statisticsV1.StatisticsServiceService, service.endpoint);
});

afterAll(async () => {
  client.close();
  await service.close();
  await rm(folder, { recursive: true });
});

const ORIENTATIONS = [0, 22.5, 45, 67.5, 90, 112.5, 135, 157.5];
const PHASES = [-180, -90, 0, 90];

/** D = (1 + depth cos 4θ)² (1 + cos φ / 2): the root's ratio is (1 + depth) / (1 − depth). */
function measured(depths: Record<string, number>): Map<string, NdArray> {
  const d = (depth: number): number[] =>
    ORIENTATIONS.flatMap((theta) =>
      PHASES.map(
        (phi) =>
          (1 + depth * Math.cos((theta * Math.PI) / 45)) ** 2 * (1 + Math.cos((phi * Math.PI) / 180) / 2),
      ),
    );
  return new Map<string, NdArray>([
    ...Object.entries(depths).map(([layer, depth]) => [`D/${layer}`, float64([8, 4], d(depth))] as const),
    ['orientation', float64([8], ORIENTATIONS)],
    ['phase', float64([4], PHASES)],
  ]);
}

async function upload(data: Map<string, NdArray> | Uint8Array): Promise<ArtifactRef> {
  const bytes = data instanceof Uint8Array ? data : writeNpz(data);
  const provenance = { step: 'test', version: '1', parameters: null, inputs: [] };
  return await uploadArtifact(service.endpoint, 'sensitivity.npz', bytes, provenance);
}

type RatioRequest = statisticsV1.CardinalObliqueRatioRequest;

const ratioRequest = (sensitivities: ArtifactRef[], change: Partial<RatioRequest> = {}): RatioRequest => ({
  measurements: sensitivities.map((sensitivity, seed) => ({
    sensitivity,
    network: 'resnet18',
    seed: String(seed),
  })),
  axis: '',
  halfWidthDeg: 0,
  quantity: statisticsV1.Quantity.QUANTITY_UNSPECIFIED,
  resampling: { resamples: 200, confidence: 0, seed: '1' },
  ...change,
});

/** Asserts how a call fails, and that the service answers afterwards. */
async function expectFailure(
  call: Promise<unknown>,
  reason: Reason,
  field: string | undefined,
  message: RegExp,
): Promise<void> {
  const failure = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(failure instanceof ServiceError))
    throw new Error(`Expected a ServiceError, found ${String(failure)}.`);
  expect({ reason: failure.reason, field: failure.fields[0]?.field }).toEqual({ reason, field });
  expect(failure.message).toMatch(message);
  const alive = await client.bootstrap({
    groups: [{ values: [1] }],
    statistic: statisticsV1.Statistic.STATISTIC_MEAN,
    resampling: undefined,
  });
  expect(alive.estimate).toBe(1);
}

describe('NormaliseCurves', () => {
  it('gives the curves as numbers and as an archive that says where it came from', async () => {
    const sensitivity = await upload(measured({ conv1: 0, 'layer3/out': 0.3 }));
    const response = await client.normaliseCurves({ sensitivity, axis: 'orientation' });
    expect(response.axisValues).toEqual(ORIENTATIONS);
    expect(response.layers.map(({ layer }) => layer)).toEqual(['conv1', 'layer3/out']);
    for (const value of response.layers[0]?.normalised ?? []) expect(value).toBeCloseTo(1 / 8, 12);
    expect(response.layers[1]?.rootD[0]).toBeCloseTo(1.3, 12);
    expect(response.layers[1]?.d[2]).toBeCloseTo(0.49, 12);

    expect(response.curves?.kind).toBe('curves.npz');
    const archive = readNpz(
      await fetchArtifact(service.endpoint, readDigest(response.curves?.digest ?? '', 'curves')),
    );
    expect([...archive.keys()]).toEqual([
      'D/conv1',
      'D/layer3/out',
      'rootD/conv1',
      'rootD/layer3/out',
      'normalised/conv1',
      'normalised/layer3/out',
      'orientation',
    ]);
    const rootD = archive.get('rootD/layer3/out');
    expect(rootD && [...toNumbers(rootD)]).toEqual(response.layers[1]?.rootD);
  });
});

describe('CardinalObliqueRatio and DepthTrend', () => {
  it('give ratio, interval and trend', async () => {
    const depths = [
      { conv1: 0, layer2: 0.1, layer3: 0.3 },
      { conv1: 0, layer2: 0.1, layer3: 0.2 },
    ];
    const sensitivities = await Promise.all(depths.map((depth) => upload(measured(depth))));
    const { layers } = await client.cardinalObliqueRatio(ratioRequest(sensitivities));
    const [conv1, , layer3] = layers;
    expect(conv1?.ratio).toBeCloseTo(1, 12);
    expect(layer3?.ratio).toBeCloseTo(Math.sqrt((1.3 / 0.7) * (1.2 / 0.8)), 12);
    expect(layer3?.ratios[0]).toBeCloseTo(1.3 / 0.7, 12);
    expect(layer3?.interval?.low).toBeCloseTo(1.2 / 0.8, 12);
    expect(layer3?.interval?.high).toBeCloseTo(1.3 / 0.7, 12);
    expect(layer3?.interval?.confidence).toBe(0.95);
    expect(layer3?.resampledOver).toBe('seeds, phase');

    const trend = await client.depthTrend({ ratio: ratioRequest(sensitivities) });
    expect(trend.spearman).toBeCloseTo(1, 12);
    expect(trend.interval?.low).toBeCloseTo(1, 12);
    expect(trend.layers).toEqual(layers);
  });

  it('honour the quantity', async () => {
    const sensitivity = await upload(measured({ a: 0.3 }));
    const request = ratioRequest([sensitivity], { quantity: statisticsV1.Quantity.QUANTITY_D });
    expect((await client.cardinalObliqueRatio(request)).layers[0]?.ratio).toBeCloseTo((1.3 / 0.7) ** 2, 12);
  });
});

describe('Bootstrap', () => {
  it('gives the mean or the median', async () => {
    const groups = [{ values: [1, 2, 9] }];
    const resampling = { resamples: 1000, confidence: 0.9, seed: '0' };
    const mean = await client.bootstrap({
      groups,
      statistic: statisticsV1.Statistic.STATISTIC_UNSPECIFIED,
      resampling,
    });
    expect(mean.estimate).toBe(4);
    // All three draws are 1 in 1/27 of the resamples, and no lower; so it is with 9.
    const wide = { ...resampling, confidence: 0.95 };
    const median = await client.bootstrap({
      groups,
      statistic: statisticsV1.Statistic.STATISTIC_MEDIAN,
      resampling: wide,
    });
    expect(median).toEqual({ estimate: 2, interval: { low: 1, high: 9, confidence: 0.95 } });
  });
});

describe('bad requests fail clearly, and the service lives on', () => {
  const ratios = async (change: Partial<RatioRequest>): Promise<unknown> =>
    await client.cardinalObliqueRatio(ratioRequest([await upload(measured({ a: 0.1 }))], change));

  it('an axis that is not there', async () => {
    await expectFailure(
      ratios({ axis: 'hue' }),
      'INVALID_ARGUMENT',
      'axis',
      /no axis "hue" .* its axes are: orientation, phase/,
    );
    const sensitivity = await upload(measured({ a: 0.1 }));
    const call = client.normaliseCurves({ sensitivity, axis: '' });
    await expectFailure(call, 'INVALID_ARGUMENT', 'axis', /no axis ""/);
  });

  it('windows that no angle lies in', async () => {
    const lopsided = await upload(
      new Map<string, NdArray>([
        ['D/a', float64([2], [1, 2])],
        ['orientation', float64([2], [0, 90])],
      ]),
    );
    const request = ratioRequest([lopsided]);
    const message = /The oblique window is empty/;
    await expectFailure(client.cardinalObliqueRatio(request), 'GRID_EMPTY', 'half_width_deg', message);
    await expectFailure(client.depthTrend({ ratio: request }), 'GRID_EMPTY', 'ratio.half_width_deg', message);
  });

  it.each([NaN, -1, 23, Infinity])('a half-width of %d', async (halfWidthDeg) => {
    await expectFailure(ratios({ halfWidthDeg }), 'VALUE_OUT_OF_RANGE', 'half_width_deg', /to 22\.5/);
  });

  it.each([NaN, -0.5, 1, 95])('a confidence of %d', async (confidence) => {
    const call = ratios({ resampling: { resamples: 10, confidence, seed: '0' } });
    await expectFailure(call, 'VALUE_OUT_OF_RANGE', 'resampling.confidence', /between 0 and 1/);
  });

  it('too many resamples, an unknown quantity, no measurements, no ratio', async () => {
    const resampling = { resamples: 4e9, confidence: 0.95, seed: '0' };
    await expectFailure(
      ratios({ resampling }),
      'VALUE_OUT_OF_RANGE',
      'resampling.resamples',
      /from 0 to 1000000/,
    );
    await expectFailure(
      ratios({ quantity: statisticsV1.Quantity.UNRECOGNIZED }),
      'INVALID_ARGUMENT',
      'quantity',
      /quantity = -1 is unknown/,
    );
    await expectFailure(ratios({ measurements: [] }), 'INVALID_ARGUMENT', 'measurements', /at least one/);
    await expectFailure(
      client.depthTrend({ ratio: undefined }),
      'INVALID_ARGUMENT',
      'ratio',
      /ratio is missing/,
    );
  });

  it('measurements that cannot be read, are missing, or are damaged', async () => {
    const ask = (sensitivity: ArtifactRef | undefined): Promise<unknown> =>
      client.cardinalObliqueRatio({
        ...ratioRequest([]),
        measurements: [{ sensitivity, network: '', seed: '0' }],
      });
    const field = 'measurements[0].sensitivity';
    await expectFailure(ask(undefined), 'INVALID_ARGUMENT', field, /is missing/);
    await expectFailure(
      ask(await upload(Buffer.from('no npz'))),
      'INVALID_ARGUMENT',
      field,
      /no readable zip archive/,
    );
    const nan = measured({ a: 0 }).set('D/b', float64([8, 4], new Array<number>(32).fill(NaN)));
    await expectFailure(ask(await upload(nan)), 'INVALID_ARGUMENT', field, /D\/b in .* has the value NaN/);
    const absent = `sha256:${'0'.repeat(64)}` as const;
    await expectFailure(
      ask({ digest: absent, kind: '', sizeBytes: 0 }),
      'ARTIFACT_NOT_FOUND',
      undefined,
      /There is no artifact/,
    );

    const damaged = await upload(measured({ damaged: 0.2 }));
    const hex = damaged.digest.slice('sha256:'.length);
    const path = join(folder, 'artifacts', hex.slice(0, 2), hex);
    const bytes = await readFile(path);
    await writeFile(path, bytes.fill(1, 200, 208));
    await expectFailure(ask(damaged), 'ARTIFACT_CORRUPT', undefined, /is damaged/);
  });

  it('measurements of different layers', async () => {
    const sensitivities = await Promise.all([upload(measured({ a: 0 })), upload(measured({ b: 0 }))]);
    const call = client.cardinalObliqueRatio(ratioRequest(sensitivities));
    await expectFailure(
      call,
      'INVALID_ARGUMENT',
      'measurements',
      /Measurement 1 has the layers b, but measurement 0 has a/,
    );
  });

  it('values that are no numbers, and groups without any', async () => {
    const ask = (groups: number[][], statistic = statisticsV1.Statistic.STATISTIC_MEAN): Promise<unknown> =>
      client.bootstrap({ groups: groups.map((values) => ({ values })), statistic, resampling: undefined });
    await expectFailure(ask([]), 'INVALID_ARGUMENT', 'groups', /no groups/);
    await expectFailure(ask([[1], []]), 'INVALID_ARGUMENT', 'groups[1].values', /is empty/);
    await expectFailure(ask([[1, NaN]]), 'VALUE_OUT_OF_RANGE', 'groups[0].values[1]', /= NaN/);
    await expectFailure(
      ask([[1]], statisticsV1.Statistic.UNRECOGNIZED),
      'INVALID_ARGUMENT',
      'statistic',
      /statistic = -1 is unknown/,
    );
  });

  it('more work than the deadline allows, which is given up', async () => {
    const sensitivity = await upload(measured({ a: 0.1, b: 0.2 }));
    const request = ratioRequest([sensitivity], {
      resampling: { resamples: 1_000_000, confidence: 0.9, seed: '0' },
    });
    const call = client.cardinalObliqueRatio(request, { deadlineMs: 200 });
    await expectFailure(call, 'DEADLINE_EXCEEDED', undefined, /deadline/i);
  });
});
