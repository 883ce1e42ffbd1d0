import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** `oblique/datasets` in the user's cache folder ($XDG_CACHE_HOME, else ~/.cache). */
export function defaultCacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'oblique', 'datasets');
}

/**
 * A file that is made once. A half-made one is never seen.
 * @param identity what tells the file from every other, its version too
 * @param make writes the file at the path it is given
 */
export async function cachedFile(
  folder: string,
  identity: readonly (string | number | undefined)[],
  make: (path: string) => Promise<void>,
): Promise<string> {
  const path = join(folder, createHash('sha256').update(JSON.stringify(identity)).digest('hex'));
  if (await exists(path)) return path;
  await mkdir(folder, { recursive: true });
  const draft = `${path}.${randomUUID()}`;
  try {
    await make(draft);
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
  return path;
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
