import type { datasetV1 } from '@oblique/contracts';
import type { SkippedEntry } from '@oblique/datasets';

const MOST_NAMED = 100;

/** What was skipped of a dataset, in an answer. */
export function skippedMessage(skipped: readonly SkippedEntry[]): datasetV1.SkippedEntries {
  return { count: skipped.length, first: skipped.slice(0, MOST_NAMED).map((entry) => ({ ...entry })) };
}
