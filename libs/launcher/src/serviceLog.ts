import { mkdirSync, openSync, readSync, closeSync, fstatSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

import { LaunchError } from './servicePrograms.js';

/** A log beyond this size is set aside as `<name>.log.1` when its service starts anew. */
const ROTATED_BYTES = 10 * 1024 * 1024;
const TAIL_BYTES = 4096;
const TAIL_LINES = 12;

/** The file that takes a service's stderr. */
export class ServiceLog {
  #startBytes = 0;

  constructor(readonly path: string) {}

  /** Opens the file at its end; the caller closes the descriptor. */
  open(): number {
    try {
      return this.#opened();
    } catch (cause) {
      const folder = dirname(dirname(this.path));
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new LaunchError(
        `Nothing can be written below ${folder} (${why}): make it writable, free some space there, or name another folder ` +
          'in OBLIQUE_HOME.',
        { cause },
      );
    }
  }

  #opened(): number {
    mkdirSync(dirname(this.path), { recursive: true });
    if ((statSync(this.path, { throwIfNoEntry: false })?.size ?? 0) > ROTATED_BYTES) {
      renameSync(this.path, `${this.path}.1`);
    }
    const descriptor = openSync(this.path, 'a');
    this.#startBytes = fstatSync(descriptor).size;
    return descriptor;
  }

  /** The last lines written since it was opened. */
  tail(): string {
    const descriptor = openSync(this.path, 'r');
    try {
      const { size } = fstatSync(descriptor);
      const start = Math.max(this.#startBytes, size - TAIL_BYTES);
      const bytes = Buffer.alloc(Math.max(0, size - start));
      readSync(descriptor, bytes, 0, bytes.length, start);
      return bytes.toString().trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
    } finally {
      closeSync(descriptor);
    }
  }
}
