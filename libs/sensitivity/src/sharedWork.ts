/** Work that several may wait for: it goes on while one of them does, and is aborted when the last gives up. */
export class SharedWork<Value> {
  readonly #givenUp = new AbortController();
  readonly #value: Promise<Value>;
  #waiting = 0;

  constructor(start: (signal: AbortSignal) => Promise<Value>) {
    this.#value = start(this.#givenUp.signal);
    // Those who wait are told; where nobody does any more, nobody needs to be.
    this.#value.catch(() => undefined);
  }

  /** Whether it came to nothing, because it failed or nobody waited; who wants it then starts it anew. */
  get isLost(): boolean {
    return this.#givenUp.signal.aborted;
  }

  /** @throws what the work throws; the signal's reason when it is aborted */
  async wait(signal: AbortSignal | undefined): Promise<Value> {
    signal?.throwIfAborted();
    this.#waiting += 1;
    try {
      return await unlessAborted(this.#value, signal);
    } catch (error) {
      if (this.#waiting === 1) this.#givenUp.abort(error);
      throw error;
    } finally {
      this.#waiting -= 1;
    }
  }
}

async function unlessAborted<Value>(value: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return value;
  let stop = (): void => undefined;
  const aborted = new Promise<void>((resolve) => {
    stop = resolve;
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([
      value,
      aborted.then(() => {
        throw signal.reason;
      }),
    ]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
