/**
 * The outcome of a claim, in the words that every report uses. `not learned`: networks did not learn their task, so that
 * nothing follows from them.
 */
export const VERDICTS = ['supported', 'not supported', 'inconclusive', 'not learned'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** An interval with its confidence level in (0, 1). */
export interface Interval {
  readonly low: number;
  readonly high: number;
  readonly confidence: number;
}

/** One testable sentence with what was measured for it. */
export interface Claim {
  readonly id: string;
  /** The claim as a sentence that can be true or false. */
  readonly sentence: string;
  /** What is measured, in words. */
  readonly statistic: string;
  /** What the statistic must be for the claim to hold, in words. */
  readonly threshold: string;
  /** The statistic's value; null where it could not be measured. */
  readonly effect: number | null;
  readonly interval: Interval | null;
  readonly verdict: Verdict;
  /** Why the verdict follows from the numbers. */
  readonly explanation: string;
  /** Ids of the figures that show it. */
  readonly figures?: readonly string[];
  /** Digests of the artifacts that the effect was read from. */
  readonly provenance?: readonly string[];
}
