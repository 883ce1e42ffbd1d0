import { createHash } from 'node:crypto';
import { sha256, type ArtifactRef, type Digest, type Manifest, type Provenance } from './artifact.js';
import type { ArtifactStore, ListedRecord } from './artifactStore.js';
import type { Blobs } from './blobs.js';
import { ArtifactCorruptError, ArtifactNotFoundError, RecordCorruptError, RecordKeyError } from './errors.js';
import { inPieces } from './hashedCopy.js';
import { canonicalJson, parseJson, type Json } from './json.js';
import {
  ARTIFACTS,
  artifactPath,
  collectionPath,
  digestOfManifest,
  keyOfRecord,
  manifestPath,
  recordPath,
} from './layout.js';
import { parseManifest } from './manifest.js';

/** The one ArtifactStore, over any Blobs. */
export class BlobStore implements ArtifactStore {
  /** Artifacts that were found whole, and what their files looked like then. */
  private readonly whole = new Map<Digest, string>();

  constructor(private readonly blobs: Blobs) {}

  get location(): string {
    return this.blobs.location;
  }

  async put(
    kind: string,
    data: Uint8Array | AsyncIterable<Uint8Array>,
    provenance: Provenance,
  ): Promise<ArtifactRef> {
    if (kind === '') throw new RangeError('An artifact needs a kind, e.g. "model.onnx".');
    const inputs = provenance.inputs.map(({ digest, kind, sizeBytes }) => ({ digest, kind, sizeBytes }));
    const { step, version, parameters } = provenance;
    const origin = { step, version, parameters, inputs };
    canonicalJson(origin);

    const staged = await this.blobs.stage(data instanceof Uint8Array ? inPieces(data) : data);
    const artifact = { digest: staged.digest, kind, sizeBytes: staged.sizeBytes };
    await staged.publish(artifactPath(staged.digest));
    // The manifest comes last: while it is missing the artifact does not exist, so a crash in between leaves nothing.
    const manifest = { artifact, provenance: origin, createdAt: new Date().toISOString() };
    const created = await this.blobs.create(manifestPath(staged.digest), encode(manifest));
    if (!created) await this.repairManifest(staged.digest, manifest);
    return artifact;
  }

  async get(digest: Digest): Promise<Uint8Array> {
    const bytes = await this.blobs.read(artifactPath(digest));
    if (bytes === undefined || !(await this.has(digest))) throw await this.missing(digest);
    const found = sha256(bytes);
    if (found !== digest) throw this.mismatch(digest, found);
    return bytes;
  }

  async *stream(digest: Digest): AsyncIterable<Uint8Array> {
    const pieces = (await this.has(digest)) ? await this.blobs.open(artifactPath(digest)) : undefined;
    if (!pieces) throw await this.missing(digest);
    const hash = createHash('sha256');
    for await (const piece of pieces) {
      hash.update(piece);
      yield piece;
    }
    const found: Digest = `sha256:${hash.digest('hex')}`;
    if (found !== digest) throw this.mismatch(digest, found);
  }

  async describe(digest: Digest): Promise<Manifest> {
    const manifest = await this.readManifest(digest);
    if (!manifest) throw new ArtifactNotFoundError(digest, this.location);
    return manifest;
  }

  async has(digest: Digest): Promise<boolean> {
    return await this.blobs.has(manifestPath(digest));
  }

  async isWhole(digest: Digest): Promise<boolean> {
    const stamp = await this.blobs.stamp(artifactPath(digest));
    if (stamp === undefined) return false;
    try {
      if ((await this.readManifest(digest)) === undefined) return false;
      if (this.whole.get(digest) === stamp) return true;
      const pieces = this.stream(digest)[Symbol.asyncIterator]();
      while ((await pieces.next()).done !== true);
    } catch (error) {
      if (error instanceof ArtifactCorruptError || error instanceof ArtifactNotFoundError) return false;
      throw error;
    }
    this.whole.set(digest, stamp);
    return true;
  }

  async remove(digest: Digest): Promise<void> {
    // The manifest goes first: without it the artifact does not exist, whatever happens next.
    await this.blobs.remove(manifestPath(digest));
    await this.blobs.remove(artifactPath(digest));
  }

  async *list(): AsyncIterable<Manifest> {
    for await (const { path } of this.blobs.list(ARTIFACTS)) {
      const digest = digestOfManifest(path);
      const manifest = digest && (await this.readManifest(digest));
      if (manifest) yield manifest;
    }
  }

  async getRecord(collection: string, key: string): Promise<Json | undefined> {
    const path = pathOf(collection, key);
    const bytes = path === undefined ? undefined : await this.blobs.read(path);
    if (bytes === undefined) return undefined;
    try {
      return parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    } catch (cause) {
      throw new RecordCorruptError(collection, key, this.location, { cause });
    }
  }

  async putRecord(collection: string, key: string, value: Json): Promise<void> {
    await this.blobs.replace(recordPath(collection, key), encode(value));
  }

  async createRecord(collection: string, key: string, value: Json): Promise<boolean> {
    return await this.blobs.create(recordPath(collection, key), encode(value));
  }

  async deleteRecord(collection: string, key: string): Promise<void> {
    const path = pathOf(collection, key);
    if (path !== undefined) await this.blobs.remove(path);
  }

  async *listRecords(collection: string): AsyncIterable<ListedRecord> {
    for await (const { path } of this.blobs.list(collectionPath(collection))) {
      const key = keyOfRecord(path);
      if (key === undefined) continue;
      try {
        const value = await this.getRecord(collection, key);
        if (value !== undefined) yield { key, value };
      } catch (broken) {
        if (!(broken instanceof RecordCorruptError)) throw broken;
        yield { key, value: undefined, broken };
      }
    }
  }

  private async readManifest(digest: Digest): Promise<Manifest | undefined> {
    const bytes = await this.blobs.read(manifestPath(digest));
    if (bytes === undefined) return undefined;
    try {
      return parseManifest(new TextDecoder('utf-8', { fatal: true }).decode(bytes), digest);
    } catch (cause) {
      throw new ArtifactCorruptError(digest, this.location, 'its manifest cannot be read', { cause });
    }
  }

  private async repairManifest(digest: Digest, manifest: Json): Promise<void> {
    try {
      if ((await this.readManifest(digest)) !== undefined) return;
    } catch (error) {
      if (!(error instanceof ArtifactCorruptError)) throw error;
    }
    await this.blobs.replace(manifestPath(digest), encode(manifest));
  }

  private async missing(digest: Digest): Promise<Error> {
    return (await this.has(digest))
      ? new ArtifactCorruptError(digest, this.location, 'its bytes are gone though its manifest is there')
      : new ArtifactNotFoundError(digest, this.location);
  }

  private mismatch(digest: Digest, found: Digest): ArtifactCorruptError {
    return new ArtifactCorruptError(digest, this.location, `its bytes hash to ${found}`);
  }
}

/** Undefined for a key that no record can have. */
function pathOf(collection: string, key: string): string | undefined {
  try {
    return recordPath(collection, key);
  } catch (error) {
    if (error instanceof RecordKeyError) return undefined;
    throw error;
  }
}

function encode(value: Json): Uint8Array {
  return new TextEncoder().encode(canonicalJson(value));
}
