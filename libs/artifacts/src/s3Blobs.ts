import { randomUUID } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, S3Error } from 'minio';
import type { BlobEntry, Blobs, Staged } from './blobs.js';
import { StoreFullError, StoreUnavailableError } from './errors.js';
import { hashedCopy, writeAll } from './hashedCopy.js';
import type { S3Location } from './s3Location.js';

/** Smaller data is hashed in memory and sent in one request, larger goes through a file and is sent in parts. */
const LARGEST_SINGLE_BYTES = 8 * 1024 * 1024;
const PART_BYTES = 16 * 1024 * 1024;
const MOST_PARTS = 10_000;
const WRITER_HEADER = 'X-Amz-Meta-Oblique-Writer';

/** An object as the server lists it; one that is only a common prefix has no more than that. */
interface ListedObject {
  readonly name?: string;
  readonly size?: number;
  readonly lastModified?: Date;
}

/**
 * Bytes in a bucket of an S3 server. Data is hashed before it is sent, since its key is its hash: large data waits in
 * an unlinked file of the local temporary folder, which vanishes with the process. S3 shows an object only when it is
 * complete. Parts are sent through a multipart upload of this writer's own, never one resumed by key: two writers of
 * the same artifact would complete it under each other's feet.
 *
 * `create` is a PUT with `If-None-Match: *`, which Amazon S3 and MinIO honour. Whether the server does is tried out
 * once. Where it does not, creations of one process are still exclusive, but two processes that create the same
 * record within the same few milliseconds may both be told that they did, the later value staying.
 */
export class S3Blobs implements Blobs {
  private readonly client: Client;
  private conditionalPuts: Promise<boolean> | undefined;
  private creations: Promise<unknown> = Promise.resolve();

  private constructor(private readonly target: S3Location) {
    this.client = new Client({
      endPoint: target.host,
      port: target.port,
      useSSL: target.secure,
      accessKey: target.accessKey,
      secretKey: target.secretKey,
      region: target.region,
    });
  }

  /** Opens the bucket, making it where it is missing. */
  static async open(target: S3Location): Promise<S3Blobs> {
    const blobs = new S3Blobs(target);
    await blobs.guard(async () => {
      if (await blobs.client.bucketExists(target.bucket)) return;
      try {
        await blobs.client.makeBucket(target.bucket, target.region);
      } catch (error) {
        if (!(error instanceof S3Error) || error.code !== 'BucketAlreadyOwnedByYou') throw error;
      }
    });
    return blobs;
  }

  get location(): string {
    return this.target.location;
  }

  /** Whether the server honours `If-None-Match: *`; tried out at the first call. */
  async honoursConditionalPuts(): Promise<boolean> {
    this.conditionalPuts ??= this.tryConditionalPuts().catch((error: unknown) => {
      this.conditionalPuts = undefined;
      throw error;
    });
    return await this.conditionalPuts;
  }

  async stage(data: AsyncIterable<Uint8Array>): Promise<Staged> {
    const pieces: Uint8Array[] = [];
    let file: FileHandle | undefined;
    try {
      const copied = await hashedCopy(data, async (piece, position) => {
        if (!file && position + piece.byteLength > LARGEST_SINGLE_BYTES) file = await this.spill(pieces);
        if (file) await this.writeLocally(file, piece, position);
        else pieces.push(Uint8Array.from(piece));
      });
      const spilled = file;
      if (!spilled) return { ...copied, publish: (path) => this.replace(path, Buffer.concat(pieces)) };
      return { ...copied, publish: (path) => this.sendInParts(path, spilled, copied.sizeBytes) };
    } catch (error) {
      await file?.close();
      throw error;
    }
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    const pieces = await this.open(path);
    if (!pieces) return undefined;
    const all: Uint8Array[] = [];
    for await (const piece of pieces) all.push(piece);
    return Buffer.concat(all);
  }

  async open(path: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const object = await this.guard(() =>
      unlessMissing(this.client.getObject(this.target.bucket, this.key(path))),
    );
    return object && this.pieces(object);
  }

  async has(path: string): Promise<boolean> {
    const object = this.client.statObject(this.target.bucket, this.key(path));
    return (await this.guard(() => unlessMissing(object))) !== undefined;
  }

  async stamp(path: string): Promise<string | undefined> {
    const object = this.client.statObject(this.target.bucket, this.key(path));
    const status = await this.guard(() => unlessMissing(object));
    return status && `${status.etag} ${status.size} ${status.lastModified.toISOString()}`;
  }

  async replace(path: string, bytes: Uint8Array): Promise<void> {
    await this.guard(() => this.client.putObject(this.target.bucket, this.key(path), Buffer.from(bytes)));
  }

  async create(path: string, bytes: Uint8Array): Promise<boolean> {
    if (await this.has(path)) return false;
    if (await this.honoursConditionalPuts()) return await this.createConditionally(path, bytes);
    const turn = this.creations.then(async () => {
      if (await this.has(path)) return false;
      await this.replace(path, bytes);
      return true;
    });
    this.creations = turn.catch(() => undefined);
    return await turn;
  }

  async remove(path: string): Promise<void> {
    await this.guard(() => this.client.removeObject(this.target.bucket, this.key(path)));
  }

  async *list(folder: string): AsyncIterable<BlobEntry> {
    const objects = this.client.listObjectsV2(this.target.bucket, `${this.key(folder)}/`, true);
    try {
      for await (const { name, size, lastModified } of objects as AsyncIterable<ListedObject>) {
        if (name === undefined || size === undefined || lastModified === undefined) continue;
        yield { path: name.slice(this.target.prefix.length), sizeBytes: size, modified: lastModified };
      }
    } catch (error) {
      throw this.explain(error);
    }
  }

  private key(path: string): string {
    return this.target.prefix + path;
  }

  /** The writer's mark tells a lost answer to our own successful PUT, which the client sent again, from a rival's. */
  private async createConditionally(path: string, bytes: Uint8Array): Promise<boolean> {
    const writer = randomUUID();
    return await this.guard(async () => {
      try {
        await this.client.putObject(
          this.target.bucket,
          this.key(path),
          Buffer.from(bytes),
          bytes.byteLength,
          {
            'If-None-Match': '*',
            [WRITER_HEADER]: writer,
          },
        );
        return true;
      } catch (error) {
        if (!isConflict(error)) throw error;
        const object = await unlessMissing(this.client.statObject(this.target.bucket, this.key(path)));
        return object?.metaData['oblique-writer'] === writer;
      }
    });
  }

  private async tryConditionalPuts(): Promise<boolean> {
    const probe = `probes/${randomUUID()}`;
    try {
      const [first, second] = [
        await this.createConditionally(probe, Buffer.from('1')),
        await this.createConditionally(probe, Buffer.from('2')),
      ];
      return first && !second;
    } finally {
      await this.remove(probe);
    }
  }

  private async sendInParts(path: string, file: FileHandle, sizeBytes: number): Promise<void> {
    const { bucket } = this.target;
    const key = this.key(path);
    const partBytes = Math.max(PART_BYTES, Math.ceil(sizeBytes / MOST_PARTS));
    try {
      await this.guard(async () => {
        const uploadID = await this.client.initiateNewMultipartUpload(bucket, key, {});
        try {
          const parts: { part: number; etag: string }[] = [];
          const buffer = Buffer.alloc(Math.min(partBytes, sizeBytes));
          for (let start = 0; start < sizeBytes; start += partBytes) {
            const bytes = buffer.subarray(0, Math.min(partBytes, sizeBytes - start));
            await readAll(file, bytes, start);
            const partNumber = parts.length + 1;
            const { etag } = await this.client.uploadPart(
              { bucketName: bucket, objectName: key, uploadID, partNumber, headers: {} },
              bytes,
            );
            parts.push({ part: partNumber, etag });
          }
          await this.client.completeMultipartUpload(bucket, key, uploadID, parts);
        } catch (error) {
          // Best effort: what matters to the caller is the first error; servers expire uploads that nobody completes.
          await this.client.abortMultipartUpload(bucket, key, uploadID).catch(() => undefined);
          throw error;
        }
      });
    } finally {
      await file.close();
    }
  }

  private async spill(pieces: readonly Uint8Array[]): Promise<FileHandle> {
    return await this.guardLocally(async () => {
      const path = join(tmpdir(), `oblique-${randomUUID()}`);
      const file = await open(path, 'wx+');
      await rm(path);
      let position = 0;
      for (const piece of pieces) {
        await writeAll(file, piece, position);
        position += piece.byteLength;
      }
      return file;
    });
  }

  private async writeLocally(file: FileHandle, piece: Uint8Array, position: number): Promise<void> {
    await this.guardLocally(() => writeAll(file, piece, position));
  }

  private async guardLocally<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      if (codeOf(error) === 'ENOSPC')
        throw new StoreFullError(`the temporary folder ${tmpdir()}`, { cause: error });
      throw error;
    }
  }

  private async *pieces(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    try {
      yield* source;
    } catch (error) {
      throw this.explain(error);
    }
  }

  private async guard<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw this.explain(error);
    }
  }

  private explain(error: unknown): Error {
    const code = codeOf(error) ?? '';
    if (/StorageFull|InsufficientCapacity|QuotaExceeded/.test(code)) {
      return new StoreFullError(this.location, { cause: error });
    }
    const reason = error instanceof Error ? error.message : String(error);
    const detail = [code, reason].filter((part) => part !== '').join(': ');
    return new StoreUnavailableError(this.location, `${this.target.endpoint} says "${detail}"`, {
      cause: error,
    });
  }
}

async function readAll(file: FileHandle, target: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < target.byteLength;) {
    const { bytesRead } = await file.read(target, done, target.byteLength - done, position + done);
    if (bytesRead === 0) throw new Error('The staged file is shorter than what was written to it.');
    done += bytesRead;
  }
}

async function unlessMissing<T>(action: Promise<T>): Promise<T | undefined> {
  try {
    return await action;
  } catch (error) {
    if (['NoSuchKey', 'NotFound'].includes(codeOf(error) ?? '')) return undefined;
    throw error;
  }
}

function isConflict(error: unknown): boolean {
  return ['PreconditionFailed', 'ConditionalRequestConflict'].includes(codeOf(error) ?? '');
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
