import { CostModel } from './costModel.js';
import { OutOfMemoryError, QueueFullError, RuntimeClosedError, type WorkerDiedError } from './errors.js';
import { FairQueue, type Waiting } from './fairQueue.js';
import type { Task, WorkerConfiguration } from './messages.js';
import type { ProgramHandle } from './programHandle.js';
import type { RunOptions } from './runtime.js';
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

/** What is thought of a program that was never run: 5 ms, and as much for every MiB of its file; more of a batch. */
const FIRST_GUESS_MS = 5;
const FIRST_GUESS_MS_PER_BYTE = 5 / 2 ** 20;
const FIRST_GUESS_BATCH_MS = 200;

/** What runs for inference may be thought to take and still have the worker that is kept for short ones. */
const SHORT_RUN_MS = 250;

/** Workers that were at nothing for this long are ended: a session keeps the memory of its largest run. */
const IDLE_MS = 60_000;

/** How long a process that ends waits for the programs that run. */
const EXIT_TIMEOUT_MS = 60_000;

export interface PoolOptions extends WorkerConfiguration {
  readonly workers: number;
  /** Whether there is one worker more, for short runs for inference that find the others busy. */
  readonly keepsWorkerForShortRuns: boolean;
  readonly memoryLimitBytes: number;
  readonly maximumQueued: number;
  readonly maximumQueuedPerClient: number;
}

/** Who asks, for what, and until when. */
export type Requester = Pick<RunOptions, 'client' | 'kind' | 'rank' | 'signal'>;

interface Run extends Request {
  /** Resident memory of the process when it began, and how many tasks ran then. */
  readonly residentBytes: number;
  readonly beside: number;
}

/** Its cost is in milliseconds of a worker. */
interface Request extends Waiting {
  readonly program: ProgramHandle;
  readonly task: Task;
  /** Bytes of its feeds, which are the worker's once it runs. */
  readonly fedBytes: number;
  readonly client: string;
  /** Whether it is one of those whose number is limited. */
  readonly isCounted: boolean;
  readonly isShort: boolean;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Worker threads, the requests that wait for one, and the sessions they hold. Requests are served as {@link FairQueue}
 * says, a flow being what one client asks for of one kind. A run cannot be stopped, and one batch of a measurement may
 * take a second: so that nobody waits for that who asks for little, one more worker is kept for short inference.
 */
export class WorkerPool implements ThreadEvents {
  readonly #options: PoolOptions;
  readonly #threads = new Set<WorkerThread>();
  readonly #running = new Map<WorkerThread, Run>();
  readonly #ledger: SessionLedger<WorkerThread>;
  readonly #queue = new FairQueue<Request>();
  readonly #costs = new CostModel();
  /** The worker kept for short runs, once there was need of it; it is one of the threads. */
  #spare: WorkerThread | undefined;
  #isSpareReady = false;
  #idleTimer: NodeJS.Timeout | undefined;
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
      queued: this.#queue.size,
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

  /** Does a task when it is its turn and a worker is free. */
  async request(program: ProgramHandle, task: Task, requester: Requester): Promise<Outcome> {
    const { client = '', kind = 'other', rank, signal } = requester;
    if (this.#closed) throw new RuntimeClosedError('The runtime is closed.');
    signal?.throwIfAborted();
    const { promise, resolve, reject } = withResolvers<Outcome>();
    const fed = fedBytes(task);
    const guessMs =
      FIRST_GUESS_MS +
      FIRST_GUESS_MS_PER_BYTE * program.sizeBytes +
      (kind === 'measurement' ? FIRST_GUESS_BATCH_MS : 0);
    // Asked when it counts: others of its kind may have run while it waits.
    const costOf = (): number => this.#costs.expectedMs(program.digest, fed) ?? guessMs;
    const request: Request = {
      program,
      task,
      client,
      flow: JSON.stringify([client, kind]),
      rank,
      get cost() {
        return costOf();
      },
      fedBytes: fed,
      isCounted: kind !== 'measurement',
      get isShort() {
        return kind === 'inference' && costOf() <= SHORT_RUN_MS;
      },
      resolve,
      reject,
    };
    // A running one goes on in its worker, which is busy until then; nobody waits for its outcome any more.
    const abandon = (): void => {
      this.#queue.remove(request);
      reject(signal?.reason);
      this.#dispatch();
    };
    this.#queue.add(request);
    this.#dispatch();
    this.#refuseIfTooMany(request);
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
    clearTimeout(this.#idleTimer);
    const open = [...this.#queue.clear(), ...this.#running.values()];
    for (const { reject } of open)
      reject(new RuntimeClosedError('The runtime was closed before the request was done.'));
    await Promise.all([...this.#threads].map((thread) => thread.close()));
    process.off('exit', this.#waitAtExit);
  }

  /** Ends the workers that are at nothing, and resolves when they have ended. */
  async endIdle(): Promise<void> {
    const idle = [...this.#threads].filter((thread) => !this.#running.has(thread));
    for (const thread of idle) {
      this.#threads.delete(thread);
      this.#ledger.forget(thread);
      if (this.#spare === thread) this.#spare = undefined;
    }
    await Promise.all(idle.map((thread) => thread.close()));
  }

  finished(thread: WorkerThread, digest: string, loaded: boolean, outcome: Outcome | Error): void {
    const request = this.#running.get(thread);
    this.#running.delete(thread);
    if (!loaded) this.#ledger.forget(thread, digest);
    else if (request !== undefined) this.#observe(thread, digest, request);
    if (request !== undefined && !(outcome instanceof Error) && outcome.kind === 'ran')
      this.#costs.observe(digest, request.fedBytes, outcome.milliseconds);
    if (outcome instanceof Error) request?.reject(outcome);
    else request?.resolve(outcome);
    this.#dispatch();
  }

  died(thread: WorkerThread, error: WorkerDiedError): void {
    const request = this.#running.get(thread);
    this.#running.delete(thread);
    this.#threads.delete(thread);
    if (this.#spare === thread) this.#spare = undefined;
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
    for (let next = this.#queue.first(); next !== undefined && !this.#closed; next = this.#queue.first()) {
      const bytes = sessionBytes(next.program);
      if (bytes > this.#options.memoryLimitBytes) {
        this.#queue.remove(next);
        next.reject(tooLarge(next.program, bytes, this.#options.memoryLimitBytes));
        continue;
      }
      const thread = this.#threadFor(next.program.digest, bytes);
      if (thread === undefined) break;
      this.#begin(next, thread, bytes);
    }
    if (this.#options.keepsWorkerForShortRuns) this.#dispatchShort();
    this.#waitToEndIdle();
  }

  /** Begins to wait anew where nothing is done. */
  #waitToEndIdle(): void {
    clearTimeout(this.#idleTimer);
    if (this.#running.size > 0 || this.#queue.size > 0 || this.#closed) return;
    this.#idleTimer = setTimeout(() => void this.endIdle(), IDLE_MS).unref();
  }

  /** Gives the worker that is kept for short runs to the first of them, where it is free and has room. */
  #dispatchShort(): void {
    const request = this.#queue.first(({ isShort }) => isShort);
    if (this.#closed || request === undefined) return;
    if (this.#spare === undefined) this.#spawnSpare();
    // While it starts, another may become free.
    if (!this.#isSpareReady || this.#spare === undefined || this.#running.has(this.#spare)) return;
    const bytes = sessionBytes(request.program);
    if (this.#ledger.holds(this.#spare, request.program.digest) || this.#makeRoom(bytes))
      this.#begin(request, this.#spare, bytes);
  }

  #spawnSpare(): void {
    const spare = this.#spawn();
    this.#spare = spare;
    this.#isSpareReady = false;
    spare.ready.then(
      () => {
        spare.unref();
        this.#isSpareReady = this.#spare === spare;
        this.#dispatch();
      },
      // Its death is told by an event.
      () => undefined,
    );
  }

  #begin(request: Request, thread: WorkerThread, bytes: number): void {
    this.#queue.take(request);
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

  /** @throws QueueFullError where the request waits and is one too many. */
  #refuseIfTooMany(request: Request): void {
    const waiting = this.#queue.items();
    if (!request.isCounted || !waiting.includes(request)) return;
    const counted = waiting.filter(({ isCounted }) => isCounted);
    const own = counted.filter(({ client }) => client === request.client);
    const { maximumQueued, maximumQueuedPerClient, workers } = this.#options;
    if (counted.length <= maximumQueued && own.length <= maximumQueuedPerClient) return;
    this.#queue.remove(request);
    const retryAfterMs = Math.ceil(waiting.reduce((sum, { cost }) => sum + cost, 0) / workers);
    throw new QueueFullError(
      counted.length > maximumQueued
        ? `${maximumQueued} requests wait already, as many as are allowed; try again in a while.`
        : `${maximumQueuedPerClient} requests of this client wait already, as many as a client may have; send fewer at a time, or try again in a while.`,
      retryAfterMs,
    );
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
    const common = [...this.#threads].filter((thread) => thread !== this.#spare);
    const idle = common.filter((thread) => !this.#running.has(thread));
    const holder = idle.find((thread) => this.#ledger.holds(thread, digest));
    if (holder !== undefined) return holder;
    if (idle.length === 0 && common.length >= this.#options.workers) return undefined;
    // Rather wait for the worker that holds it than drive other programs out for a second copy.
    if (this.#ledger.isHeld(digest) && !this.#ledger.fits(bytes)) return undefined;
    if (!this.#makeRoom(bytes)) return undefined;
    idle.sort((a, b) => this.#ledger.countOf(a) - this.#ledger.countOf(b));
    return idle[0] ?? this.#spawn();
  }

  /** Frees sessions that nobody runs until one of this size fits; false where that is not possible now. */
  #makeRoom(bytes: number): boolean {
    const gone = this.#ledger.makeRoom(bytes, (thread, digest) => thread.digest === digest);
    if (gone === undefined) return false;
    for (const { holder, digest } of gone) holder.release(digest);
    return true;
  }
}

function fedBytes(task: Task): number {
  if (task.kind !== 'run') return 0;
  return Object.values(task.feeds).reduce((sum, { data }) => sum + data.byteLength, 0);
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
