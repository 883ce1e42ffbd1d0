import type { S3Location } from '@oblique/artifacts';
import { cachedFile } from './cachedFile.js';
import { isHidden } from './fileNames.js';
import { DatasetError } from './imageSet.js';
import { s3Client } from './s3Client.js';
import type { StoredFile } from './storedFile.js';

/** The objects below a location, hidden ones left out. */
export async function s3Files(location: S3Location, signal: AbortSignal | undefined): Promise<StoredFile[]> {
  return await explained(location, async () => {
    const files: StoredFile[] = [];
    const objects: AsyncIterable<{ name?: string }> = s3Client(location).listObjectsV2(
      location.bucket,
      location.prefix,
      true,
    );
    for await (const { name: key } of objects) {
      signal?.throwIfAborted();
      if (key === undefined || key.endsWith('/')) continue;
      const name = key.slice(location.prefix.length);
      if (isHidden(name)) continue;
      files.push({ name, bytes: { kind: 'object', bucket: location, key } });
    }
    return files;
  });
}

/** An object as a local file, from the cache where it is still the same. */
export async function s3Downloaded(location: S3Location, key: string, cacheFolder: string): Promise<string> {
  return await explained(location, async () => {
    const client = s3Client(location);
    const { etag, size } = await client.statObject(location.bucket, key);
    const identity = ['s3', location.endpoint, location.bucket, key, etag, size];
    return await cachedFile(cacheFolder, identity, (path) => client.fGetObject(location.bucket, key, path));
  });
}

async function explained<T>(location: S3Location, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    if (cause instanceof DOMException) throw cause;
    const code = cause instanceof Error && 'code' in cause ? `${String(cause.code)}: ` : '';
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DatasetError(
      `${location.location} cannot be read: ${location.endpoint} says "${code}${reason}"`,
      {
        cause,
      },
    );
  }
}
