import { isPassingFault } from './passingFault.js';
import { reasonOf, type SkippedEntry } from './skippedEntry.js';
import type { LocalFile } from './storedFile.js';

/** What `read` makes of each file; those that it throws for are skipped, and told why. */
export async function readEach<Content>(
  files: readonly LocalFile[],
  skipped: SkippedEntry[],
  read: (file: LocalFile) => Promise<Content>,
): Promise<Content[]> {
  const contents: Content[] = [];
  for (const file of files) {
    try {
      contents.push(await read(file));
    } catch (error) {
      if (isPassingFault(error)) throw error;
      skipped.push({ name: file.name, reason: reasonOf(error) });
    }
  }
  return contents;
}
