import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { cachedFile } from './cachedFile.js';
import { DatasetError } from './imageSet.js';

const ATTEMPTS = 5;

/**
 * The file at a web address, from the cache where the server's is still the same. A download that breaks off goes on
 * where it stopped, if the server can.
 * @throws DatasetError where it cannot be had
 */
export async function downloaded(
  address: string,
  cacheFolder: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const options = signal ? { signal } : {};
  const head = await request(address, { ...options, method: 'HEAD' });
  if (!head.ok && head.status !== 405) throw refused(address, head);
  const sizeBytes = Number(head.headers.get('content-length') ?? NaN);
  const version = head.headers.get('etag') ?? head.headers.get('last-modified') ?? undefined;
  return await cachedFile(cacheFolder, ['web', address, version, sizeBytes], async (path) => {
    let done = 0;
    for (let attempt = 1; attempt === 1 || done < sizeBytes; attempt++) {
      const headers: Record<string, string> = done === 0 ? {} : { range: `bytes=${done}-` };
      if (done > 0 && version !== undefined) headers['if-range'] = version;
      const response = await request(address, { ...options, headers });
      if (!response.ok || !response.body) throw refused(address, response);
      const goesOn = response.status === 206;
      try {
        await pipeline(
          Readable.fromWeb(response.body),
          createWriteStream(path, { flags: goesOn ? 'a' : 'w' }),
          options,
        );
      } catch (cause) {
        signal?.throwIfAborted();
        if (attempt === ATTEMPTS) {
          const reason = cause instanceof Error ? cause.message : String(cause);
          throw new DatasetError(`${address} broke off ${ATTEMPTS} times: ${reason}`, { cause });
        }
      }
      done = (await stat(path)).size;
      if (attempt === ATTEMPTS && done < sizeBytes) {
        throw new DatasetError(`${address} gave ${done} of its ${sizeBytes} bytes in ${ATTEMPTS} attempts.`);
      }
    }
  });
}

async function request(address: string, options: RequestInit): Promise<Response> {
  try {
    return await fetch(address, options);
  } catch (cause) {
    options.signal?.throwIfAborted();
    const reason =
      cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
    throw new DatasetError(`${address} cannot be reached: ${reason}`, { cause });
  }
}

function refused(address: string, { status, statusText }: Response): DatasetError {
  return new DatasetError(`${address} cannot be downloaded: the server says ${status} ${statusText}.`);
}
