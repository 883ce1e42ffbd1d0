import { lookup } from 'node:dns';
import { request as requestHttp, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { checkAddress, checkHost, isPublic, AccessRefusedError, type DataAccess } from './dataAccess.js';
import { DatasetError } from './imageSet.js';

const MOST_REDIRECTS = 5;
/** A server that says nothing for so long has gone. */
const SILENCE_MS = 60_000;

export interface WebRequest {
  readonly method?: 'GET' | 'HEAD';
  readonly headers?: OutgoingHttpHeaders;
  readonly signal?: AbortSignal | undefined;
  /** Undefined: any host may be asked. */
  readonly access?: DataAccess | undefined;
}

/**
 * Asks a web server. Each redirect, and each address that a name stands for, is checked when it is connected to. A public
 * host that redirects to a private one is never followed, whoever asks.
 * @throws AccessRefusedError, DatasetError where the server cannot be reached
 */
export async function webRequest(address: string, options: WebRequest): Promise<IncomingMessage> {
  let url = new URL(address);
  let publicSoFar = false;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    checkHost(options.access, url);
    const response = await asked(url, options);
    const peer = response.socket.remoteAddress;
    if (publicSoFar && peer !== undefined && !isPublic(peer)) {
      response.destroy();
      throw new AccessRefusedError(
        `${address} redirects to ${url.hostname}, an address of a private network.`,
      );
    }
    publicSoFar ||= peer !== undefined && isPublic(peer);
    const { statusCode = 0, headers } = response;
    if (statusCode < 300 || statusCode >= 400 || headers.location === undefined) return response;
    response.destroy();
    if (!URL.canParse(headers.location, url.href))
      throw new DatasetError(
        `${address} redirects to ${JSON.stringify(headers.location)}, which is no address.`,
      );
    url = new URL(headers.location, url);
  }
  throw new DatasetError(`${address} redirects more than ${MOST_REDIRECTS} times.`);
}

async function asked(
  url: URL,
  { method = 'GET', headers, signal, access }: WebRequest,
): Promise<IncomingMessage> {
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  try {
    return await new Promise((resolve, reject) => {
      const request = send(
        url,
        { method, headers, lookup: checkedLookup(access), timeout: SILENCE_MS, ...(signal && { signal }) },
        resolve,
      );
      request.once('timeout', () => request.destroy(new Error(`no word for ${SILENCE_MS / 1000} s`)));
      request.once('error', reject);
      request.end();
    });
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof AccessRefusedError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DatasetError(`${url.href} cannot be reached: ${reason}`, { cause });
  }
}

/** Resolves a name, and refuses what it resolves to rather than what it is called. */
function checkedLookup(access: DataAccess | undefined): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, []);
        return;
      }
      try {
        for (const { address } of addresses) checkAddress(access, address);
      } catch (refused) {
        callback(refused instanceof Error ? refused : new Error(String(refused)), []);
        return;
      }
      const [first] = addresses;
      if (options.all === true || first === undefined) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}
