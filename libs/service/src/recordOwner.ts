import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { z } from 'zod';

/** The process that works on what a record describes, e.g. a run or a training. */
export interface RecordOwner {
  readonly instance: string;
  readonly host: string;
  readonly pid: number;
}

export const recordOwnerSchema = z.object({ instance: z.string(), host: z.string(), pid: z.number() });

/** How often the owner of a record says that it lives. */
export const HEARTBEAT_MS = 5000;
/** After this long without a word the owner is taken to be dead. */
const SILENCE_MS = 4 * HEARTBEAT_MS;

/** This process. */
export function thisOwner(): RecordOwner {
  return { instance: randomUUID(), host: hostname(), pid: process.pid };
}

/**
 * Whether the owner can be taken to be dead: its process is gone from this machine, or it has been silent too long
 * wherever it is.
 */
export function isGone(owner: RecordOwner, lastWord: Date, self: RecordOwner, now = new Date()): boolean {
  if (owner.instance === self.instance) return false;
  if (owner.host === self.host && (owner.pid === self.pid || !isAlive(owner.pid))) return true;
  return now.getTime() - lastWord.getTime() > SILENCE_MS;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
