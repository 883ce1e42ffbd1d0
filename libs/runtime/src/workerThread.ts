import { Worker } from 'node:worker_threads';
import { WorkerDiedError } from './errors.js';
import { errorOf } from './failure.js';
import type { Order, Reply, Task, WorkerConfiguration, WorkerData } from './messages.js';
import type { ProgramHandle } from './programHandle.js';

/** What a task gives. */
export type Outcome = Extract<Reply, { kind: 'described' | 'ran' }>;

/** What a thread tells its owner. `finished`: the task ended and the worker is free; `died`: it will do nothing more. */
export interface ThreadEvents {
  finished(thread: WorkerThread, digest: string, loaded: boolean, outcome: Outcome | Error): void;
  died(thread: WorkerThread, error: WorkerDiedError): void;
}

/** One worker thread and the task it is at. */
export class WorkerThread {
  /** The executor's name and version, once the worker can be used; fails where the device cannot be used. */
  readonly ready: Promise<string>;
  readonly #worker: Worker;
  readonly #events: ThreadEvents;
  readonly #busy = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  readonly #exited: Promise<void>;
  #digest: string | undefined;
  #closing = false;
  #cause: unknown;

  constructor(configuration: WorkerConfiguration, events: ThreadEvents) {
    this.#events = events;
    const workerData: WorkerData = { configuration, busy: this.#busy };
    this.#worker = new Worker(new URL('./worker.js', import.meta.url), {
      workerData,
      name: 'oblique-runtime',
      // Not the process's own flags: --input-type and the like do not suit a file.
      execArgv: [],
    });
    this.#exited = new Promise((resolve) => this.#worker.once('exit', () => resolve()));
    this.ready = new Promise((resolve, reject) => {
      this.#worker.on('message', (reply: Reply) => {
        if (reply.kind === 'ready') resolve(reply.executor);
        else if (reply.kind === 'unusable') reject(errorOf(reply.failure));
        else this.#finish(reply);
      });
      this.#worker.on('error', (error) => (this.#cause = error));
      this.#worker.on('exit', (code) => {
        const reason = this.#cause instanceof Error ? this.#cause.message : `exit code ${code}`;
        const error = new WorkerDiedError(
          `The worker that ran the request died (${reason}); the request may be tried again.`,
          { cause: this.#cause },
        );
        reject(error);
        this.#events.died(this, error);
      });
    });
    // The first worker's start is waited for; with the others, a failure shows in their first task.
    this.ready.catch(() => undefined);
  }

  /** Digest of the program of the task that the worker is at; undefined where it is idle. */
  get digest(): string | undefined {
    return this.#digest;
  }

  /** Begins a task. `send`: whether the worker lacks the program. */
  begin(program: ProgramHandle, task: Task, send: boolean): void {
    this.#digest = program.digest;
    Atomics.store(this.#busy, 0, 1);
    this.#worker.ref();
    const feeds = task.kind === 'run' ? Object.values(task.feeds) : [];
    this.#post(
      { kind: 'task', digest: program.digest, program: send ? program.memory : undefined, task },
      feeds.flatMap(({ data }) => (data.buffer instanceof ArrayBuffer ? [data.buffer] : [])),
    );
  }

  /** Frees a session. */
  release(digest: string): void {
    this.#post({ kind: 'release', digest }, []);
  }

  /** Lets the process end although this worker lives; so it is after every task. */
  unref(): void {
    this.#worker.unref();
  }

  /** Ends the thread after the task that it is at: a thread that is ended inside the executor takes the process along. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#worker.ref();
    this.#post({ kind: 'close' }, []);
    await this.#exited;
  }

  /** Blocks until the task that the worker is at is done, for a process that is about to end. */
  wait(timeoutMs: number): void {
    Atomics.wait(this.#busy, 0, 1, timeoutMs);
  }

  #post(order: Order, transfer: ArrayBuffer[]): void {
    this.#worker.postMessage(order, transfer);
  }

  #finish(reply: Exclude<Reply, { kind: 'ready' | 'unusable' }>): void {
    const digest = this.#digest;
    if (digest === undefined) return;
    this.#digest = undefined;
    if (!this.#closing) this.#worker.unref();
    if (reply.kind === 'failed') this.#events.finished(this, digest, reply.loaded, errorOf(reply.failure));
    else this.#events.finished(this, digest, true, reply);
  }
}
