import type { Digest } from './artifact.js';
import { RecordKeyError } from './errors.js';

/** Where things lie in a store, the same in a folder and in a bucket. */
export const ARTIFACTS = 'artifacts';

export const RECORDS = 'records';
const MANIFEST_SUFFIX = '.json';
const LONGEST_KEY_BYTES = 200;

/** Path of an artifact's bytes. */
export function artifactPath(digest: Digest): string {
  const hex = digest.slice('sha256:'.length);
  return `${ARTIFACTS}/${hex.slice(0, 2)}/${hex}`;
}

/** Path of an artifact's manifest, beside its bytes; an artifact exists when this does. */
export function manifestPath(digest: Digest): string {
  return artifactPath(digest) + MANIFEST_SUFFIX;
}

/** The digest of the artifact whose manifest lies at the path; undefined for other paths. */
export function digestOfManifest(path: string): Digest | undefined {
  const hex = /\/([0-9a-f]{64})\.json$/.exec(path)?.[1];
  return hex === undefined ? undefined : `sha256:${hex}`;
}

/**
 * Folder of a collection's records.
 * @throws RangeError where the name is not plain
 */
export function collectionPath(collection: string): string {
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(collection)) {
    throw new RangeError(
      `"${collection}" cannot name a collection of records; use 1 to 63 lower-case letters, digits and dashes.`,
    );
  }
  return `${RECORDS}/${collection}`;
}

/**
 * Path of a record. Keys may hold any characters; those that file systems or S3 treat specially are escaped, with
 * `~` and not `%`, since S3 servers and clients disagree on how often a listed `%2F` is decoded.
 * @throws RangeError where the collection cannot be used, RecordKeyError where the key cannot
 */
export function recordPath(collection: string, key: string): string {
  const wellFormed = Buffer.from(key).toString() === key;
  const encoded = wellFormed
    ? encodeURIComponent(key)
        .replace(/[.!'()*~]/g, escape)
        .replaceAll('%', '~')
    : '';
  if (encoded.length === 0 || encoded.length > LONGEST_KEY_BYTES) {
    throw new RecordKeyError(
      `"${key.slice(0, 60)}" cannot be a record's key: it takes ${encoded.length} bytes when escaped; 1 to ${LONGEST_KEY_BYTES} are allowed.`,
    );
  }
  return `${collectionPath(collection)}/${encoded}${MANIFEST_SUFFIX}`;
}

/** The key of the record at the path; undefined for paths that no record can have. */
export function keyOfRecord(path: string): string | undefined {
  const encoded = /\/([^/]+)\.json$/.exec(path)?.[1];
  try {
    return encoded === undefined ? undefined : decodeURIComponent(encoded.replaceAll('~', '%'));
  } catch {
    return undefined;
  }
}

/** Collection and key of the record at the path; undefined for paths that no record can have. */
export function recordAt(path: string): { readonly collection: string; readonly key: string } | undefined {
  const collection = /^records\/([a-z0-9][a-z0-9-]{0,62})\/[^/]+$/.exec(path)?.[1];
  const key = keyOfRecord(path);
  return collection === undefined || key === undefined ? undefined : { collection, key };
}

function escape(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
