import { bytesOf, float32, float64, int64, ndarray, toNumbers, zeros, type DType } from '@oblique/arrays';
import { dataTypeCode, int, ProgramBuilder, writeProgram } from '@oblique/onnx';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import {
  DeviceUnavailableError,
  InvalidRunError,
  OutOfMemoryError,
  ProgramRejectedError,
  QueueFullError,
  RunFailedError,
  Runtime,
  RuntimeClosedError,
  WorkerDiedError,
} from './index.js';

const DTYPES: readonly DType[] = [
  'float16',
  'float32',
  'float64',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'bool',
];

/** y = a x + b for vectors of any size N. */
function affine(a: number, b: number): Uint8Array {
  const builder = new ProgramBuilder('affine');
  const x = builder.input('x', 'float32', ['N']);
  const scaled = builder.op('Mul', [x, builder.scalar(a)], {}, { output: 'ax' });
  builder.output(scaled, 'float32', ['N']);
  builder.output(builder.op('Add', [scaled, builder.scalar(b)], {}, { output: 'y' }), 'float32', ['N']);
  return writeProgram(builder.build());
}

/** trace = 1ᵀ M^k 1 of a random matrix: takes long for large sizes. */
function slow(products: number): Uint8Array {
  const builder = new ProgramBuilder('slow');
  const x = builder.input('x', 'float32', ['N', 'N']);
  let y = x;
  for (let index = 0; index < products; index++) y = builder.op('MatMul', [y, x]);
  builder.output(builder.op('ReduceSum', [y], { keepdims: int(0) }, { output: 'sum' }), 'float32', []);
  return writeProgram(builder.build());
}

/** Allocates a float32 tensor of the shape fed, and sums it. */
function hungry(): Uint8Array {
  const builder = new ProgramBuilder('hungry');
  const zero = builder.op('ConstantOfShape', [builder.input('shape', 'int64', ['R'])]);
  builder.output(builder.op('ReduceSum', [zero], { keepdims: int(0) }, { output: 'sum' }), 'float32', []);
  return writeProgram(builder.build());
}

const BIG = zeros('float32', [384, 384]);

describe('Runtime', () => {
  let runtime: Runtime;
  let threads: Worker[];
  const onWorker = (thread: Worker): number => threads.push(thread);

  beforeEach(async () => {
    threads = [];
    process.on('worker', onWorker);
    runtime = await Runtime.start({ device: 'cpu', workers: 2 });
  });
  afterEach(async () => {
    await runtime.close();
    process.off('worker', onWorker);
  });

  it('says what it is', () => {
    expect(runtime.info).toMatchObject({ device: 'cpu', workers: 2, threadsPerWorker: 1 });
    expect(runtime.info.executor).toMatch(/^onnxruntime \d+\.\d+\.\d+$/);
  });

  it('runs a program, gives all outputs or those asked for, and leaves the feeds alone', async () => {
    const program = runtime.load(affine(2, 1));
    const x = float32([3], [0, 1, -4]);
    const all = await runtime.run(program, { x });
    expect(all).toEqual({ ax: float32([3], [0, 2, -8]), y: float32([3], [1, 3, -7]) });
    expect(await runtime.run(program, { x }, { outputs: ['y'] })).toEqual({ y: float32([3], [1, 3, -7]) });
    expect([...x.data]).toEqual([0, 1, -4]);
  });

  it('reads the feeds before it returns, views of larger buffers and shared memory included', async () => {
    const program = runtime.load(affine(1, 0));
    const changed = float32([2], [5, 6]);
    const first = runtime.run(program, { x: changed }, { outputs: ['y'] });
    changed.data.fill(99);
    expect([...toNumbers((await first)['y'] ?? changed)]).toEqual([5, 6]);

    const view = ndarray('float32', [2], new Float32Array([9, 7, 8, 9]).subarray(1, 3));
    expect(await runtime.run(program, { x: view }, { outputs: ['y'] })).toEqual({ y: float32([2], [7, 8]) });

    const shared = ndarray('float32', [2], new Float32Array(new SharedArrayBuffer(8)));
    shared.data.set([3, 4]);
    expect(await runtime.run(program, { x: shared }, { outputs: ['y'] })).toEqual({
      y: float32([2], [3, 4]),
    });
  });

  it('takes the feeds over where asked to', async () => {
    const x = float32([2], [1, 2]);
    const { y } = await runtime.run(runtime.load(affine(3, 0)), { x }, { transferFeeds: true });
    expect(y).toEqual(float32([2], [3, 6]));
    expect(x.data.length).toBe(0);
  });

  it('takes and gives every element type, scalars and empty arrays', async () => {
    const builder = new ProgramBuilder('types');
    for (const dtype of DTYPES) {
      builder.input(`${dtype}_in`, dtype, ['N']);
      builder.output(builder.op('Identity', [`${dtype}_in`], {}, { output: dtype }), dtype, ['N']);
    }
    const cast = { to: int(dataTypeCode('float64')) };
    builder.output(builder.op('Cast', ['float16_in'], cast, { output: 'from_half' }), 'float64', ['N']);
    builder.input('scalar_in', 'float64', []);
    builder.output(builder.op('Neg', ['scalar_in'], {}, { output: 'scalar' }), 'float64', []);
    const program = runtime.load(writeProgram(builder.build()));
    const feeds = {
      float16_in: ndarray('float16', [2], Uint16Array.of(0x3c00, 0xc100)), // 1, -2.5
      float32_in: float32([2], [1.5, -Infinity]),
      float64_in: float64([2], [Number.MIN_VALUE, Number.MAX_VALUE]),
      int8_in: ndarray('int8', [2], Int8Array.of(-128, 127)),
      int16_in: ndarray('int16', [2], Int16Array.of(-32768, 32767)),
      int32_in: ndarray('int32', [2], Int32Array.of(-(2 ** 31), 2 ** 31 - 1)),
      int64_in: ndarray('int64', [2], BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n)),
      uint8_in: ndarray('uint8', [2], Uint8Array.of(0, 255)),
      uint16_in: ndarray('uint16', [2], Uint16Array.of(0, 65535)),
      uint32_in: ndarray('uint32', [2], Uint32Array.of(0, 2 ** 32 - 1)),
      uint64_in: ndarray('uint64', [2], BigUint64Array.of(0n, 2n ** 64n - 1n)),
      bool_in: ndarray('bool', [2], Uint8Array.of(0, 1)),
      scalar_in: float64([], [Math.PI]),
    };
    const outputs = await runtime.run(program, feeds);
    for (const dtype of DTYPES) expect(outputs[dtype]).toEqual(feeds[`${dtype}_in`]);
    expect(outputs['from_half']).toEqual(float64([2], [1, -2.5]));
    expect(outputs['scalar']).toEqual(float64([], [-Math.PI]));

    const empty = await runtime.run(runtime.load(affine(1, 1)), { x: float32([0], []) });
    expect(empty['y']).toEqual(float32([0], []));
  });

  it('describes a program as the executor sees it', async () => {
    expect(await runtime.describe(runtime.load(affine(1, 0)))).toEqual({
      inputs: [{ name: 'x', dtype: 'float32', shape: ['N'] }],
      outputs: [
        { name: 'ax', dtype: 'float32', shape: ['N'] },
        { name: 'y', dtype: 'float32', shape: ['N'] },
      ],
    });
  });

  it('refuses feeds and outputs that do not fit, naming what was given and what is needed', async () => {
    const builder = new ProgramBuilder('pair');
    builder.input('a', 'float32', ['N', 3]);
    builder.input('b', 'float64', ['N']);
    builder.output(builder.op('Identity', ['a'], {}, { output: 'y' }), 'float32');
    builder.output(builder.op('Identity', ['b'], {}, { output: 'z' }), 'float64');
    const program = runtime.load(writeProgram(builder.build()));
    const a = zeros('float32', [2, 3]);
    const b = zeros('float64', [2]);
    const refusal = async (
      feeds: Record<string, typeof a | typeof b>,
      outputs?: string[],
    ): Promise<string> => {
      const error: unknown = await runtime
        .run(program, feeds, { outputs })
        .catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(InvalidRunError);
      return error instanceof Error ? error.message : '';
    };
    expect(await refusal({ a })).toBe('Input b (float64 [N]) is not fed.');
    expect(await refusal({ a, b, c: a })).toMatch(/no input c; its inputs are a \(float32 \[N, 3\]\), b/);
    expect(await refusal({ a: b, b })).toMatch(
      /a \(float32 \[N, 3\]\) cannot take float64 \[2\]: its element type is float32/,
    );
    expect(await refusal({ a: zeros('float32', [6]), b })).toMatch(/float32 \[6\]: it has 2 axes/);
    expect(await refusal({ a: zeros('float32', [2, 4]), b })).toMatch(/axis 1 has size 3/);
    expect(await refusal({ a, b: zeros('float64', [5]) })).toMatch(/axis 0 is N, which is 2 in input a/);
    expect(await refusal({ a, b }, ['w'])).toMatch(/no output w; its outputs are y/);
    expect(await refusal({ a, b }, [])).toMatch(/No output is asked for/);
    expect(Object.keys(await runtime.run(program, { a, b }))).toEqual(['y', 'z']);
  });

  it('refuses bytes that are no program, with the reason, and goes on', async () => {
    const good = affine(2, 0);
    const noise = Uint8Array.from({ length: 1000 }, (_, index) => (index * 7919) % 251);
    for (const bytes of [new Uint8Array(0), noise, good.subarray(0, good.length / 2)]) {
      const run = runtime.run(runtime.load(bytes), { x: float32([1], [1]) });
      await expect(run).rejects.toThrow(ProgramRejectedError);
    }
    const builder = new ProgramBuilder('unknown');
    builder.output(builder.op('Frobnicate', [builder.input('x', 'float32', ['N'])]), 'float32', ['N']);
    const unknown = runtime.describe(runtime.load(writeProgram(builder.build())));
    await expect(unknown).rejects.toThrow(/rejects the program.*Frobnicate/);
    expect(runtime.usage.sessions).toBe(0);
    expect((await runtime.run(runtime.load(good), { x: float32([1], [4]) }))['y']).toEqual(float32([1], [8]));
  });

  it('tells a program that fails while it runs', async () => {
    const builder = new ProgramBuilder('mismatch');
    builder.input('a', 'float32', ['A']);
    builder.input('b', 'float32', ['B']);
    builder.output(builder.op('Add', ['a', 'b'], {}, { output: 'y' }), 'float32');
    const program = runtime.load(writeProgram(builder.build()));
    const run = runtime.run(program, { a: zeros('float32', [2]), b: zeros('float32', [3]) });
    await expect(run).rejects.toThrow(RunFailedError);
  });

  it('survives a run that asks for more memory than there is', async () => {
    const program = runtime.load(hungry());
    const run = runtime.run(program, { shape: int64([2], [2 ** 25, 2 ** 25]) });
    await expect(run).rejects.toThrow(OutOfMemoryError);
    const small = await runtime.run(program, { shape: int64([2], [2, 3]) });
    expect(small['sum']).toEqual(float32([], [0]));
  });

  it('keeps the event loop free while it runs', async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await runtime.run(runtime.load(slow(40)), { x: BIG });
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(0);
  });

  it('drops a waiting request at once when its signal aborts, and abandons a running one', async () => {
    const program = runtime.load(slow(40));
    const running = [new AbortController(), new AbortController()];
    const waiting = new AbortController();
    const reason = new Error('no longer wanted');
    const runs = running.map(({ signal }) => runtime.run(program, { x: BIG }, { signal }));
    const dropped = runtime.run(program, { x: BIG }, { signal: waiting.signal });
    expect(runtime.usage).toMatchObject({ running: 2, queued: 1 });
    waiting.abort(reason);
    expect(runtime.usage.queued).toBe(0);
    await expect(dropped).rejects.toBe(reason);
    running.forEach((controller) => controller.abort(reason));
    for (const run of runs) await expect(run).rejects.toBe(reason);
    expect(runtime.usage.running).toBe(2);

    await expect(runtime.run(program, { x: BIG }, { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
    const after = await runtime.run(runtime.load(affine(1, 2)), { x: float32([1], [1]) });
    expect(after['y']).toEqual(float32([1], [3]));
  });

  it('replaces a worker that dies and fails only its request', async () => {
    const program = runtime.load(slow(2));
    await Promise.all([runtime.run(program, { x: BIG }), runtime.run(program, { x: BIG })]);
    expect(threads).toHaveLength(2);
    // An order that no worker understands ends its thread by an uncaught exception, before it reads the next one.
    threads[0]?.postMessage(null);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, () => runtime.run(program, { x: BIG })),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: expect.any(WorkerDiedError),
    });
    expect(runtime.usage).toMatchObject({ running: 0, queued: 0 });
    const both = await Promise.all([runtime.run(program, { x: BIG }), runtime.run(program, { x: BIG })]);
    expect(both.map(({ sum }) => sum)).toEqual([float32([], [0]), float32([], [0])]);
    expect(threads).toHaveLength(3);
    expect(runtime.usage.workers).toBe(2);
  });

  it('lets a process exit in the middle of a run, and end when it is idle, though it was not closed', async () => {
    const script = (last: string): string => `
      import { Runtime } from ${JSON.stringify(new URL('./index.js', import.meta.url).href)};
      const runtime = await Runtime.start({ device: 'cpu', workers: 2 });
      const program = runtime.load(Buffer.from('${Buffer.from(slow(20)).toString('base64')}', 'base64'));
      const x = { dtype: 'float32', shape: [384, 384], data: new Float32Array(384 * 384) };
      await runtime.run(program, { x });
      ${last}`;
    const ends = async (last: string): Promise<unknown> => {
      const child = spawn(process.execPath, ['--input-type=module', '--eval', script(last)], {
        stdio: 'inherit',
      });
      const [code, signal]: unknown[] = await once(child, 'exit');
      return { code, signal };
    };
    const exits = 'void runtime.run(program, { x }); setTimeout(() => process.exit(3), 5);';
    expect(await ends(exits)).toEqual({ code: 3, signal: null });
    expect(await ends('')).toEqual({ code: 0, signal: null });
  });

  it('runs inference before the batches of measurements that wait', async () => {
    const batch = runtime.load(slow(20));
    const small = runtime.load(affine(2, 0));
    const x = float32([1], [1]);
    await runtime.run(small, { x });
    const ended: string[] = [];
    const batches = Array.from({ length: 20 }, (_, index) =>
      runtime
        .run(batch, { x: BIG }, { client: `client ${index % 3}`, kind: 'measurement' })
        .then(() => ended.push('batch')),
    );
    await batches[0];
    await runtime
      .run(small, { x }, { client: 'client 0', kind: 'inference' })
      .then(() => ended.push('inference'));
    // First come, first served would have it last; its exact place in the queue is tested there.
    const before = ended.length - 1;
    await Promise.all(batches);
    expect(before).toBeLessThan(20);
  });

  it('ends workers that are at nothing, and starts others when there is work again', async () => {
    const program = runtime.load(affine(1, 0));
    const x = float32([1], [1]);
    await runtime.run(program, { x });
    const running = runtime.run(runtime.load(slow(20)), { x: BIG });
    await runtime.endIdleWorkers();
    // One that is at something goes on.
    expect((await running)['sum']).toEqual(float32([], [0]));
    await runtime.endIdleWorkers();
    expect(runtime.usage).toMatchObject({ workers: 0, sessions: 0, sessionBytes: 0 });
    expect((await runtime.run(program, { x }))['y']).toEqual(x);
  });

  it('gives the same handle for the same bytes, known by their SHA-256', () => {
    const program = affine(1, 0);
    expect(runtime.load(program)).toBe(runtime.load(program.slice()));
    expect(runtime.load(program).digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    const shared = new Uint8Array(new SharedArrayBuffer(program.length));
    shared.set(affine(1, 5));
    expect(runtime.load(shared).memory).toBe(shared.buffer);
  });

  it('loads a program in a second worker only when the first is busy', async () => {
    const program = runtime.load(affine(1, 0));
    const x = float32([1], [1]);
    for (let index = 0; index < 4; index++) await runtime.run(program, { x });
    expect(runtime.usage).toMatchObject({ workers: 1, sessions: 1 });
    await Promise.all([runtime.run(program, { x }), runtime.run(program, { x })]);
    expect(runtime.usage).toMatchObject({ workers: 2, sessions: 2 });
  });

  it('gives the same numbers however many requests run at once', async () => {
    const program = runtime.load(slow(3));
    const x = ndarray(
      'float32',
      [64, 64],
      Float32Array.from({ length: 4096 }, (_, index) => Math.sin(index) / 8),
    );
    const results = await Promise.all(Array.from({ length: 12 }, () => runtime.run(program, { x })));
    const bits = results.map(({ sum }) => (sum === undefined ? '' : bytesOf(sum).join()));
    expect(new Set(bits).size).toBe(1);
  });
});

describe('Runtime.start', () => {
  it('frees the least recently used sessions to stay within its memory', async () => {
    const runtime = await Runtime.start({ device: 'cpu', workers: 1, memoryLimitBytes: 3 * 2 ** 20 });
    try {
      const programs = [1, 2, 3, 4, 5].map((factor) => runtime.load(affine(factor, 0)));
      const x = float32([1], [10]);
      for (let round = 0; round < 3; round++) {
        for (const [index, program] of programs.entries()) {
          expect((await runtime.run(program, { x }))['y']).toEqual(float32([1], [10 * (index + 1)]));
          expect(runtime.usage.sessionBytes).toBeLessThanOrEqual(3 * 2 ** 20);
        }
      }
      expect(runtime.usage.sessions).toBe(3);
    } finally {
      await runtime.close();
    }
  });

  it('refuses a program that is too large for its memory', async () => {
    const runtime = await Runtime.start({ device: 'cpu', workers: 1, memoryLimitBytes: 2 ** 20 });
    try {
      const builder = new ProgramBuilder('large');
      const weights = builder.initializer('w', zeros('float32', [2 ** 17]));
      builder.output(builder.op('Add', [builder.input('x', 'float32', [1]), weights]), 'float32', [2 ** 17]);
      const run = runtime.run(runtime.load(writeProgram(builder.build())), { x: float32([1], [1]) });
      await expect(run).rejects.toThrow(
        /0\.5 MiB takes about 2\.0 MiB .* may take 1\.0 MiB; raise memoryLimitBytes/,
      );
      expect((await runtime.run(runtime.load(affine(1, 0)), { x: float32([1], [1]) }))['y']).toBeDefined();
    } finally {
      await runtime.close();
    }
  });

  it('refuses more requests than may wait', async () => {
    const runtime = await Runtime.start({ device: 'cpu', workers: 1, maximumQueued: 1 });
    try {
      const program = runtime.load(affine(1, 0));
      const x = float32([1], [1]);
      const results = await Promise.allSettled([1, 2, 3].map(() => runtime.run(program, { x })));
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
      expect(results[2]).toMatchObject({ reason: expect.any(QueueFullError) });
    } finally {
      await runtime.close();
    }
  });

  it('refuses more requests of one client than may wait, and takes those of another', async () => {
    const runtime = await Runtime.start({ device: 'cpu', workers: 1, maximumQueuedPerClient: 1 });
    try {
      const program = runtime.load(affine(1, 0));
      const x = float32([1], [1]);
      const results = await Promise.allSettled(
        ['a', 'a', 'a', 'b'].map((client) => runtime.run(program, { x }, { client })),
      );
      expect(results.map(({ status }) => status)).toEqual([
        'fulfilled',
        'fulfilled',
        'rejected',
        'fulfilled',
      ]);
      expect(results[2]).toMatchObject({
        reason: { name: 'QueueFullError', retryAfterMs: expect.any(Number) },
      });
    } finally {
      await runtime.close();
    }
  });

  it('fails what is not done when it closes', async () => {
    const runtime = await Runtime.start({ device: 'cpu', workers: 1 });
    const program = runtime.load(slow(40));
    const runs = [runtime.run(program, { x: BIG }), runtime.run(program, { x: BIG })];
    const settled = Promise.allSettled(runs);
    expect(runtime.isClosed).toBe(false);
    await runtime.close();
    expect(runtime.isClosed).toBe(true);
    for (const result of await settled)
      expect(result).toMatchObject({ reason: expect.any(RuntimeClosedError) });
    await expect(runtime.run(program, { x: BIG })).rejects.toThrow(RuntimeClosedError);
  });

  it('uses CUDA or says how to install it, and never falls back', async () => {
    const start = await Runtime.start({ device: 'cuda' }).catch((error: unknown) => error);
    if (start instanceof Runtime) {
      expect(start.info.device).toBe('cuda');
      const { y } = await start.run(start.load(affine(2, 1)), { x: float32([1], [3]) });
      expect(y).toEqual(float32([1], [7]));
      await start.close();
    } else {
      expect(start).toBeInstanceOf(DeviceUnavailableError);
      expect(String(start)).toMatch(/cuda cannot be used here .*onnxruntime-node-install=cuda12/);
    }
  });

  it('runs programs on TensorFlow, or says why it cannot', async () => {
    const start = await Runtime.start({ device: 'cpu', executor: 'tensorflow' }).catch(
      (error: unknown) => error,
    );
    if (start instanceof Runtime) {
      expect(start.info.executor).toMatch(/^tensorflow\.js/);
      const { y } = await start.run(start.load(affine(2, 1)), { x: float32([1], [3]) });
      expect(y).toEqual(float32([1], [7]));
      await start.close();
    } else {
      expect(start).toBeInstanceOf(DeviceUnavailableError);
      expect(String(start)).toMatch(/TensorFlow cannot be used here .*npm rebuild/);
    }
  });

  it('refuses options that make no sense', async () => {
    await expect(Runtime.start({ device: 'cpu', workers: 0 })).rejects.toThrow(/workers .* from 1, not 0/);
    await expect(Runtime.start({ device: 'cpu', threadsPerWorker: 1.5 })).rejects.toThrow(RangeError);
    await expect(Runtime.start({ device: 'cpu', memoryLimitBytes: NaN })).rejects.toThrow(RangeError);
    await expect(Runtime.start({ device: 'cpu', maximumQueued: -1 })).rejects.toThrow(RangeError);
  });
});
