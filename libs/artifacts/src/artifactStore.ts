import type { ArtifactRef, Digest, Manifest, Provenance } from './artifact.js';
import type { RecordCorruptError } from './errors.js';
import type { Json } from './json.js';

/** A record of a collection; `value` is undefined where its text is damaged. */
export type ListedRecord =
  | { readonly key: string; readonly value: Json }
  | { readonly key: string; readonly value: undefined; readonly broken: RecordCorruptError };

/**
 * Immutable artifacts named by the SHA-256 of their bytes, and small mutable records. Several processes may use one
 * location at a time.
 *
 * Every method may throw StoreFullError where it writes, and StoreUnavailableError.
 */
export interface ArtifactStore {
  /** Where it is: `/path` or `s3://bucket/prefix`. */
  readonly location: string;

  /**
   * Keeps the bytes. The artifact is visible whole or not at all, also after a crash. Bytes that are there already
   * are written again, which repairs them if they were damaged; the first manifest stays.
   * @returns a reference of the given kind
   */
  put(
    kind: string,
    data: Uint8Array | AsyncIterable<Uint8Array>,
    provenance: Provenance,
  ): Promise<ArtifactRef>;

  /**
   * The bytes, verified.
   * @throws ArtifactNotFoundError
   * @throws ArtifactCorruptError
   */
  get(digest: Digest): Promise<Uint8Array>;

  /**
   * The bytes in pieces. They are verified as they pass: a mismatch throws ArtifactCorruptError **after the last
   * piece**, so nothing made of them may be used before the iteration has ended.
   * @throws ArtifactNotFoundError
   * @throws ArtifactCorruptError
   */
  stream(digest: Digest): AsyncIterable<Uint8Array>;

  /**
   * What is kept beside the bytes.
   * @throws ArtifactNotFoundError
   * @throws ArtifactCorruptError where the manifest cannot be read
   */
  describe(digest: Digest): Promise<Manifest>;

  has(digest: Digest): Promise<boolean>;

  /**
   * Whether the artifact is there and whole: its manifest can be read, its bytes are all there and hash to the digest.
   * What is not whole can be put again, by computing it again. Bytes that were found whole and have not been written
   * since are not read again.
   */
  isWhole(digest: Digest): Promise<boolean>;

  /**
   * Removes an artifact; where there is none, nothing happens. Equal bytes are one artifact: only for what nobody else
   * can have stored, such as states of work that newer ones replaced.
   */
  remove(digest: Digest): Promise<void>;

  /** All manifests, in no particular order. */
  list(): AsyncIterable<Manifest>;

  /**
   * @param collection lower-case letters, digits and dashes
   * @param key any text of 1 to 200 bytes as encodeURIComponent writes it
   * @throws RecordCorruptError
   */
  getRecord(collection: string, key: string): Promise<Json | undefined>;

  /** Replaces the record at once: a reader sees the old value or the new one, whole. */
  putRecord(collection: string, key: string, value: Json): Promise<void>;

  /**
   * Writes the record if there is none of this key; of several callers at a time exactly one gets true.
   * (S3: where the server honours `If-None-Match: *`; see `s3Blobs.ts` for servers that do not.)
   */
  createRecord(collection: string, key: string, value: Json): Promise<boolean>;

  /** Removes the record; where there is none, nothing happens. */
  deleteRecord(collection: string, key: string): Promise<void>;

  /** All records of the collection, in no particular order; one that cannot be read comes with why. */
  listRecords(collection: string): AsyncIterable<ListedRecord>;
}
