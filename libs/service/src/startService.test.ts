import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import http2 from 'node:http2';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client, credentials, status as GrpcStatus } from '@grpc/grpc-js';
import { orchestratorV1, stimulusV1 } from '@oblique/contracts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { WINDOW_BYTES } from './channelOptions.js';
import { checkHealth } from './checkHealth.js';
import { createClient, type ServiceClient } from './createClient.js';
import { fixtureService, inside } from './fixtures/fixtureService.js';
import { reflect } from './fixtures/reflect.js';
import { ServiceError } from './serviceError.js';
import { PortInUseError, startService, type RunningService } from './startService.js';

let folder: string;
let service: RunningService;
let stimulus: ServiceClient<typeof stimulusV1.StimulusServiceService>;
let orchestrator: ServiceClient<typeof orchestratorV1.OrchestratorServiceService>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oblique-service-'));
  const argv = ['--store', folder, '--log-level', 'silent', '--drain-seconds', '0'];
  service = await startService(fixtureService, argv);
  stimulus = createClient(stimulusV1.StimulusServiceService, service.endpoint);
  orchestrator = createClient(orchestratorV1.OrchestratorServiceService, service.endpoint);
});

afterEach(async () => {
  stimulus.close();
  orchestrator.close();
  await service.close();
  await rm(folder, { recursive: true });
});

/** A message as gRPC frames it: not compressed, its length, its bytes. */
function frame(message: Buffer): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt32BE(message.length, 1);
  return Buffer.concat([header, message]);
}

const compile = (family: string): stimulusV1.CompileStimulusRequest => ({
  stimulus: stimulusV1.StimulusSpec.fromPartial({ family }),
});

async function failureOf(promise: Promise<unknown>): Promise<ServiceError> {
  const error: unknown = await promise.then(
    () => new Error('the call did not fail'),
    (reason: unknown) => reason,
  );
  if (error instanceof ServiceError) return error;
  throw error;
}

async function abortOf(): Promise<ServiceError> {
  const [reason]: unknown[] = await once(inside, 'aborted');
  return ServiceError.from(reason);
}

describe('errors', () => {
  test('a ServiceError comes back as it was thrown, with google.rpc details', async () => {
    const error = await failureOf(stimulus.compileStimulus(compile('details')));
    expect(error).toMatchObject({
      reason: 'VALUE_OUT_OF_RANGE',
      message: 'sigma is -1; it must be above 0.',
      status: GrpcStatus.INVALID_ARGUMENT,
      fields: [{ field: 'stimulus.parameters.sigma', description: 'sigma is -1; it must be above 0.' }],
      metadata: { parameter: 'sigma' },
      retryAfterMs: 1500,
    });
  });

  test('a fault in a handler is INTERNAL with an id, and the service goes on', async () => {
    const error = await failureOf(stimulus.compileStimulus(compile('fault')));
    expect(error.reason).toBe('INTERNAL');
    expect(error.metadata['errorId']).toMatch(/^[0-9a-f]{8}$/);
    expect(error.message).toContain(error.metadata['errorId']);
    expect((await stimulus.listFamilies({})).families).toHaveLength(1);
  });

  test('errors of libraries are mapped by their class', async () => {
    expect(await failureOf(stimulus.compileStimulus(compile('library error')))).toMatchObject({
      reason: 'UNKNOWN_LAYER',
      message: 'no layer conv9',
    });
  });

  test('a message that HTTP/2 could not carry is cut and made well-formed', async () => {
    const error = await failureOf(stimulus.compileStimulus(compile('half a surrogate pair')));
    expect(error.reason).toBe('UNKNOWN_FAMILY');
    expect(error.message).toMatch(/^no family "\ufffd" but 100 % "ü" x+…$/);
  });

  test('an error in the middle of a stream comes after the responses before it', async () => {
    const seen: string[] = [];
    const error = await failureOf(
      (async () => {
        for await (const { run } of orchestrator.watchRun({ runId: 'fail after 3' }))
          seen.push(run?.id ?? '');
      })(),
    );
    expect(seen).toEqual(['0', '1', '2']);
    expect(error).toMatchObject({ reason: 'UNKNOWN_RUN', message: 'no run after 3' });
  });

  test('nobody at the endpoint is UNAVAILABLE and names it', async () => {
    const nobody = createClient(stimulusV1.StimulusServiceService, '127.0.0.1:1');
    // compileStimulus would do, too; a deadline keeps the retries short.
    const error = await failureOf(nobody.listFamilies({}, { deadlineMs: 20_000 }));
    nobody.close();
    expect(error.reason).toBe('UNAVAILABLE');
    expect(error.message).toContain('127.0.0.1:1');
  });

  test('bytes that are no message fail their call and nothing else', async () => {
    const client = new Client(service.endpoint, credentials.createInsecure());
    const { path } = stimulusV1.StimulusServiceService.compileStimulus;
    const code = await new Promise((resolve) => {
      client.makeUnaryRequest(
        path,
        (bytes: Buffer) => bytes,
        (bytes: Buffer) => bytes,
        Buffer.from([0x0a, 0xff, 0xff]),
        (error) => {
          resolve(error?.code);
        },
      );
    });
    client.close();
    expect(code).toBe(GrpcStatus.INVALID_ARGUMENT);
    expect((await stimulus.listFamilies({})).families).toHaveLength(1);
  });
});

describe('the signal of a call', () => {
  test('fires when the client cancels', async () => {
    const controller = new AbortController();
    inside.once('waiting', () => {
      controller.abort();
    });
    const [reason, error] = await Promise.all([
      abortOf(),
      failureOf(stimulus.compileStimulus(compile('wait'), { signal: controller.signal })),
    ]);
    expect([reason.reason, error.reason]).toEqual(['CANCELLED', 'CANCELLED']);
  });

  test('fires when the deadline passes', async () => {
    const [reason, error] = await Promise.all([
      abortOf(),
      failureOf(stimulus.compileStimulus(compile('wait'), { deadlineMs: 300 })),
    ]);
    expect(error.reason).toBe('DEADLINE_EXCEEDED');
    expect(['DEADLINE_EXCEEDED', 'CANCELLED']).toContain(reason.reason);
  });

  test('fires with DEADLINE_EXCEEDED when the client that set the deadline does not watch it', async () => {
    const session = http2.connect(`http://${service.endpoint}`);
    const { path, requestSerialize } = stimulusV1.StimulusServiceService.compileStimulus;
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      'grpc-timeout': '200m',
    });
    stream.end(frame(requestSerialize(compile('wait'))));
    const response: Promise<[http2.IncomingHttpHeaders]> = new Promise((resolve) => {
      stream.once('response', (received) => {
        resolve([received]);
      });
    });
    const [reason, [headers]] = await Promise.all([abortOf(), response]);
    stream.resume();
    await new Promise<void>((resolve) => {
      session.close(resolve);
    });
    expect(reason.reason).toBe('DEADLINE_EXCEEDED');
    expect(headers['grpc-status']).toBe(String(GrpcStatus.DEADLINE_EXCEEDED));
  });

  test('fires when the client vanishes', async () => {
    const [host = '', port = ''] = service.endpoint.split(':');
    const socket = connect(Number(port), host);
    const session = http2.connect(`http://${service.endpoint}`, { createConnection: () => socket });
    session.on('error', () => undefined);
    const { path, requestSerialize } = stimulusV1.StimulusServiceService.compileStimulus;
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    stream.on('error', () => undefined);
    stream.end(frame(requestSerialize(compile('wait'))));
    inside.once('waiting', () => socket.resetAndDestroy());
    expect((await abortOf()).reason).toBe('CANCELLED');
  });

  test('a client that leaves a stream ends its generator', async () => {
    const returned = once(inside, 'returned');
    for await (const { run } of orchestrator.watchRun({ runId: 'endless' })) {
      if (run?.id === '100') break;
    }
    await returned;
  });

  test('a stream makes no more than its client takes', async () => {
    let made = 0;
    const count = (): void => void (made += 1);
    inside.on('made', count);
    const returned = once(inside, 'returned');
    const responses = orchestrator.watchRun({ runId: 'endless' })[Symbol.asyncIterator]();
    await responses.next();
    // Long enough for a generator that nobody holds back to make thousands.
    for (let index = 0; index < 60; index += 1) await stimulus.listFamilies({});
    const madeUnread = made;
    await responses.return?.();
    await returned;
    inside.off('made', count);
    // 10 kB each: what the windows of HTTP/2 and the buffers of both ends hold.
    expect(madeUnread).toBeGreaterThan(0);
    expect(madeUnread).toBeLessThan(500 + WINDOW_BYTES / 10_000);
  });
});

test('both ends let the other send a window ahead, a stream and a connection', async () => {
  const session = http2.connect(`http://${service.endpoint}`);
  const [settings] = (await once(session, 'remoteSettings')) as [http2.Settings];
  // The connection's window is told after the settings.
  await new Promise((resolve) => session.ping(() => resolve(undefined)));
  expect(settings.initialWindowSize).toBe(WINDOW_BYTES);
  expect(session.state.remoteWindowSize).toBe(WINDOW_BYTES);
  session.destroy();

  const sessions: http2.ServerHttp2Session[] = [];
  const server = http2.createServer().on('session', (client) => sessions.push(client));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const client = createClient(stimulusV1.StimulusServiceService, `127.0.0.1:${port}`);
  const stream = once(server, 'stream');
  const call = client.listFamilies({}).catch(() => undefined);
  await stream;
  expect(sessions[0]?.remoteSettings.initialWindowSize).toBe(WINDOW_BYTES);
  expect(sessions[0]?.state.remoteWindowSize).toBe(WINDOW_BYTES);
  client.close();
  sessions[0]?.destroy();
  server.close();
  await call;
});

describe('limits', () => {
  test('a request beyond 64 MiB is MESSAGE_TOO_LARGE', async () => {
    const error = await failureOf(stimulus.compileStimulus(compile('x'.repeat(64 * 1024 * 1024))));
    expect(error.reason).toBe('MESSAGE_TOO_LARGE');
    expect(error.message).toMatch(/64 MiB|67108864/);
    expect((await stimulus.listFamilies({})).families).toHaveLength(1);
  });

  test('so is a response', async () => {
    const argv = [
      '--store',
      folder,
      '--log-level',
      'silent',
      '--families',
      '1000',
      '--stimulus-endpoint',
      'x'.repeat(70_000),
    ];
    const large = await startService(fixtureService, argv);
    const client = createClient(stimulusV1.StimulusServiceService, large.endpoint);
    const error = await failureOf(client.listFamilies({}));
    client.close();
    await large.close();
    expect(error.reason).toBe('MESSAGE_TOO_LARGE');
  });
});

test('health is SERVING for the service and each of its gRPC services', async () => {
  for (const name of ['', 'oblique.stimulus.v1.StimulusService', 'oblique.artifact.v1.ArtifactService']) {
    expect(await checkHealth(service.endpoint, name)).toBe('SERVING');
  }
});

test('reflection lists the services and gives their files', async () => {
  const answers = await reflect(service.endpoint, 'oblique.stimulus.v1.StimulusService');
  expect(answers).toEqual({
    services: [
      'grpc.health.v1.Health',
      'oblique.artifact.v1.ArtifactService',
      'oblique.orchestrator.v1.OrchestratorService',
      'oblique.revision.v1.RevisionService',
      'oblique.stimulus.v1.StimulusService',
    ],
    files: expect.arrayContaining([
      'oblique/stimulus/v1/stimulus.proto',
      'oblique/artifact/v1/artifact.proto',
    ]),
  });
});

test('a port in use is a clear error', async () => {
  const [, port = ''] = service.endpoint.split(':');
  const second = startService(fixtureService, ['--store', folder, '--log-level', 'silent', '--port', port]);
  await expect(second).rejects.toThrow(PortInUseError);
  await expect(second).rejects.toThrow(new RegExp(`Port ${port} of 127.0.0.1 is in use`));
});

test('closing cancels what does not end by itself, and closes in reverse order', async () => {
  const closed: string[] = [];
  inside.on('closed', (name: string) => closed.push(name));
  const call = failureOf(stimulus.compileStimulus(compile('wait')));
  await once(inside, 'waiting');
  await service.close();
  inside.removeAllListeners('closed');
  expect((await call).reason).toBe('UNAVAILABLE');
  expect(closed).toEqual(['second', 'first']);
});

test('closing waits for a handler whose client has gone', async () => {
  const closed: string[] = [];
  inside.on('closed', (name: string) => closed.push(name));
  const gone = new AbortController();
  const call = failureOf(stimulus.compileStimulus(compile('write on'), { signal: gone.signal }));
  await once(inside, 'waiting');
  gone.abort();
  expect((await call).reason).toBe('CANCELLED');
  await service.close();
  inside.removeAllListeners('closed');
  expect(closed).toEqual(['handler', 'second', 'first']);
});
