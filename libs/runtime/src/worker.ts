import { ndarrayFromBytes, type DType, type NdArray } from '@oblique/arrays';
import { ProgramBuilder, writeProgram } from '@oblique/onnx';
import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import { parentPort, workerData } from 'node:worker_threads';
import { checkRun } from './checkRun.js';
import { DeviceUnavailableError, ProgramRejectedError } from './errors.js';
import { failureOf } from './failure.js';
import type { Feeds, Order, Reply, Signature, TensorSignature, WorkerData } from './messages.js';

// The entry of a worker thread: it holds sessions and does one task at a time. Who decides what it holds is WorkerPool.

interface Loaded {
  readonly session: InferenceSession;
  readonly signature: Signature;
}

if (parentPort === null) throw new Error('worker.js is the entry of a worker thread; use Runtime.start.');
const port = parentPort;
const {
  configuration: { device, threads },
  busy,
} = workerData as WorkerData;
const sessions = new Map<string, Loaded>();

// Errors are thrown as well as logged; the log would only repeat them on stderr.
env.logLevel = 'fatal';
const SESSION_OPTIONS: InferenceSession.SessionOptions = {
  executionProviders: [device],
  graphOptimizationLevel: 'all',
  executionMode: 'sequential',
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  logSeverityLevel: 4,
};

// One order after the other, also where obeying one takes several turns of the event loop.
let last = start();
port.on('message', (order: Order) => void (last = last.then(() => obey(order))));
process.on('exit', rest);

async function start(): Promise<void> {
  try {
    if (device === 'cuda') await probeCuda();
    reply({ kind: 'ready', executor: `onnxruntime ${env.versions.node ?? env.versions.common}` });
  } catch (error) {
    reply({ kind: 'unusable', failure: failureOf(error, 'device') });
  }
}

async function obey(order: Order): Promise<void> {
  switch (order.kind) {
    case 'task': {
      const answer = await perform(order);
      // Before the answer, because the answer may bring the next task.
      rest();
      reply(answer);
      break;
    }
    case 'release':
      await release(order.digest);
      break;
    case 'close':
      for (const digest of sessions.keys()) await release(digest);
      port.close();
  }
}

async function perform({ digest, program, task }: Extract<Order, { kind: 'task' }>): Promise<Reply> {
  let stage: 'program' | 'run' = 'program';
  try {
    const loaded = sessions.get(digest) ?? (await load(program));
    sessions.set(digest, loaded);
    if (task.kind === 'describe') return { kind: 'described', signature: loaded.signature };
    checkRun(loaded.signature, task.feeds, task.outputs);
    stage = 'run';
    return { kind: 'ran', outputs: await run(loaded, task.feeds, task.outputs) };
  } catch (error) {
    return { kind: 'failed', failure: failureOf(error, stage), loaded: sessions.has(digest) };
  }
}

async function release(digest: string): Promise<void> {
  const loaded = sessions.get(digest);
  sessions.delete(digest);
  await loaded?.session.release();
}

/** Tells a process that waits to end that no program runs in this thread any more. */
function rest(): void {
  Atomics.store(busy, 0, 0);
  Atomics.notify(busy, 0);
}

async function load(program: SharedArrayBuffer | undefined): Promise<Loaded> {
  if (program === undefined) throw new Error('The worker was sent no program.');
  // The executor reads only memory that is not shared; it keeps what it needs, and this copy can go.
  const bytes = new Uint8Array(program.byteLength);
  bytes.set(new Uint8Array(program));
  const session = await InferenceSession.create(bytes, SESSION_OPTIONS);
  try {
    const signature = {
      inputs: session.inputMetadata.map((value) => signatureOf(value, 'Input')),
      outputs: session.outputMetadata.map((value) => signatureOf(value, 'Output')),
    };
    return { session, signature };
  } catch (error) {
    await session.release();
    throw error;
  }
}

async function run(
  loaded: Loaded,
  feeds: Feeds,
  outputs: readonly string[] | undefined,
): Promise<Record<string, NdArray>> {
  const tensors = Object.fromEntries(Object.entries(feeds).map(([name, array]) => [name, tensorOf(array)]));
  const names = [...new Set(outputs ?? loaded.signature.outputs.map(({ name }) => name))];
  const results = await loaded.session.run(tensors, names);
  const dtypes = new Map(loaded.signature.outputs.map(({ name, dtype }) => [name, dtype]));
  return Object.fromEntries(
    names.map((name) => {
      const result = results[name];
      const dtype = dtypes.get(name);
      if (result === undefined || dtype === undefined) throw new Error(`Output ${name} was not computed.`);
      return [name, arrayOf(result, dtype)];
    }),
  );
}

function tensorOf({ dtype, data, shape }: NdArray): Tensor {
  return new Tensor(dtype, data, shape);
}

function arrayOf(tensor: Tensor, dtype: DType): NdArray {
  const { data } = tensor;
  if (!ArrayBuffer.isView(data)) throw new Error('Tensors of text are not supported.');
  return ndarrayFromBytes(dtype, tensor.dims, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function signatureOf(value: InferenceSession.ValueMetadata, what: string): TensorSignature {
  if (!value.isTensor) throw new ProgramRejectedError(`${what} ${value.name} is not a tensor.`);
  const dtype = dtypeOf(value.type);
  if (dtype === undefined) {
    throw new ProgramRejectedError(
      `${what} ${value.name} has element type ${value.type}, which is not supported.`,
    );
  }
  return { name: value.name, dtype, shape: value.shape };
}

function dtypeOf(type: Tensor.Type): DType | undefined {
  return type === 'string' || type === 'int4' || type === 'uint4' ? undefined : type;
}

async function probeCuda(): Promise<void> {
  const builder = new ProgramBuilder('probe');
  builder.output(
    builder.op('Neg', [builder.input('x', 'float32', [1])], {}, { output: 'y' }),
    'float32',
    [1],
  );
  try {
    const session = await InferenceSession.create(writeProgram(builder.build()), SESSION_OPTIONS);
    await session.run({ x: new Tensor('float32', new Float32Array(1), [1]) });
    await session.release();
  } catch (error) {
    const reason = error instanceof Error ? error.message.trim() : String(error);
    throw new DeviceUnavailableError(
      `Device cuda cannot be used here (${reason}). It takes Linux on x64, an NVIDIA driver, CUDA 12 with cuDNN 9, and ` +
        "ONNX Runtime's CUDA libraries, which are not installed by default: " +
        'node node_modules/onnxruntime-node/script/install --onnxruntime-node-install=cuda12. Or choose device cpu.',
      { cause: error },
    );
  }
}

function reply(message: Reply): void {
  const arrays = message.kind === 'ran' ? Object.values(message.outputs) : [];
  port.postMessage(
    message,
    arrays.flatMap(({ data }) => (data.buffer instanceof ArrayBuffer ? [data.buffer] : [])),
  );
}
