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
  let latest: progressV1.Progress | undefined;
  let wake: () => void = () => undefined;
  let settled = false;
  const result = work((done, total) => {
    const ratePerSecond = (1000 * done) / Math.max(1, performance.now() - startMs);
    const secondsLeft = ratePerSecond > 0 ? (total - done) / ratePerSecond : undefined;
    latest = { stage, done, total, unit, ratePerSecond, secondsLeft };
    wake();
  }).finally(() => {
    settled = true;
    wake();
  });
  // It is awaited below; until then a failure must not count as unhandled.
  result.catch(() => undefined);

  let sentMs = -Infinity;
  while (!settled || latest !== undefined) {
    const waitMs = sentMs + INTERVAL_MS - performance.now();
    if (latest === undefined || (waitMs > 0 && !settled)) {
      await new Promise<void>((resolve) => {
        const timer = latest === undefined ? undefined : setTimeout(resolve, waitMs);
        wake = () => {
          if (latest !== undefined && !settled && timer !== undefined) return;
          clearTimeout(timer);
          resolve();
        };
        if (settled) wake();
      });
      continue;
    }
    const value = latest;
    latest = undefined;
    sentMs = performance.now();
    yield { $case: 'progress', value };
  }
  yield { $case: 'result', value: await result };
}
