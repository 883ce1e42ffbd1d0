/** The outcome of a claim, in the words that every report uses. */
export type Verdict = 'supported' | 'not supported' | 'inconclusive';

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
