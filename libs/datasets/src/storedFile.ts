import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import type { ByteRange } from './imageEntry.js';

/** One of the files that a set of images is made of, wherever it lies. */
export interface StoredFile {
  /** Its path within the set, with slashes. */
  readonly name: string;
  readonly bytes: ByteRange;
}

/** Bytes of the local disk. */
export type LocalRange = Exclude<ByteRange, { kind: 'object' }>;

/** All bytes of a range. */
export async function readRange(range: LocalRange): Promise<Uint8Array> {
  if (range.kind === 'slice' && range.sizeBytes === 0) return new Uint8Array();
  const limits =
    range.kind === 'slice' ? { start: range.offset, end: range.offset + range.sizeBytes - 1 } : {};
  return await buffer(createReadStream(range.path, limits));
}

/** Up to `count` bytes of a range from its start. */
export async function readStart(range: LocalRange, count: number): Promise<Uint8Array> {
  const file = await open(range.path);
  try {
    const length = range.kind === 'slice' ? Math.min(count, range.sizeBytes) : count;
    const { bytesRead, buffer: bytes } = await file.read(Buffer.alloc(length), 0, length, offsetOf(range));
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** A part of a range. */
export function sliceOf(range: LocalRange, offset: number, sizeBytes: number): ByteRange {
  return { kind: 'slice', path: range.path, offset: offsetOf(range) + offset, sizeBytes };
}

function offsetOf(range: LocalRange): number {
  return range.kind === 'slice' ? range.offset : 0;
}
