import { bytesOf, ndarrayFromBytes, type NdArray } from '@oblique/arrays';
import { availableParallelism, totalmem } from 'node:os';
import { MemoryBudget } from './memoryBudget.js';
import { ProgramHandle, digestOf } from './programHandle.js';
import { WorkerPool } from './workerPool.js';
import type { Device, ExecutorName, Feeds, Signature } from './messages.js';

export interface RuntimeOptions {
  /** Where programs run. It is used or {@link Runtime.start} fails; there is no falling back. */
  readonly device: Device;
  /** What executes them; as with the device, there is no falling back. Default: `onnxruntime`. */
  readonly executor?: ExecutorName | undefined;
  /**
   * Programs that run at the same time, each in a worker thread of its own. Default: one a core on the CPU, one on
   * CUDA. Workers start when there is work for them.
   */
  readonly workers?: number | undefined;
  /** Cores that one run uses. Default: 1 on the CPU, where more workers of one thread beat fewer of several. */
  readonly threadsPerWorker?: number | undefined;
  /**
   * Memory that the sessions of all workers may take together, by estimate: four times the program's bytes each, or
   * what the process was seen to grow by when it ran. The least recently used ones are freed to stay below; a program
   * whose bytes alone are too many fails with OutOfMemoryError. Default: half of what the process may use.
   */
  readonly memoryLimitBytes?: number | undefined;
  /** What the machine has left for this process, in bytes. Default: what the operating system says. */
  readonly availableMemoryBytes?: (() => number) | undefined;
  /**
   * Requests that may wait for a worker; one more fails with QueueFullError. Batches of measurements do not count: a
   * measurement asks for no more of them at a time than there are workers. Default: no limit.
   */
  readonly maximumQueued?: number | undefined;
  /** How many of them may be one client's. Default: no limit. */
  readonly maximumQueuedPerClient?: number | undefined;
}

/** What the runtime is, for reports and provenance. */
export interface RuntimeInfo {
  readonly device: Device;
  /** Name and version of what executes programs, e.g. `onnxruntime 1.30.0`. */
  readonly executor: string;
  readonly workers: number;
  readonly threadsPerWorker: number;
  readonly memoryLimitBytes: number;
}

/** What the runtime is at. */
export interface RuntimeUsage {
  /** Worker threads that live. */
  readonly workers: number;
  readonly running: number;
  readonly queued: number;
  /** Sessions held, a program in two workers counted twice, and the memory they take by estimate. */
  readonly sessions: number;
  readonly sessionBytes: number;
}

/** What a run is for. Only short runs for inference may have the worker that is kept for them. */
export type WorkKind = 'inference' | 'measurement' | 'other';

export interface RunOptions {
  /** Who asks: clients take turns, and each of them inference, measurements and the rest. Default: all are one. */
  readonly client?: string | undefined;
  /** Default: `other`. */
  readonly kind?: WorkKind | undefined;
  /** Among runs of one client and kind that wait, lower ranks come first. Default: 0. */
  readonly rank?: number | undefined;
  /** Aborted while the request waits, it is dropped; while it runs, it is abandoned. Either way run() fails at once. */
  readonly signal?: AbortSignal | undefined;
  /** Told how long the run took on its worker, loading and waiting apart. */
  readonly onRan?: ((milliseconds: number) => void) | undefined;
  /** Names of the outputs wanted. Default: all. */
  readonly outputs?: readonly string[] | undefined;
  /** Hands the feeds' memory over instead of copying it: the arrays are empty afterwards. Default: false. */
  readonly transferFeeds?: boolean | undefined;
}

/** Runs ONNX programs in worker threads, so that the event loop stays free. */
export class Runtime {
  readonly info: RuntimeInfo;
  /** What work that knows how much memory it takes may take. */
  readonly memory: MemoryBudget;
  readonly #pool: WorkerPool;
  readonly #handles = new Map<string, WeakRef<ProgramHandle>>();

  private constructor(info: RuntimeInfo, pool: WorkerPool, availableBytes: () => number) {
    this.info = info;
    this.memory = new MemoryBudget({ availableBytes, residentBytes: () => process.memoryUsage.rss() });
    this.#pool = pool;
  }

  /**
   * Starts a runtime, and its first worker to see that the device can be used.
   * @throws DeviceUnavailableError where it cannot; the message says what to install.
   * @throws RangeError where an option is not a whole number in its range.
   */
  static async start(options: RuntimeOptions): Promise<Runtime> {
    const { device, executor: executorName = 'onnxruntime' } = options;
    const workers = positive('workers', options.workers ?? (device === 'cpu' ? availableParallelism() : 1));
    const threadsPerWorker = positive('threadsPerWorker', options.threadsPerWorker ?? 1);
    const memoryLimitBytes = positive(
      'memoryLimitBytes',
      options.memoryLimitBytes ?? Math.floor(usableMemory() / 2),
    );
    const maximumQueued = limit('maximumQueued', options.maximumQueued);
    const maximumQueuedPerClient = limit('maximumQueuedPerClient', options.maximumQueuedPerClient);
    const pool = new WorkerPool({
      device,
      executor: executorName,
      threads: threadsPerWorker,
      workers,
      // A second copy of a program on a GPU would take its memory twice, and there no batch takes long.
      keepsWorkerForShortRuns: device === 'cpu' && executorName === 'onnxruntime',
      memoryLimitBytes,
      maximumQueued,
      maximumQueuedPerClient,
    });
    try {
      const executor = await pool.start();
      const info = { device, executor, workers, threadsPerWorker, memoryLimitBytes };
      return new Runtime(info, pool, options.availableMemoryBytes ?? (() => process.availableMemory()));
    } catch (error) {
      await pool.close();
      throw error;
    }
  }

  /** Whether it was closed: it runs nothing any more. */
  get isClosed(): boolean {
    return this.#pool.isClosed;
  }

  get usage(): RuntimeUsage {
    return this.#pool.usage;
  }

  /** Ends workers that are at nothing, which gives the memory of their sessions back; new ones start when needed. */
  async endIdleWorkers(): Promise<void> {
    await this.#pool.endIdle();
  }

  /**
   * A handle on a program (the bytes of an ONNX file). Nothing is checked or loaded before it is first used.
   * @param digest SHA-256 of the bytes, where the caller has it
   */
  load(program: Uint8Array, digest: ProgramHandle['digest'] = digestOf(program)): ProgramHandle {
    const known = this.#handles.get(digest)?.deref();
    if (known !== undefined) return known;
    const handle = new ProgramHandle(program, digest);
    for (const [key, reference] of this.#handles)
      if (reference.deref() === undefined) this.#handles.delete(key);
    this.#handles.set(digest, new WeakRef(handle));
    return handle;
  }

  /**
   * Loads the program in a worker and returns its inputs and outputs as the executor sees them.
   * @throws ProgramRejectedError, OutOfMemoryError, WorkerDiedError, QueueFullError, RuntimeClosedError, or the
   *   signal's reason.
   */
  async describe(
    handle: ProgramHandle,
    options: Pick<RunOptions, 'signal' | 'client'> = {},
  ): Promise<Signature> {
    const outcome = await this.#pool.request(handle, { kind: 'describe' }, options);
    if (outcome.kind !== 'described') throw new TypeError(`A worker answered describe with ${outcome.kind}.`);
    return outcome.signature;
  }

  /**
   * Runs the program. The feeds are read before this returns; they may be changed afterwards.
   * @throws InvalidRunError where a feed's name, element type or shape, or an output's name, does not fit the program.
   * @throws RunFailedError, and all that {@link describe} throws.
   */
  async run(handle: ProgramHandle, feeds: Feeds, options: RunOptions = {}): Promise<Record<string, NdArray>> {
    options.signal?.throwIfAborted();
    const own = Object.fromEntries(
      Object.entries(feeds).map(([name, array]) => [
        name,
        options.transferFeeds ? taken(array) : copied(array),
      ]),
    );
    const outcome = await this.#pool.request(
      handle,
      { kind: 'run', feeds: own, outputs: options.outputs },
      options,
    );
    if (outcome.kind !== 'ran') throw new TypeError(`A worker answered run with ${outcome.kind}.`);
    options.onRan?.(outcome.milliseconds);
    return outcome.outputs;
  }

  /**
   * Ends the workers. Requests that are not done fail with RuntimeClosedError at once; this returns when the programs
   * that run have ended, because ONNX Runtime cannot be stopped within a run.
   */
  async close(): Promise<void> {
    await this.#pool.close();
  }
}

/** A copy over memory of its own, whose buffer can be handed to a worker. */
function copied(array: NdArray): NdArray {
  return ndarrayFromBytes(array.dtype, array.shape, bytesOf(array).slice());
}

/** The same over the memory itself, where all of the buffer is the array's and it is not shared. */
function taken(array: NdArray): NdArray {
  const { buffer, byteLength } = array.data;
  if (!(buffer instanceof ArrayBuffer) || buffer.byteLength !== byteLength) return copied(array);
  return ndarrayFromBytes(array.dtype, array.shape, structuredClone(bytesOf(array), { transfer: [buffer] }));
}

function positive(name: string, value: number): number {
  if (!(Number.isInteger(value) && value >= 1))
    throw new RangeError(`${name} is a whole number from 1, not ${value}.`);
  return value;
}

function limit(name: string, value = Infinity): number {
  if (!(value === Infinity || (Number.isInteger(value) && value >= 0)))
    throw new RangeError(`${name} is a whole number from 0, not ${value}.`);
  return value;
}

/** Memory that this process may use: the machine's, or what its container allows. */
function usableMemory(): number {
  const allowed = process.constrainedMemory();
  return allowed > 0 && allowed < totalmem() ? allowed : totalmem();
}
