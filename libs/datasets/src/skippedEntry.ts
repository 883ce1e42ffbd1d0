/** Something at a dataset's location that gives no image though it might be expected to, and why. */
export interface SkippedEntry {
  /** Its path within the set; bytes that are no UTF-8 stand as `\xff`. */
  readonly name: string;
  readonly reason: string;
}

const NAMED = 5;
const LONGEST_REASON = 200;

/** `a.jpg (empty file), b.jpg (…), …`: the first few with their reasons. */
export function listSkipped(skipped: readonly SkippedEntry[]): string {
  const named = skipped.slice(0, NAMED).map(({ name, reason }) => `${name} (${reason})`);
  return `${named.join(', ')}${skipped.length > NAMED ? ', …' : ''}`;
}

/** What the operating system or a decoder says, in one line, without the call and the path that it was said to. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const reason = /^[A-Z]+: (.*?), \w+(?: |$)/s.exec(message)?.[1] ?? message;
  return reason.trim().replaceAll(/\s+/g, ' ').slice(0, LONGEST_REASON);
}
