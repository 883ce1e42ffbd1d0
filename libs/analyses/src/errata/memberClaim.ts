import type { Claim, Interval, Verdict } from '@oblique/report';
import { overSeeds, type OverSeeds } from '@oblique/statistics';
import { verdictInWords } from '../verdicts.js';

/** A claim about one number of every member of a network. */
interface MemberClaim extends Omit<Claim, 'effect' | 'interval' | 'verdict'> {
  readonly values: readonly number[];
  readonly confidence: number;
  /** Default {@link overSeeds}. */
  readonly average?: (values: readonly number[], confidence: number) => OverSeeds;
  readonly judge: (interval: Interval) => Verdict;
}

/** Geometric mean of ratios with Student's interval of their logarithms. */
export function ratiosOverSeeds(ratios: readonly number[], confidence: number): OverSeeds {
  return exponential(overSeeds(ratios.map(Math.log), confidence));
}

/**
 * The claim with the mean over members, and Student's interval where they are several. A single network is compared
 * with itself on the same images: nothing is left to chance, and the number itself is judged.
 */
export function memberClaim({
  values,
  confidence,
  average = overSeeds,
  judge,
  explanation,
  ...claim
}: MemberClaim): Claim {
  const { estimate, interval } = average(values, confidence);
  const isSingle = values.length === 1;
  const verdict = judge(isSingle ? { low: estimate, high: estimate, confidence } : interval);
  return {
    ...claim,
    effect: estimate,
    interval: isSingle ? null : interval,
    verdict,
    explanation: isSingle
      ? `${explanation} One network, compared with itself on the same images: there is no chance in it.`
      : `${explanation} ${verdictInWords(verdict)} The interval is Student's over ${values.length} seeds.`,
  };
}

/** An estimate of logarithms as one of ratios. */
function exponential({ estimate, interval }: OverSeeds): OverSeeds {
  return {
    estimate: Math.exp(estimate),
    interval: { ...interval, low: Math.exp(interval.low), high: Math.exp(interval.high) },
  };
}
