import type { progressV1 } from '@oblique/contracts';

/** At most this often a progress is sent; the last one always is. */
const INTERVAL_MS = 100;

/** Events of a piece of work: how far it is, and at the end its result. */
export type ProgressEvent<Result> =
  | { readonly $case: 'progress'; readonly value: progressV1.Progress }
  | { readonly $case: 'result'; readonly value: Result };

/**
 * Runs `work`, and yields what it reports with rate and time left, then its result.
 * The consumer's pace does not hold up the work: reports it did not take are replaced by newer ones.
 */
export async function* progressStream<Result>(
  stage: string,
  unit: string,
  work: (report: (done: number, total: number) => void) => Promise<Result>,
): AsyncGenerator<ProgressEvent<Result>, void, undefined> {
  const startMs = performance.now();
  const state = new ProgressState();
  const result = work((done, total) => {
    const ratePerSecond = (1000 * done) / Math.max(1, performance.now() - startMs);
    const secondsLeft = ratePerSecond > 0 ? (total - done) / ratePerSecond : undefined;
    state.report({ stage, done, total, unit, ratePerSecond, secondsLeft });
  }).finally(() => {
    state.settle();
  });
  // It is awaited below; until then a failure must not count as unhandled.
  result.catch(() => undefined);

  for (;;) {
    const progress = await state.next();
    if (progress === undefined) break;
    yield { $case: 'progress', value: progress };
    await state.pause(INTERVAL_MS);
  }
  yield { $case: 'result', value: await result };
}

/** The newest report that nobody took yet, and whether the work has ended. */
class ProgressState {
  #latest: progressV1.Progress | undefined;
  #settled = false;
  #wake: () => void = () => undefined;

  report(progress: progressV1.Progress): void {
    this.#latest = progress;
    this.#wake();
  }

  settle(): void {
    this.#settled = true;
    this.#wake();
  }

  /** The newest report, as soon as there is one; undefined when the work has ended and all is taken. */
  async next(): Promise<progressV1.Progress | undefined> {
    if (this.#latest === undefined && !this.#settled) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const latest = this.#latest;
    this.#latest = undefined;
    return latest;
  }

  /** Waits a while, not beyond the end of the work. */
  async pause(milliseconds: number): Promise<void> {
    if (this.#settled) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        if (!this.#settled) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
