import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How later commands reach the supervisor that `up` left behind. */
export interface SupervisorAddress {
  readonly pid: number;
  /** Loopback port on which it takes requests. */
  readonly port: number;
  /** Proves that a request comes from somebody who may read the state file. */
  readonly token: string;
}

export function stateFileOf(home: string): string {
  return join(home, 'services.json');
}

/** The address in the state file; undefined where there is none, or one that a crash left unreadable. */
export async function readAddress(home: string): Promise<SupervisorAddress | undefined> {
  try {
    const state: unknown = JSON.parse(await readFile(stateFileOf(home), 'utf8'));
    if (typeof state !== 'object' || state === null) return undefined;
    if (!('pid' in state && 'port' in state && 'token' in state)) return undefined;
    const { pid, port, token } = state;
    if (typeof pid !== 'number' || typeof port !== 'number' || typeof token !== 'string') return undefined;
    return { pid, port, token };
  } catch {
    return undefined;
  }
}

/** Writes the file for its owner's eyes alone, whole or not at all; false where there is one already. */
export async function createStateFile(home: string, address: SupervisorAddress): Promise<boolean> {
  await mkdir(home, { recursive: true });
  const temporary = `${stateFileOf(home)}.${randomUUID()}`;
  try {
    await writeFile(temporary, `${JSON.stringify(address, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
    await link(temporary, stateFileOf(home));
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

export async function removeStateFile(home: string): Promise<void> {
  await rm(stateFileOf(home), { force: true });
}
