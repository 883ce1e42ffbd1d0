interface Entry<Holder> {
  readonly holder: Holder;
  readonly digest: string;
  readonly bytes: number;
}

/** Who holds sessions of which programs, and how much memory that takes; least recently used first. */
export class SessionLedger<Holder> {
  readonly #limitBytes: number;
  #entries: Entry<Holder>[] = [];

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** Sessions held. */
  get count(): number {
    return this.#entries.length;
  }

  /** Memory that the sessions are estimated to take. */
  get bytes(): number {
    return this.#entries.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  holds(holder: Holder, digest: string): boolean {
    return this.#entries.some((entry) => entry.holder === holder && entry.digest === digest);
  }

  /** Whether anybody holds a session of this program. */
  isHeld(digest: string): boolean {
    return this.#entries.some((entry) => entry.digest === digest);
  }

  /** How many sessions this holder has. */
  countOf(holder: Holder): number {
    return this.#entries.filter((entry) => entry.holder === holder).length;
  }

  /** Whether a session of this size fits beside those held. */
  fits(bytes: number): boolean {
    return this.bytes + bytes <= this.#limitBytes;
  }

  /** Notes a use: the session is now the most recently used one. `bytes` is what a new one is thought to take. */
  use(holder: Holder, digest: string, bytes: number): void {
    const known = this.#entries.find((entry) => entry.holder === holder && entry.digest === digest);
    this.forget(holder, digest);
    this.#entries.push(known ?? { holder, digest, bytes });
  }

  /** Notes that a session was seen to take this much; it is never thought to take less than before. */
  observe(holder: Holder, digest: string, bytes: number): void {
    this.#entries = this.#entries.map((entry) =>
      entry.holder === holder && entry.digest === digest
        ? { ...entry, bytes: Math.max(entry.bytes, bytes) }
        : entry,
    );
  }

  /** Strikes out one session, or all of a holder. */
  forget(holder: Holder, digest?: string): void {
    this.#entries = this.#entries.filter(
      (entry) => entry.holder !== holder || (digest !== undefined && entry.digest !== digest),
    );
  }

  /**
   * Strikes out the least recently used sessions until one of `bytes` fits, and returns those that went; undefined,
   * and nothing is struck out, where sessions that are kept leave no room.
   */
  makeRoom(
    bytes: number,
    isKept: (holder: Holder, digest: string) => boolean,
  ): readonly Entry<Holder>[] | undefined {
    const { gone, excess } = this.#oldest(this.bytes + bytes - this.#limitBytes, isKept);
    if (excess > 0) return undefined;
    this.#strike(gone);
    return gone;
  }

  /** Strikes out the least recently used sessions until the rest is within the limit, as far as it can be. */
  trim(isKept: (holder: Holder, digest: string) => boolean): readonly Entry<Holder>[] {
    const { gone } = this.#oldest(this.bytes - this.#limitBytes, isKept);
    this.#strike(gone);
    return gone;
  }

  /** The sessions that would have to go, and what would still be too much then. */
  #oldest(
    excess: number,
    isKept: (holder: Holder, digest: string) => boolean,
  ): { readonly gone: readonly Entry<Holder>[]; readonly excess: number } {
    const gone: Entry<Holder>[] = [];
    for (const entry of this.#entries) {
      if (excess <= 0) break;
      if (isKept(entry.holder, entry.digest)) continue;
      gone.push(entry);
      excess -= entry.bytes;
    }
    return { gone, excess };
  }

  #strike(gone: readonly Entry<Holder>[]): void {
    this.#entries = this.#entries.filter((entry) => !gone.includes(entry));
  }
}
