import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredFile } from './storedFile.js';

/** Deeper than this there is a folder that links to one above it. */
const DEEPEST = 12;

/** All files below a folder, hidden ones left out, links followed. */
export async function folderFiles(folder: string, signal: AbortSignal | undefined): Promise<StoredFile[]> {
  const files: StoredFile[] = [];
  const walk = async (path: string, name: string, depth: number): Promise<void> => {
    signal?.throwIfAborted();
    for (const item of await readdir(path, { withFileTypes: true })) {
      if (item.name.startsWith('.') || depth > DEEPEST) continue;
      const below = join(path, item.name);
      const belowName = name === '' ? item.name : `${name}/${item.name}`;
      const kind = item.isSymbolicLink() ? await stat(below) : item;
      if (kind.isDirectory()) await walk(below, belowName, depth + 1);
      else if (kind.isFile()) files.push({ name: belowName, bytes: { kind: 'file', path: below } });
    }
  };
  await walk(folder, '', 0);
  return files;
}
