import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, lstat, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Digest } from './artifact.js';
import type { BlobEntry, Blobs, Staged } from './blobs.js';
import { StoreFullError, StoreUnavailableError } from './errors.js';
import { hashedCopy, inPieces, writeAll } from './hashedCopy.js';

const STAGING = 'staging';
/** Staged files that nobody has touched for this long were left by a writer that was killed. */
const ABANDONED_AFTER_MS = 24 * 3600 * 1000;

/**
 * Bytes in a folder of a local (or POSIX network) file system. Everything is written to a file of its own under
 * `staging/`, synced, and then renamed or linked into place, so no reader ever sees part of a file, and any number of
 * processes may write at a time.
 */
export class FolderBlobs implements Blobs {
  private constructor(readonly location: string) {}

  /** Opens the folder, making it where it is missing, and clears what killed writers left in it. */
  static async open(path: string): Promise<FolderBlobs> {
    const blobs = new FolderBlobs(resolve(path));
    await blobs.guard(async () => {
      await mkdir(blobs.location, { recursive: true });
      await blobs.makeFolder(STAGING);
      await blobs.clearAbandoned();
    });
    return blobs;
  }

  async stage(data: AsyncIterable<Uint8Array>): Promise<Staged> {
    const { temporary, digest, sizeBytes } = await this.writeTemporary(data);
    return { digest, sizeBytes, publish: (path) => this.move(temporary, path, rename) };
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    return await this.guard(() => unlessMissing(readFile(this.at(path))));
  }

  async open(path: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const file = await this.guard(() => unlessMissing(open(this.at(path), 'r')));
    if (file !== undefined && !(await file.stat()).isFile()) {
      await file.close();
      return undefined;
    }
    return file && this.pieces(createReadStream('', { fd: file, highWaterMark: 1 << 20 }));
  }

  async has(path: string): Promise<boolean> {
    return (await this.stamp(path)) !== undefined;
  }

  async stamp(path: string): Promise<string | undefined> {
    const status = await this.guard(() => unlessMissing(stat(this.at(path), { bigint: true })));
    return status?.isFile() === true ? `${status.ino} ${status.size} ${status.mtimeNs}` : undefined;
  }

  async replace(path: string, bytes: Uint8Array): Promise<void> {
    const { temporary } = await this.writeTemporary(inPieces(bytes));
    await this.move(temporary, path, rename);
  }

  async create(path: string, bytes: Uint8Array): Promise<boolean> {
    // Most often something is there already, and then nothing needs to be written.
    if (await this.has(path)) return false;
    const { temporary } = await this.writeTemporary(inPieces(bytes));
    try {
      await this.move(temporary, path, link);
      return true;
    } catch (error) {
      if (error instanceof Error && codeOf(error.cause) === 'EEXIST') return false;
      throw error;
    }
  }

  async remove(path: string): Promise<void> {
    await this.guard(() => rm(this.at(path), { force: true, recursive: true }));
  }

  async *list(folder: string): AsyncIterable<BlobEntry> {
    const entries = await this.guard(() => unlessMissing(readdir(this.at(folder), { withFileTypes: true })));
    for (const entry of entries ?? []) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        yield* this.list(path);
        continue;
      }
      const status = await this.guard(() => unlessMissing(lstat(this.at(path))));
      if (status !== undefined) yield { path, sizeBytes: status.size, modified: status.mtime };
    }
  }

  private at(path: string): string {
    return join(this.location, path);
  }

  private async writeTemporary(
    data: AsyncIterable<Uint8Array>,
  ): Promise<{ temporary: string; digest: Digest; sizeBytes: number }> {
    const temporary = join(this.location, STAGING, randomUUID());
    const file = await this.guard(() => open(temporary, 'wx'));
    try {
      const copied = await hashedCopy(data, (piece, position) =>
        this.guard(() => writeAll(file, piece, position)),
      );
      await this.guard(() => file.sync());
      return { temporary, ...copied };
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    } finally {
      await file.close();
    }
  }

  /** Brings a finished file to its place (rename: over what is there; link: only where nothing is). */
  private async move(temporary: string, path: string, place: typeof rename | typeof link): Promise<void> {
    const target = this.at(path);
    try {
      await this.guard(async () => {
        await this.makeFolder(dirname(path));
        await clearObstacle(target);
        await place(temporary, target);
        await syncFolder(dirname(target));
      });
    } finally {
      await rm(temporary, { force: true });
    }
  }

  /** Makes a folder of the store; a file where the folder is due is damage, and makes way. */
  private async makeFolder(path: string): Promise<void> {
    const parts = path.split('/');
    for (const count of parts.keys()) {
      const folder = this.at(parts.slice(0, count + 1).join('/'));
      const status = await unlessMissing(lstat(folder));
      if (status !== undefined && !status.isDirectory() && !status.isSymbolicLink()) await rm(folder);
    }
    await mkdir(this.at(path), { recursive: true });
  }

  private async *pieces(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    try {
      yield* source;
    } catch (error) {
      throw this.explain(error);
    }
  }

  private async clearAbandoned(): Promise<void> {
    const staging = join(this.location, STAGING);
    for (const name of await readdir(staging)) {
      const path = join(staging, name);
      const status = await unlessMissing(stat(path));
      if (status && Date.now() - status.mtimeMs > ABANDONED_AFTER_MS) await rm(path, { force: true });
    }
  }

  private async guard<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw this.explain(error);
    }
  }

  private explain(error: unknown): unknown {
    const code = codeOf(error);
    if (code === 'ENOSPC' || code === 'EDQUOT') return new StoreFullError(this.location, { cause: error });
    if (code === undefined || !(error instanceof Error) || !('syscall' in error)) return error;
    return new StoreUnavailableError(this.location, error.message, { cause: error });
  }
}

/** A folder, or a link that leads nowhere, where a file is due is damage, and makes way. */
async function clearObstacle(path: string): Promise<void> {
  const status = await unlessMissing(lstat(path));
  if (status === undefined || status.isFile()) return;
  if (status.isSymbolicLink() && (await unlessMissing(stat(path)))?.isFile() === true) return;
  await rm(path, { recursive: true, force: true });
}

/** Makes renames and links in the folder outlast a loss of power. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function unlessMissing<T>(action: Promise<T>): Promise<T | undefined> {
  try {
    return await action;
  } catch (error) {
    const code = codeOf(error);
    // Neither a folder nor a loop of links is a file.
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR' || code === 'ELOOP') return undefined;
    throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
