import { ServiceError } from '@oblique/service';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Given, JobAnswer, JobName, JobRequest, Made } from './jobThread.js';

/** A thread that holds more than this is ended, which gives its memory back. */
const KEPT_BELOW_BYTES = 64 * 1024 ** 2;

/** Threads that wait for the next job, which needs not load all code then. */
const MOST_IDLE = 1;

/**
 * Does what takes long in threads of their own, while the service goes on answering: a large network takes seconds to
 * read, to differentiate and to write.
 */
export class JobThreads {
  readonly #idle: Worker[] = [];
  #running = 0;
  #isClosed = false;

  /** Jobs that are being done. */
  get running(): number {
    return this.#running;
  }

  /**
   * Does one job. When the signal is aborted its thread is ended, in the middle of whatever it does.
   * @param transfer memory that the thread gets instead of a copy
   * @throws ServiceError where the job cannot be done; the signal's reason when it is aborted
   */
  async run<Name extends JobName>(
    name: Name,
    given: Given<Name>,
    signal: AbortSignal,
    transfer: ArrayBuffer[] = [],
  ): Promise<Made<Name>> {
    signal.throwIfAborted();
    this.#running += 1;
    const thread = this.#idle.pop() ?? start();
    let isKept = false;
    try {
      thread.ref();
      const request: JobRequest<Name> = { name, given };
      thread.postMessage(request, transfer);
      const [answer] = (await once(thread, 'message', { signal })) as [JobAnswer<Made<Name>>];
      isKept = answer.kind !== 'made' || answer.heldBytes < KEPT_BELOW_BYTES;
      return madeOf(answer);
    } catch (error) {
      signal.throwIfAborted();
      throw isOutOfMemory(error)
        ? new ServiceError(
            'OUT_OF_MEMORY',
            'The network takes more memory to prepare than a thread may have.',
            {
              cause: error,
            },
          )
        : error;
    } finally {
      this.#running -= 1;
      if (isKept && !this.#isClosed && this.#idle.length < MOST_IDLE) {
        thread.unref();
        this.#idle.push(thread);
      } else {
        await thread.terminate();
      }
    }
  }

  /** Ends the threads that wait; those that do something end with it. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#idle.splice(0).map((thread) => thread.terminate()));
  }
}

function start(): Worker {
  const thread = new Worker(new URL('./jobThread.js', import.meta.url));
  // Who waits for an answer is told; a thread that waits does nothing that could fail.
  thread.on('error', () => undefined);
  return thread;
}

function madeOf<Value>(answer: JobAnswer<Value>): Value {
  switch (answer.kind) {
    case 'made':
      return answer.value;
    case 'refused':
      throw new ServiceError(answer.reason, answer.message, answer.options);
    case 'failed':
      throw Object.assign(new Error(answer.message), { stack: answer.stack });
  }
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}
