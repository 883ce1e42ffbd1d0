import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { OutputExistsError } from './exitCodes.js';

/**
 * Checks, before long work begins, that its result may be written.
 * @throws OutputExistsError
 */
export function checkOutput(path: string | undefined, force: boolean): void {
  if (path !== undefined && !force && existsSync(path)) throw new OutputExistsError(path);
}

/** Writes a whole file or none. */
export async function writeOutput(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const half = `${path}.${process.pid}.part`;
  await writeFile(half, bytes);
  await rename(half, path);
}
