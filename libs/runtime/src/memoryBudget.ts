/** What of the machine's memory work may count on. */
export interface MemorySource {
  /** What the machine, or the container, has left for this process: what all others took is gone already. */
  readonly availableBytes: () => number;
  /** What this process has. */
  readonly residentBytes: () => number;
}

/**
 * Promises of memory to work that is about to take it. What was promised and is not taken yet is not promised again; what
 * was taken is no longer available by itself.
 */
export class MemoryBudget {
  readonly #source: MemorySource;
  readonly #promised = new Set<{ readonly bytes: number }>();
  /** Resident memory when nothing was promised. */
  #baseBytes = 0;

  constructor(source: MemorySource) {
    this.#source = source;
  }

  /** Bytes that can be promised now. */
  leftBytes(): number {
    const promised = [...this.#promised].reduce((sum, { bytes }) => sum + bytes, 0);
    const taken = Math.max(0, this.#source.residentBytes() - this.#baseBytes);
    return this.#source.availableBytes() - Math.max(0, promised - taken);
  }

  /** Promises bytes; what it gives takes the promise back, once the work has ended. */
  promise(bytes: number): () => void {
    if (this.#promised.size === 0) this.#baseBytes = this.#source.residentBytes();
    const promise = { bytes };
    this.#promised.add(promise);
    return () => {
      this.#promised.delete(promise);
    };
  }
}
