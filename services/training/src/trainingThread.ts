import { parentPort, workerData } from 'node:worker_threads';
import { openStore } from '@oblique/artifacts';
import { Runtime } from '@oblique/runtime';
import { train } from './train.js';
import type { TrainingEvent } from './trainingEvent.js';
import type { TrainingJob } from './trainingJob.js';

/** What the thread sends: what the training tells, and at the end why it ended early, if it did. */
export type ThreadMessage = TrainingEvent | { readonly kind: 'failed'; readonly message: string };

// The entry of a worker thread that runs one training. Any message to it means: stop soon.

const job = workerData as TrainingJob;
const stop = new AbortController();
parentPort?.once('message', () => {
  stop.abort();
});

try {
  const store = await openStore(job.storeLocation);
  const options = { device: job.device, workers: 1, threadsPerWorker: job.threads };
  const runtime = await Runtime.start(options);
  const { executor } = job;
  const stepRuntime = executor === 'onnxruntime' ? runtime : await Runtime.start({ ...options, executor });
  try {
    await train(job, { store, runtime, stepRuntime, signal: stop.signal, tell: send });
  } finally {
    await stepRuntime.close();
    await runtime.close();
  }
} catch (error) {
  if (!stop.signal.aborted)
    send({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
}
parentPort?.close();

function send(message: ThreadMessage): void {
  parentPort?.postMessage(message);
}
