import { availableParallelism } from 'node:os';
import { setMaxListeners } from 'node:events';
import { Worker } from 'node:worker_threads';

import type { CallContext } from './callContext.js';
import type { Reason } from './reasons.js';
import { serverStreaming, unary, type ServerStreamingHandler, type UnaryHandler } from './handlers.js';
import { ServiceError } from './serviceError.js';
import type { FieldViolation } from './statusDetails.js';

/** One call of a handler, for a thread. */
export interface ThreadCall extends Pick<CallContext, 'method' | 'access' | 'client' | 'deadline'> {
  readonly kind: 'call';
  readonly id: number;
  readonly handler: string;
  readonly request: unknown;
}

/** What a thread is asked: a call, or that one is no longer wanted. */
export type ThreadRequest = ThreadCall | { readonly kind: 'cancel'; readonly id: number };

/** What it answers: each message, then the end, well or not. */
export type ThreadAnswer =
  | { readonly kind: 'message'; readonly id: number; readonly message: unknown }
  | { readonly kind: 'end'; readonly id: number; readonly error: ThreadError | undefined };

/** A ServiceError between threads. */
export interface ThreadError {
  readonly reason: Reason;
  readonly message: string;
  readonly fields: readonly FieldViolation[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** A call that goes on in a thread. */
interface Running {
  hear(message: unknown): void;
  end(error: Error | undefined): void;
}

interface Thread {
  readonly worker: Worker;
  readonly running: Map<number, Running>;
}

/**
 * Threads in which handlers compute, so that the service's event loop is free for everybody else's calls. The entry is a
 * module that calls `serveHandlers`.
 */
export class HandlerThreads {
  readonly #entry: URL;
  readonly #data: unknown;
  readonly #most: number;
  readonly #threads: Thread[] = [];
  #lastId = 0;
  #closed = false;

  /** @param most threads; default: one a core, at least two, so that short work need not wait for long */
  constructor(entry: URL, data: unknown, most = Math.max(2, availableParallelism())) {
    this.#entry = entry;
    this.#data = data;
    this.#most = most;
  }

  /** The handler of this name in the threads. */
  unary<Request, Response>(handler: string): UnaryHandler<Request, Response> {
    return unary(async (request: Request, call) => {
      for await (const message of this.#call<Response>(handler, request, call)) return message;
      throw new Error(`The handler ${handler} ended without an answer.`);
    });
  }

  /** The handler of this name in the threads. */
  serverStreaming<Request, Response>(handler: string): ServerStreamingHandler<Request, Response> {
    return serverStreaming((request: Request, call) => this.#call<Response>(handler, request, call));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  async *#call<Response>(
    handler: string,
    request: unknown,
    { method, signal, access, client, deadline }: CallContext,
  ): AsyncGenerator<Response, void> {
    signal.throwIfAborted();
    const { worker, running } = this.#leastBusy();
    const id = ++this.#lastId;
    const heard: unknown[] = [];
    let ended: { readonly error: Error | undefined } | undefined;
    let wake: () => void = () => undefined;
    running.set(id, {
      hear(message) {
        heard.push(message);
        wake();
      },
      end(error) {
        ended = { error };
        wake();
      },
    });
    const cancel = (): void => {
      worker.postMessage({ kind: 'cancel', id } satisfies ThreadRequest);
    };
    signal.addEventListener('abort', cancel, { once: true });
    worker.postMessage({
      ...{ kind: 'call', id, handler, request },
      ...{ method, access, client, deadline },
    } satisfies ThreadRequest);
    try {
      for (;;) {
        // What a handler of this method answers: the contract's types, which its module is compiled against.
        for (const message of heard.splice(0)) yield message as Response;
        if (ended !== undefined) break;
        await new Promise<void>((resolve) => (wake = resolve));
      }
      if (ended.error !== undefined) throw ended.error;
    } finally {
      signal.removeEventListener('abort', cancel);
      if (ended === undefined) cancel();
      running.delete(id);
    }
  }

  #leastBusy(): Thread {
    const idle = this.#threads.find(({ running }) => running.size === 0);
    if (idle !== undefined) return idle;
    if (this.#threads.length < this.#most) return this.#started();
    return this.#threads.reduce((least, thread) =>
      thread.running.size < least.running.size ? thread : least,
    );
  }

  #started(): Thread {
    const worker = new Worker(this.#entry, { workerData: this.#data });
    setMaxListeners(0, worker);
    const thread: Thread = { worker, running: new Map() };
    worker.on('message', (answer: ThreadAnswer) => {
      const call = thread.running.get(answer.id);
      if (answer.kind === 'message') call?.hear(answer.message);
      else call?.end(answer.error && errorOf(answer.error));
    });
    const died = (why: string): void => {
      const at = this.#threads.indexOf(thread);
      if (at !== -1) this.#threads.splice(at, 1);
      const error = this.#closed
        ? new ServiceError('UNAVAILABLE', 'The service is stopping.')
        : new ServiceError('WORKER_DIED', `The thread that computed this ended: ${why}.`);
      for (const call of thread.running.values()) call.end(error);
    };
    worker.once('error', (error) => {
      died(error instanceof Error ? error.message : String(error));
    });
    worker.once('exit', (code) => {
      died(`exit code ${code}`);
    });
    this.#threads.push(thread);
    return thread;
  }
}

function errorOf({ reason, message, fields, metadata }: ThreadError): ServiceError {
  return new ServiceError(reason, message, { fields, metadata });
}
