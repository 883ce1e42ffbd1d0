import { median as medianOf, sampleRankCorrelation } from 'simple-statistics';

/** The median of the finite ones among the values; NaN where there are none. */
export function median(values: readonly number[]): number {
  const finite = values.filter(Number.isFinite);
  return finite.length === 0 ? NaN : medianOf(finite);
}

/** Pairs of which both are finite, as two lists. */
export function finitePairs(x: readonly number[], y: readonly number[]): readonly [number[], number[]] {
  const kept = x.flatMap((value, index) =>
    Number.isFinite(value) && Number.isFinite(y[index]) ? [index] : [],
  );
  return [kept.map((index) => x[index] ?? NaN), kept.map((index) => y[index] ?? NaN)];
}

/** Spearman's rank correlation over the pairs of which both are finite; NaN where there are fewer than three. */
export function rankCorrelation(x: readonly number[], y: readonly number[]): number {
  const [first, second] = finitePairs(x, y);
  return first.length < 3 ? NaN : sampleRankCorrelation(first, second);
}

/** |measured / theory - 1| of each; NaN where one of them is none. */
export function relativeErrors(measured: readonly number[], theory: readonly number[]): number[] {
  return measured.map((value, index) => Math.abs(value / (theory[index] ?? NaN) - 1));
}
