import { readNpz, toNumbers } from '@oblique/arrays';
import { inferenceV2, servingV1, stimulusV1 } from '@oblique/contracts';
import { Runtime } from '@oblique/runtime';
import {
  checkHealth,
  createClient,
  fetchArtifact,
  readDigest,
  ServiceError,
  startService,
  type RunningService,
  type ServiceClient,
} from '@oblique/service';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { servingService } from './servingService.js';
import { LINEAR_WEIGHTS, linearNetwork, networkWithout, slowNetwork } from './testing/smallNetworks.js';

type Serving = ServiceClient<typeof servingV1.ServingServiceService>;

const SIZE = 32;

let folder: string;
let service: RunningService;
let client: Serving;
/** The runtime inside the service, to see whether work goes on in it. */
let runtime: Runtime;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oblique-serving-'));
  const start = vi.spyOn(Runtime, 'start');
  service = await startServing(join(folder, 'store'));
  const [started] = start.mock.results;
  if (started?.type !== 'return') throw new Error('The service started no runtime.');
  runtime = await started.value;
  start.mockRestore();
  client = createClient(servingV1.ServingServiceService, service.endpoint);
  await add(client, linearNetwork(), { name: 'linear' });
  await add(client, slowNetwork(), { name: 'slow' });
});

afterAll(async () => {
  client.close();
  await service.close();
  await rm(folder, { recursive: true });
});

async function startServing(store: string, ...more: string[]): Promise<RunningService> {
  const fixed = ['--port', '0', '--store', store, '--log-level', 'fatal', '--workers', '2'];
  return startService(servingService, [...fixed, ...more]);
}

async function add(
  to: Serving,
  bytes: Uint8Array,
  header: Partial<servingV1.AddModelRequest_Header> = {},
): Promise<servingV1.Model> {
  const value: servingV1.AddModelRequest_Header = {
    name: '',
    replace: false,
    preprocessing: undefined,
    source: { $case: 'upload', value: { fileName: 'net.onnx' } },
    ...header,
  };
  const half = Math.floor(bytes.byteLength / 2);
  const chunks = [bytes.subarray(0, half), bytes.subarray(half)].map((chunk) => Buffer.from(chunk));
  const { model } = await to.addModel([
    { part: { $case: 'header', value } },
    ...chunks.map((chunk) => ({ part: { $case: 'chunk' as const, value: chunk } })),
  ]);
  if (model === undefined) throw new Error('No model was told of.');
  return model;
}

const request = (
  change: Partial<servingV1.MeasureSensitivityRequest> = {},
  stimulus: Partial<stimulusV1.StimulusSpec> = {},
): servingV1.MeasureSensitivityRequest => ({
  model: 'linear',
  stimulus: {
    family: 'gabor',
    widthPixels: SIZE,
    heightPixels: SIZE,
    stretch: stimulusV1.Stretch.STRETCH_UNSPECIFIED,
    input: stimulusV1.InputEncoding.INPUT_ENCODING_UNSPECIFIED,
    parameters: { frequency: 0.08, sigma: 7 },
    ...stimulus,
  },
  variable: 'orientation',
  grid: [],
  layers: [],
  batchSize: 0,
  precision: servingV1.Precision.PRECISION_UNSPECIFIED,
  centralDifference: undefined,
  ...change,
});

async function measure(
  asked: servingV1.MeasureSensitivityRequest,
  from: Serving = client,
  signal?: AbortSignal,
): Promise<servingV1.SensitivityResult> {
  let result: servingV1.SensitivityResult | undefined;
  for await (const { event } of from.measureSensitivity(asked, signal === undefined ? {} : { signal }))
    if (event?.$case === 'result') result = event.value;
  if (result === undefined) throw new Error('The measurement ended without a result.');
  return result;
}

async function failureOf(call: Promise<unknown>): Promise<ServiceError> {
  const outcome = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof ServiceError) return outcome;
  throw new Error(`The call should have failed with a ServiceError, not ${String(outcome)}.`);
}

/** D of the grey Gabor itself: Σ (∂I/∂θ)², of its formula in float64. */
function imageD(orientationDegrees: number, phaseDegrees: number, frequency = 0.08, sigma = 7): number {
  const o = (-(orientationDegrees + 90) * Math.PI) / 180;
  let sum = 0;
  for (let row = 0; row < SIZE; row++) {
    for (let column = 0; column < SIZE; column++) {
      const [x, y] = [column - SIZE / 2, row - SIZE / 2];
      const argument =
        2 * Math.PI * frequency * (x * Math.cos(o) + y * Math.sin(o)) + (phaseDegrees * Math.PI) / 180;
      const slope = 2 * Math.PI * frequency * (x * Math.sin(o) - y * Math.cos(o));
      sum += (Math.exp(-(x * x + y * y) / (2 * sigma * sigma)) * Math.sin(argument) * slope) ** 2;
    }
  }
  return sum;
}

/** Waits until the runtime has nothing to do; the test's own time limit bounds it. */
async function idle(): Promise<void> {
  while (runtime.usage.running + runtime.usage.queued > 0) await new Promise((go) => setTimeout(go, 20));
}

/** Hours of work, so that nothing but an abort ends it within a test. */
const LONG = request(
  {
    model: 'slow',
    grid: [
      { parameter: 'orientation', values: Array.from({ length: 500 }, (_, index) => index / 3) },
      { parameter: 'phase', values: Array.from({ length: 500 }, (_, index) => index / 3) },
    ],
  },
  { widthPixels: 96, heightPixels: 96 },
);

describe('models', () => {
  it('are added, listed, described and removed', async () => {
    const preprocessing = { channelOrder: 'BGR', scale: 255, mean: [1, 2, 3], std: [1, 2, 4] };
    const added = await add(client, linearNetwork(), { name: 'annotated', preprocessing });
    expect(added).toMatchObject({
      name: 'annotated',
      preprocessing,
      inputs: [{ name: 'image', datatype: 'FP32', shape: [-1, 3, -1, -1] }],
      outputs: [{ name: 'filtered', datatype: 'FP32' }],
      parameterCount: 6,
      operators: { Conv: 1 },
      unsupportedOperators: [],
      layers: [{ name: 'filtered', tensor: 'filtered', operator: 'Conv' }],
    });
    const { models } = await client.listModels({});
    expect(models.map(({ name }) => name)).toEqual(['annotated', 'linear', 'slow']);
    const { model, tensors } = await client.describeModel({ model: 'annotated', allTensors: true });
    expect(model).toEqual(added);
    expect(tensors).toEqual([{ name: 'filtered', tensor: 'filtered', operator: 'Conv' }]);
    const digest = added.artifact?.digest ?? '';
    await client.removeModel({ name: 'annotated' });
    expect((await failureOf(client.describeModel({ model: 'annotated', allTensors: false }))).reason).toBe(
      'UNKNOWN_MODEL',
    );
    expect((await client.describeModel({ model: digest, allTensors: false })).model?.name).toBe('');
  });

  it('keep the bytes that were uploaded', async () => {
    const bytes = linearNetwork(SIZE);
    const { artifact } = await add(client, bytes);
    expect(artifact?.digest).toBe(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
  });

  it('do not lose their name to another unless asked to', async () => {
    await add(client, linearNetwork(), { name: 'taken' });
    await add(client, linearNetwork(), { name: 'taken' });
    const refused = await failureOf(add(client, linearNetwork(SIZE), { name: 'taken' }));
    expect(refused).toMatchObject({ reason: 'MODEL_EXISTS', fields: [{ field: 'header.name' }] });
    const replaced = await add(client, linearNetwork(SIZE), { name: 'taken', replace: true });
    const { model } = await client.describeModel({ model: 'taken', allTensors: false });
    expect(model?.artifact).toEqual(replaced.artifact);
    await client.removeModel({ name: 'taken' });
  });

  it.each([
    ['cut short', linearNetwork().subarray(0, 150)],
    ['of random bytes', new Uint8Array(randomBytes(10_000))],
    ['empty', new Uint8Array()],
    ['text', new TextEncoder().encode('This is not a network.')],
  ])('%s are refused, and the service lives on', async (_, bytes) => {
    const refused = await failureOf(add(client, bytes, { name: 'broken' }));
    expect(refused.reason).toBe('MALFORMED_MODEL');
    expect((await client.listModels({})).models.map(({ name }) => name)).toEqual(['linear', 'slow']);
  });

  it('damaged anywhere are taken or refused, and never a fault of the service', async () => {
    const whole = slowNetwork();
    const faults: string[] = [];
    // The structure lies in front of the first weights and behind the last.
    const places = [
      ...Array(200).keys(),
      ...Array.from({ length: 200 }, (_, index) => whole.length - 1 - index),
    ];
    for (const [round, place] of places.filter((_, index) => index % 4 === 0).entries()) {
      const bytes = Uint8Array.from(whole);
      bytes[place] = (bytes[place] ?? 0) ^ (1 << (round % 8));
      const reason = await add(client, bytes).then(
        () => 'taken',
        (error: unknown) => ServiceError.from(error).reason,
      );
      if (!['taken', 'MALFORMED_MODEL', 'INVALID_ARGUMENT'].includes(reason))
        faults.push(`${place}: ${reason}`);
    }
    expect(faults).toEqual([]);
    expect(await add(client, linearNetwork())).toMatchObject({ parameterCount: 6 });
  });

  it('that the executor cannot run are refused with what it says', async () => {
    const refused = await failureOf(add(client, networkWithout('NoSuchOperator', ''), { name: 'broken' }));
    expect(refused.reason).toBe('MALFORMED_MODEL');
    expect(refused.message).toMatch(/NoSuchOperator/);
  });

  it('larger than the service takes are refused', async () => {
    const small = await startServing(join(folder, 'small'), '--max-model-bytes', '100');
    const other = createClient(servingV1.ServingServiceService, small.endpoint);
    try {
      const refused = await failureOf(add(other, linearNetwork()));
      expect(refused.message).toMatch(/100 bytes/);
      expect((await other.listModels({})).models).toEqual([]);
    } finally {
      other.close();
      await small.close();
    }
  });

  it('are not named with what cannot be a name', async () => {
    for (const name of ['a b', '../x', 'sha256:abc', 'x'.repeat(201)]) {
      const refused = await failureOf(add(client, linearNetwork(), { name }));
      expect(refused).toMatchObject({ reason: 'INVALID_ARGUMENT', fields: [{ field: 'header.name' }] });
    }
  });

  it('are not unknown architectures', async () => {
    const value = { architecture: 'resnet19', seed: '0', inputSizePixels: 0, classes: 0 };
    const refused = await failureOf(
      add(client, new Uint8Array(), { source: { $case: 'architecture', value } }),
    );
    expect(refused.reason).toBe('INVALID_ARGUMENT');
    expect(refused.message).toMatch(/resnet18/);
  });
});

describe('MeasureSensitivity', () => {
  it('of a linear network is that of the image by the square of the gains', async () => {
    const grid = [
      { parameter: 'orientation', values: [0, 30, 75, 135] },
      { parameter: 'phase', values: [-90, 20] },
    ];
    const result = await measure(request({ grid }));
    const gain = LINEAR_WEIGHTS.map((row) => row.reduce((sum, weight) => sum + weight, 0) ** 2).reduce(
      (sum, square) => sum + square,
      0,
    );
    const expected = [0, 30, 75, 135].flatMap((o) => [-90, 20].map((phase) => gain * imageD(o, phase)));
    const [filtered] = result.values;
    expect(filtered?.layer).toBe('filtered');
    filtered?.d.forEach((d, index) => {
      expect(Math.abs(d / (expected[index] ?? NaN) - 1)).toBeLessThan(1e-5);
    });
    expect(result).toMatchObject({ pointCount: 8, computedCount: 8, device: 'cpu', cached: false, grid });
    expect(result.executor).toMatch(/^onnxruntime \d/);

    const bytes = await fetchArtifact(service.endpoint, readDigest(result.artifact?.digest ?? '', 'digest'));
    const arrays = readNpz(bytes);
    expect([...arrays].map(([name, { shape, dtype }]) => [name, dtype, shape])).toEqual([
      ['D/filtered', 'float64', [4, 2]],
      ['orientation', 'float64', [4]],
      ['phase', 'float64', [2]],
    ]);
    expect([...toNumbers(arrays.get('D/filtered')!)]).toEqual(filtered?.d);
  });

  it('takes central differences where asked for, and keeps them apart from the exact derivative', async () => {
    const grid = [{ parameter: 'phase', values: [15, 80] }];
    const asked = request({ variable: 'phase', grid });
    const exact = await measure(asked);
    const step = 0.3;
    const central = await measure({ ...asked, centralDifference: { step } });
    expect([exact.cached, central.cached]).toEqual([false, false]);
    // cos(a + h) − cos(a − h) = −2 sin(a) sin(h)
    central.values[0]?.d.forEach((d, index) => {
      expect(d / ((exact.values[0]?.d[index] ?? NaN) * (Math.sin(step) / step) ** 2)).toBeCloseTo(1, 5);
    });
    expect((await measure({ ...asked, centralDifference: { step } })).cached).toBe(true);
  });

  it('computes identical stimuli once', async () => {
    const grid = [
      { parameter: 'orientation', values: [10, 190, -170] },
      { parameter: 'phase', values: [40, -40, -320] },
    ];
    const result = await measure(request({ grid }));
    expect(result).toMatchObject({ pointCount: 9, computedCount: 2 });
    const d = result.values[0]?.d ?? [];
    expect(d[0]).toBe(d[2]);
    expect(d[4]).toBe(d[0]);
    expect(d[1]).toBe(d[3]);
  });

  it('answers from the store what was measured before, values included', async () => {
    const asked = request({ grid: [{ parameter: 'orientation', values: [3, 4, 5] }] });
    const first = await measure(asked);
    const again = await measure(asked);
    expect([first.cached, again.cached]).toEqual([false, true]);
    expect({ ...again, cached: false, seconds: first.seconds }).toEqual(first);
  });

  it('tells how far it is, to the end', async () => {
    const done: number[] = [];
    const asked = request({
      grid: [{ parameter: 'orientation', values: [11, 12, 13, 14] }],
      batchSize: 1,
    });
    for await (const { event } of client.measureSensitivity(asked)) {
      if (event?.$case !== 'progress') continue;
      expect(event.value).toMatchObject({ stage: 'measuring linear', unit: 'stimuli', total: 4 });
      done.push(event.value.done);
    }
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(done.at(-1)).toBe(4);
  });

  it.each<
    [
      what: string,
      reason: string,
      field: string,
      change: Partial<servingV1.MeasureSensitivityRequest>,
      stimulus?: Partial<stimulusV1.StimulusSpec>,
    ]
  >([
    ['model', 'UNKNOWN_MODEL', 'model', { model: 'nothing' }],
    ['layer', 'UNKNOWN_LAYER', '', { layers: ['filterd'] }],
    ['variable', 'UNKNOWN_VARIABLE', 'variable', { variable: 'orientatoin' }],
    ['family', 'UNKNOWN_FAMILY', 'stimulus.family', {}, { family: 'plaid' }],
    ['parameter', 'UNKNOWN_PARAMETER', 'stimulus.parameters.size', {}, { parameters: { size: 3 } }],
    ['NaN', 'VALUE_OUT_OF_RANGE', 'stimulus.parameters.sigma', {}, { parameters: { sigma: NaN } }],
    ['value', 'VALUE_OUT_OF_RANGE', 'stimulus.parameters.sigma', {}, { parameters: { sigma: -1 } }],
    [
      'NaN in the grid',
      'VALUE_OUT_OF_RANGE',
      'grid.phase',
      { grid: [{ parameter: 'phase', values: [NaN] }] },
    ],
    ['empty axis', 'GRID_EMPTY', 'grid.phase', { grid: [{ parameter: 'phase', values: [] }] }],
    [
      'enormous grid',
      'GRID_TOO_LARGE',
      'grid',
      {
        grid: ['orientation', 'phase', 'contrast'].map((parameter) => ({
          parameter,
          values: Array.from({ length: 1000 }, (_, index) => index / 1000),
        })),
      },
    ],
    ['step', 'VALUE_OUT_OF_RANGE', 'central_difference.step', { centralDifference: { step: 0 } }],
    ['preprocessing', 'INVALID_ARGUMENT', '', {}, { input: stimulusV1.InputEncoding.INPUT_ENCODING_MODEL }],
  ])('refuses a wrong %s as %s', async (_, reason, field, change, stimulus) => {
    const refused = await failureOf(measure(request(change, stimulus)));
    expect(refused.reason).toBe(reason);
    if (field !== '') expect(refused.fields.map((each) => each.field).join()).toContain(field);
    expect(refused.message.length).toBeGreaterThan(20);
  });

  it('refuses images of a size that the network does not take', async () => {
    const { artifact } = await add(client, linearNetwork(SIZE));
    const refused = await failureOf(
      measure(request({ model: artifact?.digest ?? '' }, { widthPixels: 48, heightPixels: 48 })),
    );
    expect(refused.reason).toBe('INVALID_ARGUMENT');
    expect(refused.message).toMatch(/32 × 32 .*not 48 × 48/);
  });

  it.each([
    ['RandomNormalLike', '', 'ai.onnx'],
    ['QuickGelu', 'com.microsoft', 'com.microsoft'],
  ])('says that %s has no derivative, where it is and what has one', async (op, domain, shown) => {
    const model = await add(client, networkWithout(op, domain));
    expect(model.unsupportedOperators).toEqual([domain === '' ? op : `${domain}.${op}`]);
    const refused = await failureOf(
      measure(request({ model: model.artifact?.digest ?? '', layers: ['answer'] })),
    );
    expect(refused.reason).toBe('UNSUPPORTED_OPERATOR');
    expect(refused.message).toContain(`${op} (node the_foreign_node, domain ${shown})`);
    expect(refused.message).toMatch(/Supported.* Conv, .* Relu/);
  });

  describe('of a large network', () => {
    const LARGE = request({ model: 'large' }, { widthPixels: 224, heightPixels: 224 });

    beforeAll(async () => {
      const value = { architecture: 'resnet18', seed: '7', inputSizePixels: 0, classes: 0 };
      await add(client, new Uint8Array(), { name: 'large', source: { $case: 'architecture', value } });
    });

    afterAll(async () => {
      await client.removeModel({ name: 'large' });
    });

    it('ends when the client cancels while its program is built', async () => {
      const run = vi.spyOn(runtime, 'run');
      const abort = new AbortController();
      const stopped = failureOf(measure(LARGE, client, abort.signal));
      for (let answers = 0; answers < 5; answers++) await checkHealth(service.endpoint);
      abort.abort();
      expect((await stopped).reason).toBe('CANCELLED');
      expect(run).not.toHaveBeenCalled();
      run.mockRestore();
    });

    it('leaves the service answering while its program is built', async () => {
      const run = vi.spyOn(runtime, 'run');
      const measured = measure(LARGE);
      let answers = 0;
      while (run.mock.calls.length === 0) {
        expect(await checkHealth(service.endpoint)).toBe('SERVING');
        answers += 1;
      }
      run.mockRestore();
      expect((await measured).pointCount).toBe(1);
      expect(answers).toBeGreaterThan(5);
    });

    it('builds its program once for those who ask at the same time, and ends for one alone', async () => {
      const load = vi.spyOn(runtime, 'load');
      const abort = new AbortController();
      const other = (phase: number): servingV1.MeasureSensitivityRequest => ({
        ...LARGE,
        variable: 'contrast',
        grid: [{ parameter: 'phase', values: [phase] }],
      });
      const [first, second, third] = [
        failureOf(measure(other(1), client, abort.signal)),
        measure(other(2)),
        measure(other(3)),
      ];
      for (let answers = 0; answers < 5; answers++) await checkHealth(service.endpoint);
      abort.abort();
      expect((await first).reason).toBe('CANCELLED');
      expect([(await second).pointCount, (await third).pointCount]).toEqual([1, 1]);
      expect(load).toHaveBeenCalledTimes(1);
      load.mockRestore();
    });
  });

  it('stops when the client cancels', async () => {
    const abort = new AbortController();
    const events = client.measureSensitivity(LONG, { signal: abort.signal });
    const stopped = failureOf(
      (async () => {
        for await (const { event } of events) if (event?.$case === 'progress') abort.abort();
      })(),
    );
    expect((await stopped).reason).toBe('CANCELLED');
    await idle();
    expect((await measure(request({ variable: 'phase' }))).pointCount).toBe(1);
  });

  it('stops when the client vanishes', async () => {
    const wire = await breakableWire(service.endpoint);
    const vanishing = createClient(servingV1.ServingServiceService, wire.endpoint);
    const leaving = new AbortController();
    let lost: Promise<ServiceError> | undefined;
    await new Promise<void>((begun) => {
      lost = failureOf(
        (async () => {
          for await (const { event } of vanishing.measureSensitivity(LONG, { signal: leaving.signal }))
            if (event?.$case === 'progress') begun();
        })(),
      );
    });
    wire.cut();
    await idle();
    // The client itself would go on looking for the service for a while.
    leaving.abort();
    expect((await lost)?.reason).toMatch(/^(CANCELLED|UNAVAILABLE)$/);
    vanishing.close();
    expect((await measure(request({ variable: 'sigma' }))).pointCount).toBe(1);
  });

  it('stops at its deadline', async () => {
    const late = await failureOf(
      (async () => {
        for await (const { event } of client.measureSensitivity(LONG, { deadlineMs: 1500 }))
          expect(event?.$case).toBe('progress');
      })(),
    );
    expect(late.reason).toBe('DEADLINE_EXCEEDED');
    await idle();
    expect((await measure(request({ variable: 'contrast' }))).pointCount).toBe(1);
  });

  it('says when the disk is full, and works again when there is room', async (context) => {
    const disk = join(folder, 'disk');
    await mkdir(disk);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk], { stdio: 'ignore' });
    } catch {
      context.skip('mounting a small disk needs rights that this user lacks');
    }
    try {
      const crowded = await startServing(disk);
      const other = createClient(servingV1.ServingServiceService, crowded.endpoint);
      try {
        await add(other, linearNetwork(), { name: 'linear' });
        const ballast = join(disk, 'ballast');
        await fill(ballast);
        const full = await failureOf(measure(request({ variable: 'frequency' }), other));
        expect(full.reason).toBe('STORE_FULL');
        expect((await failureOf(add(other, slowNetwork()))).reason).toBe('STORE_FULL');
        await rm(ballast);
        expect((await measure(request({ variable: 'frequency' }), other)).pointCount).toBe(1);
      } finally {
        other.close();
        await crowded.close();
      }
    } finally {
      execFileSync('umount', [disk]);
    }
  });
});

it('answers the Open Inference Protocol on the same port', async () => {
  const inference = createClient(inferenceV2.GRPCInferenceServiceService, service.endpoint);
  try {
    expect((await inference.modelReady({ name: 'linear', version: '' })).ready).toBe(true);
    const data = Float32Array.from({ length: 3 }, (_, index) => index + 1);
    const response = await inference.modelInfer(
      inferenceV2.ModelInferRequest.fromPartial({
        modelName: 'linear',
        inputs: [{ name: 'image', datatype: 'FP32', shape: ['1', '3', '1', '1'] }],
        rawInputContents: [Buffer.from(data.buffer)],
      }),
    );
    const answer = Buffer.from(response.rawOutputContents[0] ?? []);
    const values = [answer.readFloatLE(0), answer.readFloatLE(4)];
    const expected = LINEAR_WEIGHTS.map((row) =>
      row.reduce((sum, weight, index) => sum + weight * (index + 1), 0),
    );
    expect(values).toEqual(expected);
  } finally {
    inference.close();
  }
});

/** A way to the service that can be cut as a pulled plug would. */
async function breakableWire(endpoint: string): Promise<{ readonly endpoint: string; cut(): void }> {
  const { hostname, port } = new URL(`http://${endpoint}`);
  const sockets: Socket[] = [];
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    sockets.push(near, far);
    for (const socket of [near, far]) socket.on('error', () => undefined);
    near.pipe(far).pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server has no port.');
  return {
    endpoint: `127.0.0.1:${address.port}`,
    cut() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Fills the disk to its last block. */
async function fill(path: string): Promise<void> {
  for (let bytes = 1 << 20; bytes >= 1; bytes = Math.floor(bytes / 2)) {
    try {
      await writeFile(path, Buffer.alloc(bytes), { flag: 'a' });
    } catch {
      // Less fits.
    }
  }
}
