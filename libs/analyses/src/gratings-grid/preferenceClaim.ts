import type { Claim, Interval, Verdict } from '@oblique/report';
import { overSeedsClaim } from '../linear/seedClaim.js';

interface PreferenceClaim extends Pick<Claim, 'id' | 'sentence' | 'statistic' | 'threshold' | 'explanation'> {
  readonly figures: readonly string[];
  readonly provenance: readonly string[];
  /** Logarithms, one a seed. */
  readonly logRatios: readonly number[];
  readonly confidence: number;
  /** Of the interval of the logarithms. */
  readonly judge: (interval: Interval) => Verdict;
}

/** A claim about a ratio: judged by logarithms over seeds, told as the ratio of their mean. */
export function preferenceClaim({ logRatios, ...claim }: PreferenceClaim): Claim {
  const judged = overSeedsClaim({ ...claim, values: logRatios });
  const { effect, interval } = judged;
  return {
    ...judged,
    effect: effect === null ? null : Math.exp(effect),
    interval: interval && { ...interval, low: Math.exp(interval.low), high: Math.exp(interval.high) },
  };
}
