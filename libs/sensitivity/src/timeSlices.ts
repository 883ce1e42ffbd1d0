import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long work goes on before others of its event loop have their turn. */
const SLICE_MS = 10;

/** Calls of `breathe` between two looks at the clock. */
const CALLS = 64;

/** Lets long work share its event loop, and stop when it is no longer wanted. */
export class TimeSlices {
  readonly #signal: AbortSignal | undefined;
  #startMs = performance.now();
  #calls = 0;

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
  }

  /**
   * To be called after every small piece of the work; undefined, and nothing to wait for, most of the time.
   * @throws the signal's reason where it is aborted
   */
  breathe(): Promise<void> | undefined {
    this.#calls += 1;
    if (this.#calls % CALLS !== 0 || performance.now() - this.#startMs < SLICE_MS) return undefined;
    return this.turn();
  }

  /** Gives the others their turn now. @throws the signal's reason where it is aborted */
  async turn(): Promise<void> {
    await nextTurn();
    this.#signal?.throwIfAborted();
    this.#startMs = performance.now();
  }
}
