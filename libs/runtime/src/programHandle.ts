import { createHash } from 'node:crypto';

/**
 * A program to run, known by the SHA-256 of its bytes. It holds the bytes in memory that workers share; when nobody
 * holds the handle any more, they are garbage. A handle may be used in any runtime.
 */
export class ProgramHandle {
  readonly digest: `sha256:${string}`;
  /** Bytes of the program, which all workers read and nobody writes. */
  readonly memory: SharedArrayBuffer;

  /** Bytes that are in shared memory by themselves are kept as they are; others are copied. */
  constructor(bytes: Uint8Array, digest = digestOf(bytes)) {
    this.digest = digest;
    if (bytes.buffer instanceof SharedArrayBuffer && bytes.byteLength === bytes.buffer.byteLength) {
      this.memory = bytes.buffer;
    } else {
      this.memory = new SharedArrayBuffer(bytes.byteLength);
      new Uint8Array(this.memory).set(bytes);
    }
  }

  get sizeBytes(): number {
    return this.memory.byteLength;
  }
}

/** SHA-256 of bytes, by which programs are known. */
export function digestOf(bytes: Uint8Array): `sha256:${string}` {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
