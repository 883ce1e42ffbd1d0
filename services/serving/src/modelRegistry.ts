import {
  parseDigest,
  RecordCorruptError,
  type ArtifactRef,
  type ArtifactStore,
  type Digest,
  type Json,
  type Provenance,
} from '@oblique/artifacts';
import { readProgram, type Program } from '@oblique/onnx';
import { ServiceError } from '@oblique/service';
import { LRUCache } from 'lru-cache';

/** Kind of the artifacts that are models. */
export const MODEL_KIND = 'model.onnx';

const COLLECTION = 'models';
const MEMORY_LIMIT_BYTES = 2 * 1024 ** 3;

/** A model that is held: an ONNX program in the store, under a name or only under its digest. */
export interface HeldModel {
  /** Undefined where it was asked for by its digest. */
  readonly name: string | undefined;
  readonly artifact: ArtifactRef;
  readonly program: Program;
  readonly bytes: Uint8Array;
}

/** The names of models, and their programs. Names are records in the store, so that all replicas share them. */
export class ModelRegistry {
  readonly #store: ArtifactStore;
  readonly #programs = new LRUCache<Digest, { readonly program: Program; readonly bytes: Uint8Array }>({
    maxSize: MEMORY_LIMIT_BYTES,
    sizeCalculation: ({ bytes }) => Math.max(1, bytes.byteLength),
  });

  constructor(store: ArtifactStore) {
    this.#store = store;
  }

  /** Stores the bytes of a model. */
  async put(bytes: Uint8Array, program: Program, provenance: Provenance): Promise<ArtifactRef> {
    const artifact = await this.#store.put(MODEL_KIND, bytes, provenance);
    this.#programs.set(artifact.digest, { program, bytes });
    return artifact;
  }

  /**
   * Gives the name to a model.
   * @throws ServiceError MODEL_EXISTS where it names another and `replace` is false.
   */
  async register(name: string, artifact: ArtifactRef, replace: boolean): Promise<void> {
    const record = { digest: artifact.digest };
    if (await this.#store.createRecord(COLLECTION, name, record)) return;
    const current = await this.#digestOf(name);
    if (current === artifact.digest) return;
    // A name that names nothing any more is free.
    const taken = current !== undefined && (await this.#store.has(current));
    if (taken && !replace) {
      throw new ServiceError(
        'MODEL_EXISTS',
        `${name} names another model (${current}); choose another name, or ask to replace it.`,
        { field: 'header.name' },
      );
    }
    await this.#store.putRecord(COLLECTION, name, record);
  }

  /** The model of this name or digest; undefined where there is none. */
  async find(nameOrDigest: string): Promise<HeldModel | undefined> {
    const byName = nameOrDigest.startsWith('sha256:') ? undefined : await this.#digestOf(nameOrDigest);
    const digest = byName ?? digestIn(nameOrDigest);
    if (digest === undefined || !(await this.#store.has(digest))) return undefined;
    const { artifact } = await this.#store.describe(digest);
    if (artifact.kind !== MODEL_KIND) return undefined;
    const known = this.#programs.get(digest) ?? (await this.#read(digest));
    return { name: byName === undefined ? undefined : nameOrDigest, artifact, ...known };
  }

  /**
   * The model of this name or digest.
   * @throws ServiceError UNKNOWN_MODEL that lists the names there are.
   */
  async get(nameOrDigest: string, field = 'model'): Promise<HeldModel> {
    const found = await this.find(nameOrDigest);
    if (found !== undefined) return found;
    const names = await this.names();
    const listed =
      names.length === 0 ? 'No models are registered.' : `Registered are: ${names.slice(0, 50).join(', ')}.`;
    throw new ServiceError('UNKNOWN_MODEL', `There is no model ${JSON.stringify(nameOrDigest)}. ${listed}`, {
      field,
    });
  }

  /** All names, sorted. */
  async names(): Promise<string[]> {
    const names: string[] = [];
    for await (const { key } of this.#store.listRecords(COLLECTION)) names.push(key);
    return names.sort();
  }

  /** Forgets the name; the artifact stays. */
  async remove(name: string): Promise<void> {
    if ((await this.#digestOf(name)) === undefined) await this.get(name, 'name');
    await this.#store.deleteRecord(COLLECTION, name);
  }

  async #read(digest: Digest): Promise<{ readonly program: Program; readonly bytes: Uint8Array }> {
    const bytes = await this.#store.get(digest);
    const known = { program: readProgram(bytes), bytes };
    this.#programs.set(digest, known);
    return known;
  }

  async #digestOf(name: string): Promise<Digest | undefined> {
    if (name === '') return undefined;
    const record = await this.#store.getRecord(COLLECTION, name).catch((error: unknown) => {
      // A name whose record cannot be read names nothing; giving it again writes over it.
      if (error instanceof RecordCorruptError) return undefined;
      throw error;
    });
    if (typeof record !== 'object' || record === null || Array.isArray(record)) return undefined;
    const { digest } = record as Readonly<Record<string, Json>>;
    return typeof digest === 'string' ? digestIn(digest) : undefined;
  }
}

function digestIn(text: string): Digest | undefined {
  try {
    return parseDigest(text);
  } catch {
    return undefined;
  }
}
