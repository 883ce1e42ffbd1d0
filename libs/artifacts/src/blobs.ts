import type { Digest } from './artifact.js';

/**
 * What a place to keep bytes must be able to do; an ArtifactStore is built on it. Paths are relative, with `/`.
 * All errors are StoreFullError, StoreUnavailableError, or the caller's own data stream's.
 */
export interface Blobs {
  readonly location: string;
  /** Takes in data that is not yet visible under any path, and hashes it. */
  stage(data: AsyncIterable<Uint8Array>): Promise<Staged>;
  /** The bytes at the path, or undefined. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** The bytes at the path in pieces, or undefined. */
  open(path: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  has(path: string): Promise<boolean>;
  /** A text that changes whenever the bytes at the path are written; undefined where there are none. */
  stamp(path: string): Promise<string | undefined>;
  /** Puts the bytes there at once, over what was there. */
  replace(path: string, bytes: Uint8Array): Promise<void>;
  /** Puts the bytes there if nothing is there; false where something was. */
  create(path: string, bytes: Uint8Array): Promise<boolean>;
  remove(path: string): Promise<void>;
  /** What lies under paths that begin with `folder/`, at any depth. */
  list(folder: string): AsyncIterable<BlobEntry>;
}

/** Bytes at a path. */
export interface BlobEntry {
  readonly path: string;
  readonly sizeBytes: number;
  readonly modified: Date;
}

/** Data that was taken in and holds resources until it is published. */
export interface Staged {
  readonly digest: Digest;
  readonly sizeBytes: number;
  /** Makes the data visible at the path, whole, over what was there. */
  publish(path: string): Promise<void>;
}
