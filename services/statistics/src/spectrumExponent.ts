import { powerLawFit, type Interval } from '@oblique/statistics';

const FIRST_COMPONENT = 10;
const BINS = 20;
/** Below this share of the first, a variance is rounding. */
const NO_VARIANCE = 1e-9;

/**
 * The power law variance ~ k^exponent of falling variances, k from 1, over components from the tenth on: a line through
 * the mean logarithms in 20 bins of equal width in log k, so that the many last components weigh no more than the first.
 * The interval says how well a line fits the bins. NaN where there are too few components for one.
 */
export function spectrumExponent(variance: readonly number[]): {
  exponent: number;
  exponentInterval: Interval;
} {
  const last = variance.findLastIndex((value) => value > NO_VARIANCE * (variance[0] ?? 0)) + 1;
  const bins = new Map<number, { k: number; variance: number }[]>();
  for (let k = FIRST_COMPONENT; k <= last; k++) {
    const place = Math.log(k / FIRST_COMPONENT) / Math.log(last / FIRST_COMPONENT);
    const bin = Math.min(BINS - 1, Math.floor(BINS * place));
    bins.set(bin, [...(bins.get(bin) ?? []), { k, variance: variance[k - 1] ?? NaN }]);
  }
  if (bins.size < 3) return { exponent: NaN, exponentInterval: { low: NaN, high: NaN, confidence: 0.95 } };
  const members = [...bins.values()];
  const { exponent, exponentInterval } = powerLawFit(
    members.map((bin) => geometricMean(bin.map(({ k }) => k))),
    members.map((bin) => geometricMean(bin.map((member) => member.variance))),
  );
  return { exponent, exponentInterval };
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
