/** How large the errors of a set of values are. */
export interface ErrorDistribution {
  readonly count: number;
  readonly median: number;
  readonly percentile99: number;
  readonly largest: number;
}

/** The distribution of `errors`; percentiles are the smallest error that so many are not above. */
export function errorDistribution(errors: readonly number[]): ErrorDistribution {
  const sorted = [...errors].sort((a, b) => a - b);
  const at = (part: number): number => sorted[Math.ceil(part * sorted.length) - 1] ?? NaN;
  return { count: sorted.length, median: at(0.5), percentile99: at(0.99), largest: at(1) };
}

/** One line for people. */
export function describeErrors({ count, median, percentile99, largest }: ErrorDistribution): string {
  const [half, most, all] = [median, percentile99, largest].map((error) => error.toExponential(1));
  return `${count} values, median ${half}, 99 % ${most}, largest ${all}`;
}
