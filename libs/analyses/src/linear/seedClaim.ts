import type { Claim, Interval, Verdict } from '@oblique/report';
import { overSeeds } from '@oblique/statistics';

/** A claim about one number a seed. */
interface SeedClaim extends Pick<Claim, 'id' | 'sentence' | 'statistic' | 'threshold' | 'explanation'> {
  readonly values: readonly number[];
  readonly confidence: number;
  readonly judge: (interval: Interval) => Verdict;
  readonly figures: readonly string[];
  readonly provenance: readonly string[];
}

/** The claim with the mean over seeds and Student's interval; without an interval it is not judged. */
export function overSeedsClaim({ values, confidence, judge, explanation, ...claim }: SeedClaim): Claim {
  const known = values.filter(Number.isFinite);
  if (known.length < values.length || known.length === 0) {
    return {
      ...claim,
      effect: null,
      interval: null,
      verdict: 'inconclusive',
      explanation: `${explanation} It could not be measured in ${values.length - known.length} of ${values.length} seeds: too little was learned.`,
    };
  }
  const { estimate, interval } = overSeeds(known, confidence);
  const hasInterval = Number.isFinite(interval.low);
  return {
    ...claim,
    effect: estimate,
    interval: hasInterval ? interval : null,
    verdict: hasInterval ? judge(interval) : 'inconclusive',
    explanation: `${explanation} ${hasInterval ? `The interval is Student's over ${known.length} seeds.` : 'One seed has no interval: give more seeds.'}`,
  };
}
