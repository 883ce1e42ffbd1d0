import type { Interval, Verdict } from '@oblique/report';

/** Whether a statistic lies above a threshold: only where its whole interval does. */
export function above(threshold: number, { low, high }: Interval): Verdict {
  if (low > threshold) return 'supported';
  return high < threshold ? 'not supported' : 'inconclusive';
}

/** Whether a statistic lies below a threshold: only where its whole interval does. */
export function below(threshold: number, { low, high }: Interval): Verdict {
  if (high < threshold) return 'supported';
  return low > threshold ? 'not supported' : 'inconclusive';
}

/** Whether a statistic lies within a tolerance of a value: only where its whole interval does. */
export function within(value: number, tolerance: number, { low, high }: Interval): Verdict {
  if (low > value - tolerance && high < value + tolerance) return 'supported';
  return high < value - tolerance || low > value + tolerance ? 'not supported' : 'inconclusive';
}

/** Whether a claim holds everywhere: one counterexample refutes it, one doubt leaves it open. */
export function everywhere(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('not supported')) return 'not supported';
  return verdicts.length === 0 || verdicts.includes('inconclusive') ? 'inconclusive' : 'supported';
}

/** Why a verdict follows from an interval. */
export function verdictInWords(verdict: Verdict): string {
  switch (verdict) {
    case 'supported':
      return 'The whole interval meets the threshold.';
    case 'not supported':
      return 'No part of the interval meets the threshold.';
    case 'inconclusive':
      return 'Only a part of the interval meets the threshold, or it could not be computed.';
    case 'not learned':
      return 'The task was not learned, so that nothing follows from these networks.';
  }
}

/** The deep half of layers in the order of depth; of an odd number, without the middle one. */
export function deepHalf<T>(layers: readonly T[]): readonly T[] {
  return layers.slice(Math.ceil(layers.length / 2) === layers.length ? 0 : Math.ceil(layers.length / 2));
}
