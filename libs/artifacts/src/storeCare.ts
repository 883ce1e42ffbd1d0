import type { Digest } from './artifact.js';
import { BlobStore } from './blobStore.js';
import type { BlobEntry, Blobs } from './blobs.js';
import { ArtifactCorruptError, RecordCorruptError } from './errors.js';
import type { Json } from './json.js';
import { ARTIFACTS, artifactPath, digestOfManifest, manifestPath, recordAt, RECORDS } from './layout.js';
import { openBlobs } from './openStore.js';

/** Something in a store that is not as it should be. */
export interface Finding {
  /** What it is, for people. */
  readonly what: string;
  readonly problem: string;
  /** Paths that go, so that it is made again when it is needed. */
  readonly remove: readonly string[];
}

/** How far the care of a store is. */
export interface CareProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
}

/** What lies in a store. */
export interface StoreStatistics {
  /** By kind of artifact, the largest first. */
  readonly kinds: readonly { readonly kind: string; readonly count: number; readonly sizeBytes: number }[];
  /** By collection of records. */
  readonly collections: readonly { readonly collection: string; readonly count: number }[];
  /** Bytes without a manifest: of writers that are at work, or were killed. */
  readonly unfinishedBytes: number;
}

/** Collections that only remember what can be computed again; those they name are not needed because of them. */
const REMEMBERED: ReadonlySet<string> = new Set(['steps', 'measurements']);
/** What is younger can belong to a writer that is at work. */
const AT_WORK_MS = 3600 * 1000;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Looks after a store: finds what is broken, removes what nothing needs, tells what takes the room. */
export class StoreCare {
  readonly #store: BlobStore;

  private constructor(private readonly blobs: Blobs) {
    this.#store = new BlobStore(blobs);
  }

  /** @throws as openStore does */
  static async open(location: string): Promise<StoreCare> {
    return new StoreCare(await openBlobs(location));
  }

  get location(): string {
    return this.blobs.location;
  }

  /**
   * Everything that is broken: artifacts whose bytes are not what their digest says, records that cannot be read or name
   * what is gone, leftovers of killed writers. All bytes are read.
   */
  async *verify(
    signal: AbortSignal,
    onProgress: (progress: CareProgress) => void,
  ): AsyncGenerator<Finding, void> {
    const entries = await all(this.blobs.list(ARTIFACTS));
    const totalBytes = entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const paths = new Set(entries.map(({ path }) => path));
    const whole = new Set<Digest>();
    let doneBytes = 0;
    for (const entry of entries) {
      signal.throwIfAborted();
      const digest = digestOfManifest(entry.path);
      if (digest !== undefined) {
        if (await this.#store.isWhole(digest)) whole.add(digest);
        else {
          const problem = 'its bytes or its manifest are damaged or gone';
          const remove = [entry.path, artifactPath(digest)];
          yield { what: `artifact ${digest}`, problem, remove };
        }
      } else if (!paths.has(`${entry.path}.json`) && isOld(entry, AT_WORK_MS)) {
        yield {
          what: entry.path,
          problem: 'it has no manifest: its writer was killed',
          remove: [entry.path],
        };
      }
      doneBytes += entry.sizeBytes;
      onProgress({ doneBytes, totalBytes });
    }
    for await (const { path } of this.blobs.list(RECORDS)) {
      signal.throwIfAborted();
      const finding = await this.#recordFinding(path, whole);
      if (finding !== undefined) yield finding;
    }
    for await (const entry of this.blobs.list('staging')) {
      if (isOld(entry, AT_WORK_MS))
        yield { what: entry.path, problem: 'its writer was killed', remove: [entry.path] };
    }
  }

  /** Removes what is broken; what can be computed is made again when a command needs it. */
  async repair({ remove }: Finding): Promise<void> {
    for (const path of remove) await this.blobs.remove(path);
  }

  /**
   * What no run, no training and no named model needs: neither as its result, nor as what a result was made from. What is
   * younger than `olderThanMs` stays, whoever needs it.
   */
  async *unneeded(
    olderThanMs: number,
    signal: AbortSignal,
  ): AsyncGenerator<{ readonly path: string; readonly sizeBytes: number }, void> {
    const needed = new Set<Digest>();
    const remembered: { readonly entry: BlobEntry; readonly digests: readonly Digest[] }[] = [];
    for await (const entry of this.blobs.list(RECORDS)) {
      const { collection } = recordAt(entry.path) ?? {};
      const value = await this.#record(entry.path);
      if (collection === undefined || value === undefined) continue;
      const digests = digestsIn(value);
      if (REMEMBERED.has(collection)) remembered.push({ entry, digests });
      if (!REMEMBERED.has(collection) || !isOld(entry, olderThanMs))
        digests.forEach((digest) => needed.add(digest));
    }
    // A set that grows while it is gone through: what is added is gone through too.
    for (const digest of needed) {
      signal.throwIfAborted();
      for (const input of await this.#inputsOf(digest)) needed.add(input);
    }
    const kept = new Set<string>(
      [...needed].flatMap((digest) => [artifactPath(digest), manifestPath(digest)]),
    );
    const entries = await all(this.blobs.list(ARTIFACTS));
    // Bytes and manifest go together, and stay together.
    const young = new Set(
      entries.filter((entry) => !isOld(entry, olderThanMs)).map(({ path }) => path.replace(/\.json$/, '')),
    );
    const going = new Set<string>();
    for (const { path, sizeBytes } of entries) {
      if (kept.has(path) || young.has(path.replace(/\.json$/, ''))) continue;
      going.add(path);
      yield { path, sizeBytes };
    }
    for (const { entry, digests } of remembered) {
      if (digests.some((digest) => going.has(manifestPath(digest))))
        yield { path: entry.path, sizeBytes: entry.sizeBytes };
    }
  }

  /** Removes one path that `unneeded` gave. */
  async remove(path: string): Promise<void> {
    await this.blobs.remove(path);
  }

  async statistics(signal: AbortSignal): Promise<StoreStatistics> {
    const kinds = new Map<string, { count: number; sizeBytes: number }>();
    const entries = await all(this.blobs.list(ARTIFACTS));
    const sizes = new Map(entries.map(({ path, sizeBytes }) => [path, sizeBytes]));
    let unfinishedBytes = 0;
    for (const { path, sizeBytes } of entries) {
      signal.throwIfAborted();
      const digest = digestOfManifest(path);
      if (digest === undefined) {
        if (!sizes.has(`${path}.json`)) unfinishedBytes += sizeBytes;
        continue;
      }
      const kind = await this.#kindOf(digest);
      const { count, sizeBytes: before } = kinds.get(kind) ?? { count: 0, sizeBytes: 0 };
      const bytes = sizes.get(artifactPath(digest));
      kinds.set(kind, {
        count: count + 1,
        sizeBytes: before + sizeBytes + (bytes === undefined ? 0 : bytes),
      });
    }
    for await (const { sizeBytes } of this.blobs.list('staging')) unfinishedBytes += sizeBytes;
    const collections = new Map<string, number>();
    for await (const { path } of this.blobs.list(RECORDS)) {
      const { collection } = recordAt(path) ?? {};
      if (collection !== undefined) collections.set(collection, (collections.get(collection) ?? 0) + 1);
    }
    return {
      kinds: [...kinds]
        .map(([kind, total]) => ({ kind, ...total }))
        .sort((a, b) => b.sizeBytes - a.sizeBytes),
      collections: [...collections].map(([collection, count]) => ({ collection, count })),
      unfinishedBytes,
    };
  }

  async #recordFinding(path: string, whole: ReadonlySet<Digest>): Promise<Finding | undefined> {
    const { collection, key } = recordAt(path) ?? {};
    if (collection === undefined || key === undefined)
      return { what: path, problem: 'no record can have this name', remove: [path] };
    const what = `record "${key}" of "${collection}"`;
    const value = await this.#record(path);
    if (value === undefined) return { what, problem: 'it cannot be read', remove: [path] };
    // Runs and trainings tell what was, of which parts may have been removed since; these promise what is.
    if (!REMEMBERED.has(collection) && collection !== 'models') return undefined;
    const gone = digestsIn(value).find((digest) => !whole.has(digest));
    return gone && { what, problem: `it names ${gone}, which is gone or damaged`, remove: [path] };
  }

  async #record(path: string): Promise<Json | undefined> {
    const { collection, key } = recordAt(path) ?? {};
    if (collection === undefined || key === undefined) return undefined;
    try {
      return await this.#store.getRecord(collection, key);
    } catch (error) {
      if (error instanceof RecordCorruptError) return undefined;
      throw error;
    }
  }

  async #inputsOf(digest: Digest): Promise<Digest[]> {
    try {
      if (!(await this.#store.has(digest))) return [];
      return (await this.#store.describe(digest)).provenance.inputs.map((input) => input.digest);
    } catch (error) {
      if (error instanceof ArtifactCorruptError) return [];
      throw error;
    }
  }

  async #kindOf(digest: Digest): Promise<string> {
    try {
      return (await this.#store.describe(digest)).artifact.kind;
    } catch (error) {
      if (error instanceof ArtifactCorruptError) return '(damaged)';
      throw error;
    }
  }
}

/** Every digest that stands anywhere in the value. */
export function digestsIn(value: Json): Digest[] {
  if (typeof value === 'string') return isDigest(value) ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((member: Json) => digestsIn(member));
}

function isDigest(text: string): text is Digest {
  return DIGEST.test(text);
}

function isOld({ modified }: BlobEntry, ageMs: number): boolean {
  return Date.now() - modified.getTime() > ageMs;
}

async function all(entries: AsyncIterable<BlobEntry>): Promise<BlobEntry[]> {
  const found: BlobEntry[] = [];
  for await (const entry of entries) found.push(entry);
  return found;
}
