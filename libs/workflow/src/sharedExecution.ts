import { abortError } from './abortError.js';
import type { Progress } from './progressMeter.js';

/** What someone who waits for a computation hears of it. */
export interface Watcher {
  /** The computation has got a place and works. */
  started(): void;
  progress(progress: Progress): void;
}

/**
 * One computation that several may wait for. Each leaves with its own signal; when the last has left, the computation
 * is aborted.
 */
export class SharedExecution<T> {
  readonly #controller = new AbortController();
  readonly #watchers = new Set<Watcher>();
  readonly #settled: Promise<T>;
  #started = false;
  #over = false;
  #last: Progress | undefined;

  constructor(work: (signal: AbortSignal, watcher: Watcher) => Promise<T>) {
    this.#settled = work(this.#controller.signal, {
      started: () => {
        this.#started = true;
        for (const watcher of this.#watchers) watcher.started();
      },
      progress: (progress) => {
        this.#last = progress;
        for (const watcher of this.#watchers) watcher.progress(progress);
      },
    });
    // Whoever waits hears of a failure; when all have left, nobody needs to.
    void this.settled().then(() => {
      this.#over = true;
    });
  }

  /** True once everybody has left: it cannot be joined any more. */
  get abandoned(): boolean {
    return this.#controller.signal.aborted;
  }

  /** When it is over, well or not. */
  async settled(): Promise<void> {
    await this.#settled.then(
      () => undefined,
      () => undefined,
    );
  }

  /**
   * Waits for the result.
   * @throws signal.reason where the signal is aborted first; where this was the last to wait, only after the
   *   computation has stopped.
   */
  async join(signal: AbortSignal, watcher: Watcher): Promise<T> {
    signal.throwIfAborted();
    this.#watchers.add(watcher);
    if (this.#started) watcher.started();
    if (this.#last !== undefined) watcher.progress(this.#last);
    let leave = (): void => undefined;
    const left = new Promise<never>((_, reject) => {
      leave = () => {
        reject(abortError(signal));
      };
    });
    signal.addEventListener('abort', leave, { once: true });
    try {
      return await Promise.race([this.#settled, left]);
    } finally {
      signal.removeEventListener('abort', leave);
      this.#watchers.delete(watcher);
      if (this.#watchers.size === 0 && !this.#over) {
        this.#controller.abort(signal.reason);
        await this.settled();
      }
    }
  }
}
