import type { Verdict } from '@oblique/report';

/** Whether a claim holds everywhere: one counterexample refutes it, one doubt leaves it open. */
export function allHold(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('not supported')) return 'not supported';
  return verdicts.length > 0 && verdicts.every((verdict) => verdict === 'supported')
    ? 'supported'
    : 'inconclusive';
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
