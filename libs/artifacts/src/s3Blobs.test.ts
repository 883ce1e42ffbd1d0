import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { BlobStore } from './blobStore.js';
import { StoreFullError, StoreUnavailableError } from './index.js';
import { S3Blobs } from './s3Blobs.js';
import { parseS3Location } from './s3Location.js';
import { startS3Server } from './testing/s3Server.js';
import { collect, describeStoreContract, provenance, text } from './testing/storeContract.js';

for (const conditionalPuts of [true, false]) {
  const title = `a bucket of a server ${conditionalPuts ? 'with' : 'without'} conditional PUTs`;
  describeStoreContract(title, async () => {
    const server = await startS3Server({ conditionalPuts });
    const blobs = await S3Blobs.open(parseS3Location('s3://bucket/some/prefix', server.environment));
    expect(await blobs.honoursConditionalPuts()).toBe(conditionalPuts);
    return {
      open: async () => await open('s3://bucket/some/prefix', server.environment),
      close: async () => {
        await server[Symbol.asyncDispose]();
      },
    };
  });
}

if (process.env['S3_ENDPOINT']) {
  const location = `s3://oblique-test/${randomUUID()}`;
  describeStoreContract(`the bucket at ${process.env['S3_ENDPOINT']}`, async () => {
    const blobs = await S3Blobs.open(parseS3Location(location, process.env));
    return {
      open: async () => await open(location, process.env),
      close: async () => {
        for (const folder of ['artifacts', 'records']) {
          for await (const { path } of blobs.list(folder)) await blobs.remove(path);
        }
      },
    };
  });
} else {
  it.skip('the bucket at S3_ENDPOINT (not set: the S3 contract ran against a local server only)', () =>
    undefined);
}

describe('an S3 server that fails', () => {
  it('when full: says so, and shows nothing', async () => {
    await using server = await startS3Server({ conditionalPuts: true });
    const store = await open('s3://bucket', server.environment);
    server.fill();
    await expect(store.put('x', text('x'), provenance('x'))).rejects.toThrow(StoreFullError);
    const large = Buffer.alloc(20_000_000);
    await expect(store.put('x', large, provenance('x'))).rejects.toThrow(/no room left in s3:\/\/bucket/);
    for await (const manifest of store.list()) expect(manifest).toBeUndefined();
    expect((await readdir(tmpdir())).filter((name) => /^oblique-[0-9a-f-]{36}$/.test(name))).toEqual([]);
  });

  it('when connections break in mid-object: an error, never short data', async () => {
    await using server = await startS3Server({ conditionalPuts: true });
    const store = await open('s3://bucket', server.environment);
    const { digest } = await store.put('x', Buffer.alloc(5_000_000, 7), provenance('x'));
    server.cutAfterBytes = 1_000_000;
    await expect(store.get(digest)).rejects.toThrow(StoreUnavailableError);
    await expect(collect(store.stream(digest))).rejects.toThrow(StoreUnavailableError);
    server.cutAfterBytes = 0;
    expect(await store.get(digest)).toHaveLength(5_000_000);
  });

  it('when it is not there, or refuses: says which server and why', async () => {
    await using server = await startS3Server({ conditionalPuts: true });
    const nobody = { ...server.environment, S3_ENDPOINT: 'http://127.0.0.1:9' };
    await expect(open('s3://bucket', nobody)).rejects.toThrow(/http:\/\/127\.0\.0\.1:9 says "ECONNREFUSED/);
    const stranger = { ...server.environment, S3_SECRET_KEY: 'wrong' };
    await expect(open('s3://bucket', stranger)).rejects.toThrow(StoreUnavailableError);
  });
});

describe('parseS3Location', () => {
  const environment = { S3_ENDPOINT: 'http://localhost:9000', S3_ACCESS_KEY: 'a', S3_SECRET_KEY: 'b' };

  it('reads bucket, prefix and endpoint', () => {
    expect(parseS3Location('s3://oblique//runs/2026/', environment)).toMatchObject({
      location: 's3://oblique/runs/2026',
      bucket: 'oblique',
      prefix: 'runs/2026/',
      host: 'localhost',
      port: 9000,
      secure: false,
      region: 'us-east-1',
    });
  });

  it('says what to do about what is missing or wrong', () => {
    expect(() => parseS3Location('s3://Upper', environment)).toThrow(/bucket in lower case/);
    expect(() => parseS3Location('s3://b-b', { ...environment, S3_SECRET_KEY: '' })).toThrow(
      /set S3_SECRET_KEY/,
    );
    expect(() => parseS3Location('s3://b-b', { ...environment, S3_ENDPOINT: 'localhost:9000' })).toThrow(
      /S3_ENDPOINT is/,
    );
  });
});

async function open(location: string, environment: NodeJS.ProcessEnv): Promise<BlobStore> {
  return new BlobStore(await S3Blobs.open(parseS3Location(location, environment)));
}
