import type { NdArray } from '@oblique/arrays';
import { parentPort, workerData } from 'node:worker_threads';
import { checkRun } from './checkRun.js';
import type { Executor, Session } from './executor.js';
import { failureOf } from './failure.js';
import type { Order, Reply, WorkerData } from './messages.js';

// The entry of a worker thread: it holds sessions and does one task at a time. Who decides what it holds is WorkerPool.

if (parentPort === null) throw new Error('worker.js is the entry of a worker thread; use Runtime.start.');
const port = parentPort;
const { configuration, busy } = workerData as WorkerData;
const sessions = new Map<string, Session>();
const executor = openExecutor();

// One order after the other, also where obeying one takes several turns of the event loop.
let last = start();
port.on('message', (order: Order) => void (last = last.then(() => obey(order))));
process.on('exit', rest);

/** Only the executor that is asked for is loaded. */
async function openExecutor(): Promise<Executor> {
  switch (configuration.executor) {
    case 'onnxruntime':
      return (await import('./onnxruntimeExecutor.js')).onnxruntimeExecutor(configuration);
    case 'tensorflow':
      return (await import('./tensorflowExecutor.js')).tensorflowExecutor();
  }
}

async function start(): Promise<void> {
  try {
    reply({ kind: 'ready', executor: (await executor).name });
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
    const session = sessions.get(digest) ?? (await load(program));
    sessions.set(digest, session);
    const { signature } = session;
    if (task.kind === 'describe') return { kind: 'described', signature };
    checkRun(signature, task.feeds, task.outputs);
    stage = 'run';
    const outputs = new Set(task.outputs ?? signature.outputs.map(({ name }) => name));
    const startMs = performance.now();
    const results = await session.run(task.feeds, [...outputs]);
    return { kind: 'ran', outputs: results, milliseconds: performance.now() - startMs };
  } catch (error) {
    return { kind: 'failed', failure: failureOf(error, stage), loaded: sessions.has(digest) };
  }
}

async function release(digest: string): Promise<void> {
  const session = sessions.get(digest);
  sessions.delete(digest);
  await session?.release();
}

/** Tells a process that waits to end that no program runs in this thread any more. */
function rest(): void {
  Atomics.store(busy, 0, 0);
  Atomics.notify(busy, 0);
}

async function load(program: SharedArrayBuffer | undefined): Promise<Session> {
  if (program === undefined) throw new Error('The worker was sent no program.');
  // The executor reads only memory that is not shared; it keeps what it needs, and this copy can go.
  const bytes = new Uint8Array(program.byteLength);
  bytes.set(new Uint8Array(program));
  return (await executor).load(bytes);
}

function reply(message: Reply): void {
  const arrays: readonly NdArray[] = message.kind === 'ran' ? Object.values(message.outputs) : [];
  port.postMessage(
    message,
    arrays.flatMap(({ data }) => (data.buffer instanceof ArrayBuffer ? [data.buffer] : [])),
  );
}
