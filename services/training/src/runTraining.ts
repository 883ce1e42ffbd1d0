import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { TrainingEvent } from './trainingEvent.js';
import type { TrainingJob } from './trainingJob.js';
import type { ThreadMessage } from './trainingThread.js';

/** A training ended before its last step for a reason of its own; the message is for whoever started it. */
export class TrainingFailedError extends Error {
  override readonly name = 'TrainingFailedError';
}

/**
 * Runs a training in a thread of its own, so that the service goes on answering. Aborted, it takes a snapshot and ends.
 * @param hear Told everything in order; the next event waits until it is done.
 * @throws TrainingFailedError
 */
export async function runTraining(
  job: TrainingJob,
  hear: (event: TrainingEvent) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const thread = new Worker(new URL('./trainingThread.js', import.meta.url), { workerData: job });
  const stop = (): void => {
    thread.postMessage('stop');
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  let failure: Error | undefined;
  let heard: Promise<void> = Promise.resolve();
  thread.on('message', (message: ThreadMessage) => {
    if (message.kind === 'failed') failure = new TrainingFailedError(message.message);
    else heard = heard.then(() => hear(message));
  });
  try {
    await once(thread, 'exit');
  } finally {
    signal.removeEventListener('abort', stop);
  }
  await heard;
  if (failure !== undefined) throw failure;
}
