import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { orchestratorV1 } from '@oblique/contracts';
import {
  createClient,
  ServiceError,
  startService,
  type RunningService,
  type ServiceClient,
} from '@oblique/service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orchestratorService } from './orchestratorService.js';

// What needs the other services is tested with all of them, in e2e.
let folder: string;
let service: RunningService;
let client: ServiceClient<typeof orchestratorV1.OrchestratorServiceService>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orchestrator-'));
  const flags = [
    '--port',
    '0',
    '--store',
    folder,
    '--log-level',
    'silent',
    '--serving-endpoint',
    '127.0.0.1:1',
  ];
  service = await startService(orchestratorService, flags);
  client = createClient(orchestratorV1.OrchestratorServiceService, service.endpoint);
});
afterAll(async () => {
  client.close();
  await service.close();
  await rm(folder, { recursive: true, force: true });
});

it('lists analyses with every parameter, its description and its default', async () => {
  const { analyses } = await client.listAnalyses({});
  const orientation = analyses.find(({ name }) => name === 'orientation');
  const seeds = orientation?.parameters.find(({ name }) => name === 'seeds');
  expect(JSON.parse(seeds?.defaultJson ?? '')).toEqual([0, 1, 2]);
  expect(seeds?.description).not.toBe('');
});

describe('a run is not started', () => {
  it('of an analysis that there is not', async () => {
    await expect(
      client.startRun({ analysis: 'orientatoin', parameters: {}, requestId: '' }),
    ).rejects.toMatchObject({
      reason: 'UNKNOWN_ANALYSIS',
      message: expect.stringMatching(/"orientatoin".*orientation/),
    });
  });

  it('with parameters that are wrong, each of which is named', async () => {
    const parameters = { seeds: [0.5], protocol: 'words', netwroks: ['a'] };
    const error: unknown = await client
      .startRun({ analysis: 'orientation', parameters, requestId: '' })
      .catch((caught: unknown) => caught);
    const known = ServiceError.from(error);
    expect(known.reason).toBe('INVALID_ARGUMENT');
    expect(known.fields.map(({ field }) => field).sort()).toEqual([
      'parameters.netwroks',
      'parameters.protocol',
      'parameters.seeds[0]',
    ]);
  });

  it('with a number that JSON does not have', async () => {
    await expect(
      client.startRun({ analysis: 'orientation', parameters: { sigma: NaN }, requestId: '' }),
    ).rejects.toMatchObject({
      reason: 'VALUE_OUT_OF_RANGE',
    });
  });

  it('while the serving service does not answer', async () => {
    await expect(
      client.startRun({ analysis: 'orientation', parameters: {}, requestId: '' }),
    ).rejects.toMatchObject({
      reason: 'UNAVAILABLE',
      message: expect.stringContaining('127.0.0.1:1'),
    });
    expect((await client.listRuns({})).runs).toEqual([]);
  });
});

it('knows no run that was never started', async () => {
  const runId = '20260131-235958-0123abcd';
  const unknown = { reason: 'UNKNOWN_RUN' };
  await expect(client.getRun({ runId })).rejects.toMatchObject(unknown);
  await expect(client.cancelRun({ runId })).rejects.toMatchObject(unknown);
  await expect(client.resumeRun({ runId })).rejects.toMatchObject(unknown);
  await expect(client.watchRun({ runId })[Symbol.asyncIterator]().next()).rejects.toMatchObject(unknown);
});
