/** Something that is timed; it gives the milliseconds of one go. */
export interface Contender {
  readonly name: string;
  readonly go: () => Promise<number>;
}

export interface Timings {
  readonly name: string;
  /** Every go, in the order in which they were made. */
  readonly milliseconds: readonly number[];
}

/**
 * Times contenders in turns, so that whatever else the machine does falls on all of them alike. Each has one go before
 * that is not counted (loading, memory, caches).
 */
export async function interleaved(contenders: readonly Contender[], repeats: number): Promise<Timings[]> {
  for (const { go } of contenders) await go();
  const rounds: number[][] = [];
  for (let round = 0; round < repeats; round += 1) {
    const times: number[] = [];
    for (const { go } of contenders) times.push(await go());
    rounds.push(times);
  }
  return contenders.map(({ name }, index) => ({
    name,
    milliseconds: rounds.map((times) => times[index] ?? NaN),
  }));
}

/** Milliseconds that `action` takes. */
export async function timed(action: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await action();
  return performance.now() - start;
}

/** How much longer `slow` takes than `fast`: by their fastest goes, and by the median over rounds. */
export function ratio(slow: Timings, fast: Timings): { readonly ofFastest: number; readonly median: number } {
  const byRound = slow.milliseconds.map((time, round) => time / (fast.milliseconds[round] ?? NaN));
  return { ofFastest: fastest(slow) / fastest(fast), median: median(byRound) };
}

export function fastest({ milliseconds }: Timings): number {
  return Math.min(...milliseconds);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
