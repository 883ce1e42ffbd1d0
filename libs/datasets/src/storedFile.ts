import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import type { ByteRange } from './imageEntry.js';
import type { SkippedEntry } from './skippedEntry.js';

/** One of the files that a set of images is made of, wherever it lies. */
export interface StoredFile {
  /** Its path within the set, with slashes. */
  readonly name: string;
  readonly bytes: ByteRange;
}

/** What a folder, an archive or a prefix holds. */
export interface FoundFiles {
  readonly files: readonly StoredFile[];
  readonly skipped: readonly SkippedEntry[];
}

/** Bytes of the local disk. */
export type LocalRange = Exclude<ByteRange, { kind: 'object' }>;

/** A file of the set that lies on the local disk. */
export interface LocalFile {
  readonly name: string;
  readonly bytes: LocalRange;
}

/** All bytes of a range, piece by piece. */
export function streamRange(range: LocalRange): AsyncIterable<Buffer> {
  const limits =
    range.kind === 'slice' ? { start: range.offset, end: range.offset + range.sizeBytes - 1 } : {};
  return createReadStream(diskPath(range.path), limits);
}

/** All bytes of a range. */
export async function readRange(range: LocalRange): Promise<Uint8Array> {
  if (range.kind === 'slice' && range.sizeBytes === 0) return new Uint8Array();
  return await buffer(streamRange(range));
}

/** Up to `count` bytes of a range from its start. */
export async function readStart(range: LocalRange, count: number): Promise<Uint8Array> {
  const file = await open(diskPath(range.path));
  try {
    const length = range.kind === 'slice' ? Math.min(count, range.sizeBytes) : count;
    const { bytesRead, buffer: bytes } = await file.read(Buffer.alloc(length), 0, length, offsetOf(range));
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** How many bytes a range has. */
export async function sizeOfRange(range: LocalRange): Promise<number> {
  return range.kind === 'slice' ? range.sizeBytes : (await stat(diskPath(range.path))).size;
}

/** A part of a range. */
export function sliceOf(range: LocalRange, offset: number, sizeBytes: number): ByteRange {
  return { kind: 'slice', path: range.path, offset: offsetOf(range) + offset, sizeBytes };
}

/** A path as the file system takes it. */
export function diskPath(path: string | Uint8Array): string | Buffer {
  return typeof path === 'string' ? path : Buffer.from(path);
}

function offsetOf(range: LocalRange): number {
  return range.kind === 'slice' ? range.offset : 0;
}
