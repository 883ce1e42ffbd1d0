import { UsageError } from '@oblique/service';
import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { OutputExistsError } from './exitCodes.js';

/**
 * Checks, before long work begins, that its result may and can be written; makes the folder that it goes to.
 * @throws OutputExistsError where it exists and `force` is false, UsageError where it is or lies in no place for a file.
 */
export function checkOutput(path: string | undefined, force: boolean): void {
  if (path === undefined) return;
  if (existsSync(path) && statSync(path).isDirectory())
    throw new UsageError(`${path} is a folder; name a file in it.`);
  if (!force && existsSync(path)) throw new OutputExistsError(path);
  try {
    mkdirSync(dirname(path), { recursive: true });
    accessSync(dirname(path), constants.W_OK);
  } catch (error) {
    throw new UsageError(`${path} cannot be written: ${reasonOf(error)}.`);
  }
}

/** Writes a whole file or none. */
export async function writeOutput(path: string, bytes: Uint8Array): Promise<void> {
  const half = `${path}.${process.pid}.part`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(half, bytes);
    await rename(half, path);
  } catch (cause) {
    await rm(half, { force: true }).catch(() => undefined);
    throw new Error(`${path} cannot be written: ${reasonOf(cause)}.`, { cause });
  }
}

/** What the operating system says, without the name of the call that it was said to. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return /^\w+: (.*?), \w+(?: '.*)?$/su.exec(message)?.[1] ?? message;
}
