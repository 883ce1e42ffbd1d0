import { createHash } from 'node:crypto';

import { parseDigest, type ArtifactRef, type Digest, type Provenance } from '@oblique/artifacts';
import { artifactV1 } from '@oblique/contracts';

import { readArtifactRef, writeProvenance } from './artifactMessages.js';
import type { CallOptions } from './clientCalls.js';
import { createClient, type ServiceClient } from './createClient.js';
import { LostCallError } from './lostCall.js';
import { rechunk } from './rechunk.js';
import { ServiceError } from './serviceError.js';

/** How often the bytes of an artifact are asked for again after the connection was lost in their midst. */
const MOST_LOSSES = 5;

export type ArtifactClient = ServiceClient<typeof artifactV1.ArtifactServiceService>;

/** The endpoint of any Oblique service, or a client of it. */
export type ArtifactSource = string | ArtifactClient;

/**
 * Streams an artifact's bytes, and compares their hash at the end.
 *
 * @throws ServiceError ARTIFACT_NOT_FOUND; ARTIFACT_CORRUPT after the last chunk where the bytes are not what the digest says.
 */
export async function* streamArtifact(
  source: ArtifactSource,
  digest: Digest,
  options: CallOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const client =
    typeof source === 'string' ? createClient(artifactV1.ArtifactServiceService, source) : source;
  try {
    const hash = createHash('sha256');
    let passed = 0;
    for (let losses = 0; ; losses += 1) {
      try {
        let position = 0;
        for await (const { chunk } of client.getArtifact({ digest }, options)) {
          // What had come before the connection was lost comes again.
          const rest = chunk.subarray(Math.min(chunk.length, Math.max(0, passed - position)));
          position += chunk.length;
          if (rest.length === 0) continue;
          passed += rest.length;
          hash.update(rest);
          yield rest;
        }
        break;
      } catch (error) {
        if (!(error instanceof LostCallError) || losses >= MOST_LOSSES) throw error;
      }
    }
    const received = `sha256:${hash.digest('hex')}`;
    if (received !== digest) {
      throw new ServiceError('ARTIFACT_CORRUPT', `${digest} arrived as bytes with the digest ${received}.`);
    }
  } finally {
    if (typeof source === 'string') client.close();
  }
}

/** An artifact's bytes, verified by hash. @throws ServiceError ARTIFACT_NOT_FOUND or ARTIFACT_CORRUPT */
export async function fetchArtifact(
  source: ArtifactSource,
  digest: Digest,
  options: CallOptions = {},
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of streamArtifact(source, parseDigest(digest), options)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Puts bytes into the store behind a service, in chunks. @throws ServiceError STORE_FULL */
export async function uploadArtifact(
  source: ArtifactSource,
  kind: string,
  data: Uint8Array | AsyncIterable<Uint8Array>,
  provenance: Provenance,
  options: CallOptions = {},
): Promise<ArtifactRef> {
  const client =
    typeof source === 'string' ? createClient(artifactV1.ArtifactServiceService, source) : source;
  try {
    const { artifact } = await client.putArtifact(
      data instanceof Uint8Array
        ? () => putRequests(kind, data, provenance)
        : putRequests(kind, data, provenance),
      options,
    );
    return readArtifactRef(artifact, 'artifact');
  } finally {
    if (typeof source === 'string') client.close();
  }
}

async function* putRequests(
  kind: string,
  data: Uint8Array | AsyncIterable<Uint8Array>,
  provenance: Provenance,
): AsyncGenerator<artifactV1.PutArtifactRequest, void> {
  yield { part: { $case: 'header', value: { kind, provenance: writeProvenance(provenance) } } };
  for await (const chunk of rechunk(data instanceof Uint8Array ? [data] : data)) {
    yield { part: { $case: 'chunk', value: Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength) } };
  }
}
