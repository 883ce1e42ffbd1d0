import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { artifactV1, orchestratorV1, stimulusV1 } from '@oblique/contracts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { uploadArtifact } from './artifactClient.js';
import { createClient } from './createClient.js';
import { fixtureService } from './fixtures/fixtureService.js';
import { ServiceError } from './serviceError.js';
import { startService, type RunningService } from './startService.js';

let folder: string;
const open: (() => Promise<void> | void)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'repeated-'));
});
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
  await rm(folder, { recursive: true, force: true });
});

async function serve(port = 0): Promise<RunningService> {
  const argv = ['--store', folder, '--log-level', 'silent', '--drain-seconds', '0', '--port', String(port)];
  const service = await startService(fixtureService, argv);
  open.push(() => service.close());
  return service;
}

/** A server whose process seems to die with every call that it gets. */
async function dying(): Promise<{
  endpoint: string;
  port: number;
  calls: () => number;
  close(): Promise<void>;
}> {
  let calls = 0;
  const server = http2.createServer();
  server.on('stream', (stream) => {
    calls += 1;
    stream.on('error', () => undefined);
    stream.session?.destroy();
  });
  server.on('sessionError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A TCP server has an address.
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  };
  open.push(close);
  return { endpoint: `127.0.0.1:${port}`, port, calls: () => calls, close };
}

function clientOf<Client extends { close(): void }>(client: Client): Client {
  open.push(() => {
    client.close();
  });
  return client;
}

async function failureOf(promise: Promise<unknown>): Promise<ServiceError> {
  const error: unknown = await promise.then(
    () => new Error('the call did not fail'),
    (reason: unknown) => reason,
  );
  if (error instanceof ServiceError) return error;
  throw error;
}

const compile = (family: string): stimulusV1.CompileStimulusRequest => ({
  stimulus: stimulusV1.StimulusSpec.fromPartial({ family }),
});

describe('a call that was lost', () => {
  test('is sent again twice to a service that dies of it, and then told as what it died of', async () => {
    const server = await dying();
    const client = clientOf(
      createClient(stimulusV1.StimulusServiceService, server.endpoint, { name: 'the stimulus service' }),
    );
    const error = await failureOf(client.listFamilies({}));
    expect(error.reason).toBe('SERVICE_DIED');
    expect(error.message).toMatch(/^The stimulus service died 3 times while it worked on this/);
    expect(server.calls()).toBe(3);
  });

  test('is answered by the service that comes back, on another port too, and the loss is told once', async () => {
    const server = await dying();
    const lost: string[] = [];
    let place = server.endpoint;
    const client = clientOf(
      createClient(stimulusV1.StimulusServiceService, server.endpoint, {
        name: 'stimulus',
        supervised: true,
        locate: () => Promise.resolve(place),
        onLost: (service) => lost.push(service),
      }),
    );
    const listing = client.listFamilies({});
    while (server.calls() === 0) await new Promise((go) => setTimeout(go, 5));
    await server.close();
    await new Promise((go) => setTimeout(go, 500));
    place = (await serve()).endpoint;
    expect((await listing).families).toHaveLength(1);
    expect(lost).toEqual(['stimulus']);
  });

  test('is not sent again where its contract does not allow it, and only once where the time is over', async () => {
    const server = await dying();
    const client = clientOf(createClient(orchestratorV1.OrchestratorServiceService, server.endpoint));
    const late = await failureOf(client.listRuns({}, { deadlineMs: 50 }));
    expect(late.reason).toBe('DEADLINE_EXCEEDED');
    const calls = server.calls();
    async function* unrepeatable(): AsyncGenerator<artifactV1.PutArtifactRequest, void> {
      yield artifactV1.PutArtifactRequest.fromPartial({});
    }
    const artifacts = clientOf(createClient(artifactV1.ArtifactServiceService, server.endpoint));
    expect((await failureOf(artifacts.putArtifact(unrepeatable()))).reason).toBe('UNAVAILABLE');
    expect(server.calls()).toBe(calls + 1);
  });

  test('uploads bytes again from their beginning', async () => {
    const server = await dying();
    const client = clientOf(
      createClient(artifactV1.ArtifactServiceService, server.endpoint, { supervised: true }),
    );
    const made = { step: 'test', version: '1', parameters: null, inputs: [] };
    const uploading = uploadArtifact(client, 'bytes', new Uint8Array(3_000_000).fill(7), made);
    while (server.calls() === 0) await new Promise((go) => setTimeout(go, 5));
    await server.close();
    await serve(server.port);
    expect((await uploading).sizeBytes).toBe(3_000_000);
  });
});

test('the time that a caller allows by its signal is a deadline, never an internal error', async () => {
  const { endpoint } = await serve();
  const client = clientOf(createClient(stimulusV1.StimulusServiceService, endpoint));
  const over = AbortSignal.timeout(50);
  const error = await failureOf(client.compileStimulus(compile('wait'), { signal: over }));
  expect(error.reason).toBe('DEADLINE_EXCEEDED');
  const again = await failureOf(client.compileStimulus(compile('wait'), { signal: over }));
  expect(again.reason).toBe('DEADLINE_EXCEEDED');
  expect(ServiceError.from(new DOMException('late', 'TimeoutError')).reason).toBe('DEADLINE_EXCEEDED');
});
