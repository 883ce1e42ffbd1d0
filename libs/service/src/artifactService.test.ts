import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { sha256, type Provenance } from '@oblique/artifacts';
import { artifactV1 } from '@oblique/contracts';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { fetchArtifact, uploadArtifact, type ArtifactClient } from './artifactClient.js';
import { createClient } from './createClient.js';
import { fixtureService } from './fixtures/fixtureService.js';
import { startService, type RunningService } from './startService.js';

const provenance: Provenance = {
  step: 'test',
  version: '1',
  parameters: { b: [1, null], a: 'ü' },
  inputs: [],
};

let folder: string;
let service: RunningService;
let client: ArtifactClient;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oblique-artifacts-'));
  service = await startService(fixtureService, [
    '--store',
    folder,
    '--log-level',
    'silent',
    '--drain-seconds',
    '0',
  ]);
  client = createClient(artifactV1.ArtifactServiceService, service.endpoint);
});

afterEach(async () => {
  client.close();
  await service.close();
  await rm(folder, { recursive: true });
});

async function* piecesOf(bytes: Uint8Array, pieceBytes: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += pieceBytes)
    yield bytes.subarray(start, start + pieceBytes);
}

test.each([0, 1, 262_144, 1_048_576, 5_000_001])('%i bytes go in and come out', async (sizeBytes) => {
  const bytes = randomBytes(sizeBytes);
  const artifact = await uploadArtifact(client, 'noise', piecesOf(bytes, 100_000), provenance);
  expect(artifact).toEqual({ digest: sha256(bytes), kind: 'noise', sizeBytes });
  expect(Buffer.compare(await fetchArtifact(client, artifact.digest), bytes)).toBe(0);
});

test('large bytes travel in chunks of 256 KiB to 1 MiB', async () => {
  const { digest } = await uploadArtifact(client, 'noise', randomBytes(5_000_001), provenance);
  const sizes: number[] = [];
  for await (const { chunk } of client.getArtifact({ digest })) sizes.push(chunk.length);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(1_048_576);
  expect(Math.min(...sizes.slice(0, -1))).toBeGreaterThanOrEqual(262_144);
});

test('the provenance comes back as canonical JSON', async () => {
  const { digest } = await uploadArtifact(client, 'noise', randomBytes(10), provenance);
  const { manifest } = await client.describeArtifact({ digest });
  expect(manifest?.provenance).toEqual({
    step: 'test',
    version: '1',
    parametersJson: '{"a":"ü","b":[1,null]}',
    inputs: [],
  });
});

test('an artifact that is not there, and a digest that is none', async () => {
  const absent = sha256(randomBytes(8));
  await expect(fetchArtifact(client, absent)).rejects.toMatchObject({ reason: 'ARTIFACT_NOT_FOUND' });
  await expect(client.describeArtifact({ digest: 'sha256:x' })).rejects.toMatchObject({
    reason: 'INVALID_ARGUMENT',
    fields: [{ field: 'digest' }],
  });
});

test('an upload that breaks off leaves nothing, and the source error is the caller’s own', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield randomBytes(300_000);
    throw new RangeError('the disk was pulled out');
  }
  await expect(uploadArtifact(client, 'noise', broken(), provenance)).rejects.toThrow(RangeError);
  const bytes = randomBytes(10);
  await uploadArtifact(client, 'noise', bytes, provenance);
  expect(Buffer.compare(await fetchArtifact(client, sha256(bytes)), bytes)).toBe(0);
});

test('an upload refused at its header ends at once, however much is still to come', async () => {
  let sent = 0;
  async function* endless(): AsyncGenerator<artifactV1.PutArtifactRequest> {
    for (;;) {
      sent += 1;
      yield { part: { $case: 'chunk', value: Buffer.alloc(1_000_000) } };
    }
  }
  await expect(client.putArtifact(endless())).rejects.toMatchObject({
    reason: 'INVALID_ARGUMENT',
    fields: [{ field: 'header' }],
  });
  expect(sent).toBeLessThan(1000);
});
