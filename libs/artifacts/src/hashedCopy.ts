import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
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

/** Bytes that are hashed at a time, before others of the event loop have their turn. */
const PIECE_BYTES = 4 * 1024 ** 2;

/** The bytes as a stream of pieces. */
export async function* inPieces(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  for (let start = 0; start < bytes.byteLength; start += PIECE_BYTES) {
    yield bytes.subarray(start, start + PIECE_BYTES);
    await nextTurn();
  }
}
