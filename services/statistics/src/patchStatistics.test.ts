import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { float32, readNpy, toNumbers, writeNpy } from '@oblique/arrays';
import { statisticsV1 } from '@oblique/contracts';
import { readPrincipalComponents } from '@oblique/linear-learning';
import {
  createClient,
  fetchArtifact,
  readDigest,
  ServiceError,
  startService,
  uploadArtifact,
  type RunningService,
  type ServiceClient,
} from '@oblique/service';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { spectrumExponent } from './spectrumExponent.js';
import { statisticsService } from './statisticsService.js';

let folder: string;
let service: RunningService;
let client: ServiceClient<typeof statisticsV1.StatisticsServiceService>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oblique-patches-'));
  service = await startService(statisticsService, ['--port', '0', '--store', folder, '--log-level', 'fatal']);
  client = createClient(statisticsV1.StatisticsServiceService, service.endpoint);
});

afterAll(async () => {
  client.close();
  await service.close();
  await rm(folder, { recursive: true });
});

const scenes: statisticsV1.ExtractPatchesRequest['dataset'] = {
  source: {
    $case: 'scenes',
    value: {
      count: 100,
      seed: '1',
      sizePixels: 32,
      orientation: undefined,
      hue: undefined,
      frequency: undefined,
      orientationBins: 0,
    },
  },
  limit: 0,
};

async function last<Event>(responses: AsyncIterable<{ event?: Event | undefined }>): Promise<Event> {
  let found: Event | undefined;
  for await (const { event } of responses) found = event;
  if (found === undefined) throw new Error('Nothing came.');
  return found;
}

async function fetched(ref: { digest: string } | undefined): Promise<Uint8Array> {
  return await fetchArtifact(service.endpoint, readDigest(ref?.digest ?? '', 'digest'));
}

it('cuts patches and finds their principal components', async () => {
  const request = { dataset: scenes, count: 600, sizePixels: 8, seed: '2' };
  const cut = await last(client.extractPatches(request));
  if (cut.$case !== 'patches') throw new Error('No patches came.');
  const patches = readNpy(await fetched(cut.value));
  expect(patches.shape).toEqual([600, 64]);
  expect(toNumbers(patches).every((value) => value >= 0 && value <= 1)).toBe(true);
  const again = await last(client.extractPatches(request));
  expect(again).toEqual(cut);

  const found = await last(client.principalComponents({ patches: cut.value }));
  if (found.$case !== 'result') throw new Error('No components came.');
  const { components, variance, exponent, exponentInterval } = found.value;
  const pca = readPrincipalComponents(await fetched(components));
  expect([...pca.variance]).toEqual(variance);
  const total = [...pca.secondMoment].reduce((sum, value, index) => sum + (index % 65 === 0 ? value : 0), 0);
  expect(variance.reduce((sum, value) => sum + value, 0)).toBeCloseTo(total, 10);
  expect(exponent).toBeLessThan(0);
  expect(exponentInterval?.low).toBeLessThan(exponent);
});

it('refuses what has no patches', async () => {
  const failure = async (responses: AsyncIterable<unknown>): Promise<ServiceError> => {
    try {
      const iterator = responses[Symbol.asyncIterator]();
      while ((await iterator.next()).done !== true);
    } catch (error) {
      if (error instanceof ServiceError) return error;
    }
    throw new Error('It did not fail as it should.');
  };
  const many = await failure(
    client.extractPatches({ dataset: scenes, count: 101, sizePixels: 32, seed: '0' }),
  );
  expect(many.fields[0]?.field).toBe('dataset');
  const huge = await failure(
    client.extractPatches({ dataset: scenes, count: 1e9, sizePixels: 32, seed: '0' }),
  );
  expect(huge.reason).toBe('VALUE_OUT_OF_RANGE');
  const provenance = { step: 'test', version: '1', parameters: null, inputs: [] };
  const vector = await uploadArtifact(
    service.endpoint,
    'patches.npy',
    writeNpy(float32([3], [1, 2, 3])),
    provenance,
  );
  const flat = await failure(client.principalComponents({ patches: vector }));
  expect(flat.message).toMatch(/float32 \[3\].*\[patches, pixels\]/);
});

it('can be cancelled', async () => {
  const stop = new AbortController();
  const cancelled = async (): Promise<void> => {
    const request = { dataset: scenes, count: 20_000, sizePixels: 8, seed: '3' };
    const responses = client.extractPatches(request, { signal: stop.signal })[Symbol.asyncIterator]();
    await responses.next();
    stop.abort();
    await responses.next();
  };
  await expect(cancelled()).rejects.toThrow();
});

it('finds the exponent of a power law, whatever the first components are', () => {
  const variance = Array.from({ length: 1024 }, (_, index) => (index < 9 ? 50 : 3 * (index + 1) ** -1.16));
  const { exponent, exponentInterval } = spectrumExponent(variance);
  expect(exponent).toBeCloseTo(-1.16, 10);
  expect(exponentInterval.low).toBeLessThanOrEqual(exponent);
  expect(spectrumExponent([1, 0.5]).exponent).toBeNaN();
});
