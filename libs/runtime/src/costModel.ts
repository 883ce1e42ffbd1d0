/** Weight of the newest run in what is remembered. */
const NEWEST = 0.3;

/** Those that ran last are remembered. */
const MAXIMUM_PROGRAMS = 1000;

/** What runs of programs take, from what they took before: in proportion to the bytes fed, as that is to the batch. */
export class CostModel {
  readonly #msPerByte = new Map<string, number>();

  /** Milliseconds that a run is thought to take on one worker; undefined of a program that never ran. */
  expectedMs(digest: string, fedBytes: number): number | undefined {
    const msPerByte = this.#msPerByte.get(digest);
    return msPerByte === undefined ? undefined : msPerByte * Math.max(1, fedBytes);
  }

  /** Notes what a run took. */
  observe(digest: string, fedBytes: number, milliseconds: number): void {
    const newest = milliseconds / Math.max(1, fedBytes);
    const known = this.#msPerByte.get(digest) ?? newest;
    this.#msPerByte.delete(digest);
    this.#msPerByte.set(digest, known + NEWEST * (newest - known));
    const [oldest] = this.#msPerByte.keys();
    if (oldest !== undefined && this.#msPerByte.size > MAXIMUM_PROGRAMS) this.#msPerByte.delete(oldest);
  }
}
