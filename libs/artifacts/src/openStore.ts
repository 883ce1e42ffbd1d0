import { fileURLToPath } from 'node:url';
import type { ArtifactStore } from './artifactStore.js';
import { BlobStore } from './blobStore.js';
import type { Blobs } from './blobs.js';
import { FolderBlobs } from './folderBlobs.js';
import { parseS3Location } from './s3Location.js';

/**
 * Opens the store at a location, making folder or bucket where they are missing.
 * @param location a folder's path, `file:///path`, or `s3://bucket/prefix` (with S3_ENDPOINT, S3_ACCESS_KEY,
 *   S3_SECRET_KEY and S3_REGION of the environment)
 * @throws TypeError where the location cannot be understood
 * @throws StoreUnavailableError where it cannot be used
 */
export async function openStore(location: string): Promise<ArtifactStore> {
  return new BlobStore(await openBlobs(location));
}

/** The place of a store's bytes. @throws as openStore does */
export async function openBlobs(location: string): Promise<Blobs> {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(location)?.[1]?.toLowerCase();
  if (location === '') throw new TypeError('The store needs a location: a folder, or s3://bucket/prefix.');
  if (scheme === undefined) return FolderBlobs.open(location);
  if (scheme === 'file') return FolderBlobs.open(fileURLToPath(location));
  if (scheme === 's3') {
    // Loaded where it is used: it takes longer to load than the rest of a command.
    const { S3Blobs } = await import('./s3Blobs.js');
    return S3Blobs.open(parseS3Location(location, process.env));
  }
  throw new TypeError(
    `"${location}" begins with ${scheme}://; a store is a folder's path, file:///path or s3://bucket/prefix.`,
  );
}
