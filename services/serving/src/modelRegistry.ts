import {
  ArtifactCorruptError,
  parseDigest,
  RecordCorruptError,
  type ArtifactRef,
  type ArtifactStore,
  type Digest,
  type Json,
  type Provenance,
} from '@oblique/artifacts';
import type { Program } from '@oblique/onnx';
import { ServiceError } from '@oblique/service';
import { LRUCache } from 'lru-cache';
import type { JobThreads } from './jobs/jobThreads.js';

/** Kind of the artifacts that are models. */
export const MODEL_KIND = 'model.onnx';

const COLLECTION = 'models';
/** Reading goes on when one that waits gives up: others wait too, and it is remembered. */
const NEVER = new AbortController().signal;
const MEMORY_LIMIT_BYTES = 2 * 1024 ** 3;

/** A model that is held: an ONNX program in the store, under a name or only under its digest. */
export interface HeldModel {
  /** Undefined where it was asked for by its digest. */
  readonly name: string | undefined;
  readonly artifact: ArtifactRef;
  readonly program: Program;
  /** The ONNX file, in memory that threads share. */
  readonly bytes: Uint8Array;
}

type ReadModel = Pick<HeldModel, 'program' | 'bytes'>;

/** The names of models, and their programs. Names are records in the store, so that all replicas share them. */
export class ModelRegistry {
  readonly #store: ArtifactStore;
  readonly #jobs: JobThreads;
  /** Those that are being read. */
  readonly #reading = new Map<Digest, Promise<ReadModel>>();
  readonly #programs = new LRUCache<Digest, ReadModel>({
    maxSize: MEMORY_LIMIT_BYTES,
    sizeCalculation: ({ bytes }) => Math.max(1, bytes.byteLength),
  });

  constructor(store: ArtifactStore, jobs: JobThreads) {
    this.#store = store;
    this.#jobs = jobs;
  }

  /** Stores the bytes of a model, which are in memory that threads share. */
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
    const known = this.#programs.get(digest) ?? (await this.#readOnce(artifact));
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

  async #readOnce(artifact: ArtifactRef): Promise<ReadModel> {
    const { digest } = artifact;
    const begun = this.#reading.get(digest);
    if (begun !== undefined) return begun;
    const reading = this.#read(artifact).finally(() => this.#reading.delete(digest));
    this.#reading.set(digest, reading);
    return reading;
  }

  async #read({ digest, sizeBytes }: ArtifactRef): Promise<ReadModel> {
    const bytes = new Uint8Array(new SharedArrayBuffer(sizeBytes));
    let position = 0;
    for await (const piece of this.#store.stream(digest)) {
      if (position + piece.byteLength <= sizeBytes) bytes.set(piece, position);
      position += piece.byteLength;
    }
    if (position !== sizeBytes)
      throw new ArtifactCorruptError(
        digest,
        this.#store.location,
        `it has ${position} bytes, not ${sizeBytes}`,
      );
    const known = { program: await this.#jobs.run('readNetwork', bytes, NEVER), bytes };
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
