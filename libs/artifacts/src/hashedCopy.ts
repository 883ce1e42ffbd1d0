import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Digest } from './artifact.js';

/** Hands every piece with its position to `write`, in order, and hashes them on the way. */
export async function hashedCopy(
  data: AsyncIterable<Uint8Array>,
  write: (piece: Uint8Array, position: number) => Promise<void>,
): Promise<{ digest: Digest; sizeBytes: number }> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const piece of data) {
    hash.update(piece);
    await write(piece, sizeBytes);
    sizeBytes += piece.byteLength;
  }
  return { digest: `sha256:${hash.digest('hex')}`, sizeBytes };
}

/** Writes the whole piece at the position; a file system may take it in several parts. */
export async function writeAll(file: FileHandle, piece: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < piece.byteLength;) {
    const { bytesWritten } = await file.write(piece, done, piece.byteLength - done, position + done);
    done += bytesWritten;
  }
}

/** A stream of one piece. */
export async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
