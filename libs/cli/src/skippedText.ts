import type { datasetV1 } from '@oblique/contracts';

const MOST_NAMED = 5;

/** `3: a.jpg (empty file), …`; undefined where nothing was. */
export function skippedText(skipped: datasetV1.SkippedEntries | undefined): string | undefined {
  if (skipped === undefined || skipped.count === 0) return undefined;
  const named = skipped.first.slice(0, MOST_NAMED).map(({ name, reason }) => `${name} (${reason})`);
  return `${skipped.count}: ${named.join(', ')}${skipped.count > named.length ? ', …' : ''}`;
}
