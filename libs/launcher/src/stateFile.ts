import { mkdir, open, readFile, rm } from 'node:fs/promises';
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

/** Writes the file for its owner's eyes alone; false where there is one already. */
export async function createStateFile(home: string, address: SupervisorAddress): Promise<boolean> {
  await mkdir(home, { recursive: true });
  try {
    const file = await open(stateFileOf(home), 'wx', 0o600);
    await file.writeFile(`${JSON.stringify(address, null, 2)}\n`);
    await file.close();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

export async function removeStateFile(home: string): Promise<void> {
  await rm(stateFileOf(home), { force: true });
}
