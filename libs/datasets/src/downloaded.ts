import { createWriteStream } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { cachedFile } from './cachedFile.js';
import type { DataAccess } from './dataAccess.js';
import { DatasetError } from './imageSet.js';
import { webRequest } from './webRequest.js';

const ATTEMPTS = 5;

/**
 * The file at a web address, from the cache where the server's is still the same. A download that breaks off goes on
 * where it stopped, if the server can.
 * @throws DatasetError where it cannot be had
 */
export async function downloaded(
  address: string,
  cacheFolder: string,
  access: DataAccess | undefined,
  signal: AbortSignal | undefined,
): Promise<string> {
  const head = await webRequest(address, { method: 'HEAD', signal, access });
  head.resume();
  if (!isGood(head) && head.statusCode !== 405) throw refused(address, head);
  const sizeBytes = Number(head.headers['content-length'] ?? NaN);
  const version = head.headers.etag ?? head.headers['last-modified'];
  return await cachedFile(cacheFolder, ['web', address, version, sizeBytes], async (path) => {
    let done = 0;
    for (let attempt = 1; attempt === 1 || done < sizeBytes; attempt++) {
      const headers: Record<string, string> = done === 0 ? {} : { range: `bytes=${done}-` };
      if (done > 0 && version !== undefined) headers['if-range'] = version;
      const response = await webRequest(address, { headers, signal, access });
      if (!isGood(response)) {
        response.destroy();
        throw refused(address, response);
      }
      const goesOn = response.statusCode === 206;
      try {
        await pipeline(
          response,
          createWriteStream(path, { flags: goesOn ? 'a' : 'w' }),
          signal === undefined ? {} : { signal },
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

function isGood({ statusCode = 0 }: IncomingMessage): boolean {
  return statusCode >= 200 && statusCode < 300;
}

function refused(address: string, { statusCode, statusMessage }: IncomingMessage): DatasetError {
  return new DatasetError(
    `${address} cannot be downloaded: the server says ${statusCode ?? 'nothing'} ${statusMessage ?? ''}.`,
  );
}
