import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { BatchWorkerData, ExampleOrder, MadeExamples, Order, Reply } from './batchMessages.js';
import { DatasetError } from './imageSet.js';

interface Pending {
  readonly resolve: (made: MadeExamples) => void;
  readonly reject: (error: unknown) => void;
}

/** Worker threads that make examples. They keep the process alive only while they do. */
export class BatchWorkers {
  readonly #threads: readonly BatchThread[];

  constructor(count: number, data: BatchWorkerData) {
    this.#threads = Array.from({ length: count }, () => new BatchThread(data));
  }

  /** @throws DatasetError where an image cannot be read, or the threads have ended */
  async make(examples: readonly ExampleOrder[], heldOut: boolean): Promise<MadeExamples> {
    const [idlest] = [...this.#threads].sort((a, b) => a.waiting - b.waiting);
    if (!idlest) throw new DatasetError('There are no threads to make batches.');
    return await idlest.make(examples, heldOut);
  }

  /** Lets the threads end what they are at; what waits is given up. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}

class BatchThread {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  readonly #exited: Promise<unknown>;
  #lastId = 0;
  /** Why it takes no more orders. */
  #ended: string | undefined;

  constructor(data: BatchWorkerData) {
    this.#worker = new Worker(new URL('./batchWorker.js', import.meta.url), { workerData: data });
    this.#worker.unref();
    this.#worker.on('message', (reply: Reply) => this.#settle(reply));
    this.#worker.on('error', (error) => this.#end(`The thread that makes batches died: ${String(error)}`));
    this.#exited = once(this.#worker, 'exit').then(() => this.#end('The batches are closed.'));
  }

  get waiting(): number {
    return this.#pending.size;
  }

  async make(examples: readonly ExampleOrder[], heldOut: boolean): Promise<MadeExamples> {
    if (this.#ended !== undefined) throw new DatasetError(this.#ended);
    const id = ++this.#lastId;
    return await new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage({ kind: 'make', id, heldOut, examples } satisfies Order);
    });
  }

  async close(): Promise<void> {
    if (this.#ended === undefined) {
      this.#ended = 'The batches are closed.';
      this.#worker.ref();
      this.#worker.postMessage({ kind: 'close' } satisfies Order);
    }
    await this.#exited;
  }

  #settle(reply: Reply): void {
    const waiting = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    if (this.#pending.size === 0 && this.#ended === undefined) this.#worker.unref();
    if (reply.kind === 'made') waiting?.resolve(reply.made);
    else waiting?.reject(new DatasetError(reply.reason));
  }

  #end(reason: string): void {
    this.#ended ??= reason;
    for (const { reject } of this.#pending.values()) reject(new DatasetError(this.#ended));
    this.#pending.clear();
  }
}
