import { OutOfMemoryError, QueueFullError, RuntimeClosedError, type WorkerDiedError } from './errors.js';
import type { Task, WorkerConfiguration } from './messages.js';
import type { ProgramHandle } from './programHandle.js';
import { SessionLedger } from './sessionLedger.js';
import { WorkerThread, type Outcome, type ThreadEvents } from './workerThread.js';

/**
 * Memory of a new session over the bytes of its program: the weights as they are and in the layout that the kernels
 * like, and the graph. What its activations take is only seen when it runs; see {@link WorkerPool.finished}.
 */
const SESSION_BYTES_PER_PROGRAM_BYTE = 4;

/** What even the smallest session takes. */
const SMALLEST_SESSION_BYTES = 2 ** 20;

/** The process grows by this much for many reasons; only more counts as a session's. */
const NOISE_BYTES = 16 * 2 ** 20;

/** How long a process that ends waits for the programs that run. */
const EXIT_TIMEOUT_MS = 60_000;

export interface PoolOptions extends WorkerConfiguration {
  readonly workers: number;
  readonly memoryLimitBytes: number;
  readonly maximumQueued: number;
}

interface Run extends Request {
  /** Resident memory of the process when it began, and how many tasks ran then. */
  readonly residentBytes: number;
  readonly beside: number;
}

interface Request {
  readonly program: ProgramHandle;
  readonly task: Task;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

/** Worker threads, the requests that wait for one, and the sessions they hold. First come, first served. */
export class WorkerPool implements ThreadEvents {
  readonly #options: PoolOptions;
  readonly #threads = new Set<WorkerThread>();
  readonly #running = new Map<WorkerThread, Run>();
  readonly #ledger: SessionLedger<WorkerThread>;
  #queue: Request[] = [];
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#ledger = new SessionLedger(options.memoryLimitBytes);
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  get usage(): { workers: number; running: number; queued: number; sessions: number; sessionBytes: number } {
    return {
      workers: this.#threads.size,
      running: this.#running.size,
      queued: this.#queue.length,
      sessions: this.#ledger.count,
      sessionBytes: this.#ledger.bytes,
    };
  }

  /** Starts the first worker and returns the executor's name and version. */
  async start(): Promise<string> {
    process.on('exit', this.#waitAtExit);
    const thread = this.#spawn();
    const executor = await thread.ready;
    thread.unref();
    return executor;
  }

  /** Does a task as soon as a worker is free. */
  async request(program: ProgramHandle, task: Task, signal: AbortSignal | undefined): Promise<Outcome> {
    if (this.#closed) throw new RuntimeClosedError('The runtime is closed.');
    signal?.throwIfAborted();
    const { promise, resolve, reject } = withResolvers<Outcome>();
    const request: Request = { program, task, resolve, reject };
    // A running one goes on in its worker, which is busy until then; nobody waits for its outcome any more.
    const abandon = (): void => {
      this.#queue = this.#queue.filter((other) => other !== request);
      reject(signal?.reason);
      this.#dispatch();
    };
    this.#queue.push(request);
    this.#dispatch();
    if (this.#queue.length > this.#options.maximumQueued && this.#queue.at(-1) === request) {
      this.#queue.pop();
      throw new QueueFullError(
        `${this.#queue.length} requests wait already, as many as are allowed; try again in a while.`,
      );
    }
    signal?.addEventListener('abort', abandon, { once: true });
    try {
      return await promise;
    } finally {
      signal?.removeEventListener('abort', abandon);
    }
  }

  /** Ends all workers once the programs that run have ended; requests that are not done fail at once. */
  async close(): Promise<void> {
    this.#closed = true;
    const open = [...this.#queue, ...this.#running.values()];
    this.#queue = [];
    for (const { reject } of open)
      reject(new RuntimeClosedError('The runtime was closed before the request was done.'));
    await Promise.all([...this.#threads].map((thread) => thread.close()));
    process.off('exit', this.#waitAtExit);
  }

  finished(thread: WorkerThread, digest: string, loaded: boolean, outcome: Outcome | Error): void {
    const request = this.#running.get(thread);
    this.#running.delete(thread);
    if (!loaded) this.#ledger.forget(thread, digest);
    else if (request !== undefined) this.#observe(thread, digest, request);
    if (outcome instanceof Error) request?.reject(outcome);
    else request?.resolve(outcome);
    this.#dispatch();
  }

  died(thread: WorkerThread, error: WorkerDiedError): void {
    const request = this.#running.get(thread);
    this.#running.delete(thread);
    this.#threads.delete(thread);
    this.#ledger.forget(thread);
    request?.reject(error);
    this.#dispatch();
  }

  /** `process.exit` ends threads where they are; inside the executor that would abort the process. */
  readonly #waitAtExit = (): void => {
    for (const thread of this.#threads) thread.wait(EXIT_TIMEOUT_MS);
  };

  #spawn(): WorkerThread {
    const thread = new WorkerThread(this.#options, this);
    this.#threads.add(thread);
    return thread;
  }

  #dispatch(): void {
    for (let request = this.#queue[0]; request !== undefined && !this.#closed; request = this.#queue[0]) {
      const bytes = sessionBytes(request.program);
      if (bytes > this.#options.memoryLimitBytes) {
        this.#queue.shift();
        request.reject(tooLarge(request.program, bytes, this.#options.memoryLimitBytes));
        continue;
      }
      const thread = this.#threadFor(request.program.digest, bytes);
      if (thread === undefined) return;
      this.#queue.shift();
      const { digest } = request.program;
      const send = !this.#ledger.holds(thread, digest);
      this.#ledger.use(thread, digest, bytes);
      this.#running.set(thread, {
        ...request,
        residentBytes: process.memoryUsage.rss(),
        beside: this.#running.size,
      });
      thread.begin(request.program, request.task, send);
    }
  }

  /**
   * Counts the growth of the process during a task as the session's, shared with what ran beside it: a session keeps
   * the memory of its activations. Then frees what is too much, least recently used first, but not this one.
   */
  #observe(thread: WorkerThread, digest: string, { residentBytes, beside }: Run): void {
    const sharers = 1 + Math.max(beside, this.#running.size);
    const growth = (process.memoryUsage.rss() - residentBytes) / sharers;
    if (growth <= NOISE_BYTES) return;
    this.#ledger.observe(thread, digest, growth);
    const isKept = (holder: WorkerThread, other: string): boolean =>
      holder.digest === other || (holder === thread && other === digest);
    for (const gone of this.#ledger.trim(isKept)) gone.holder.release(gone.digest);
  }

  /** A free worker that holds the program, or one that has or can get room for it; undefined: wait. */
  #threadFor(digest: string, bytes: number): WorkerThread | undefined {
    const idle = [...this.#threads].filter((thread) => !this.#running.has(thread));
    const holder = idle.find((thread) => this.#ledger.holds(thread, digest));
    if (holder !== undefined) return holder;
    if (idle.length === 0 && this.#threads.size >= this.#options.workers) return undefined;
    // Rather wait for the worker that holds it than drive other programs out for a second copy.
    if (this.#ledger.isHeld(digest) && !this.#ledger.fits(bytes)) return undefined;
    const gone = this.#ledger.makeRoom(bytes, (thread, other) => thread.digest === other);
    if (gone === undefined) return undefined;
    for (const { holder: owner, digest: other } of gone) owner.release(other);
    idle.sort((a, b) => this.#ledger.countOf(a) - this.#ledger.countOf(b));
    return idle[0] ?? this.#spawn();
  }
}

function sessionBytes(program: ProgramHandle): number {
  return Math.max(SMALLEST_SESSION_BYTES, program.sizeBytes * SESSION_BYTES_PER_PROGRAM_BYTE);
}

function tooLarge(program: ProgramHandle, bytes: number, limit: number): OutOfMemoryError {
  return new OutOfMemoryError(
    `The program of ${megabytes(program.sizeBytes)} takes about ${megabytes(bytes)} of memory as a session, and all ` +
      `sessions together may take ${megabytes(limit)}; raise memoryLimitBytes.`,
  );
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

function withResolvers<T>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (error: unknown) => void;
} {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((res, rej) => {
    resolve = res;
    reject = rej;
  });
  return { promise, resolve, reject };
}
