import { abortError } from './abortError.js';

/** A bounded number of places to work in, handed out first come, first served. */
export class Slots {
  #free: number;
  readonly #queue: (() => void)[] = [];

  constructor(count: number) {
    if (!Number.isInteger(count) || count < 1) {
      throw new RangeError(`Places to work in: ${count}; it must be a whole number of at least 1.`);
    }
    this.#free = count;
  }

  /**
   * Runs `work` once a place is free.
   * @throws signal.reason where the signal is aborted while it waits for one.
   */
  async use<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await this.#acquire(signal);
    try {
      return await work();
    } finally {
      // The place is handed on only after those who waited for this work have heard how it ended: a run that fails
      // with it gives up its other places in the queue first.
      setImmediate(() => {
        this.#release();
      });
    }
  }

  #acquire(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        this.#queue.splice(this.#queue.indexOf(enter), 1);
        reject(abortError(signal));
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#queue.push(enter);
    });
  }

  #release(): void {
    const next = this.#queue.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
