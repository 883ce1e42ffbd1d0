import {
  digestsIn,
  parseDigest,
  RecordCorruptError,
  type ArtifactRef,
  type ArtifactStore,
  type Json,
} from '@oblique/artifacts';
import type { StepResult } from './step.js';

const COLLECTION = 'steps';

/** What is remembered of a finished step. */
export interface StepRecord extends StepResult {
  readonly value: Json;
  /** How long the computation took when it was made. */
  readonly seconds: number;
}

/** A step that has finished, and whether an earlier computation's result was taken. */
export interface FinishedStep extends StepRecord {
  readonly cached: boolean;
}

/**
 * The finished steps of every earlier run, each a record `steps/<key>` that is written after the step's artifacts:
 * a process killed in between computes the step again, to the same artifacts.
 */
export class StepRecords {
  constructor(private readonly store: ArtifactStore) {}

  /**
   * The finished step, or undefined where there is none, it cannot be read, or an artifact that its results or its value
   * name is gone or damaged: then it is computed again, which puts that right.
   */
  async find(key: string): Promise<StepRecord | undefined> {
    const record = decodeRecord(await this.#read(key));
    if (record === undefined) return undefined;
    const digests = [...record.results.map(({ digest }) => digest), ...digestsIn(record.value)];
    for (const digest of new Set(digests)) if (!(await this.store.isWhole(digest))) return undefined;
    return record;
  }

  async #read(key: string): Promise<Json | undefined> {
    try {
      return await this.store.getRecord(COLLECTION, key);
    } catch (error) {
      if (error instanceof RecordCorruptError) return undefined;
      throw error;
    }
  }

  async save(key: string, step: { step: string; version: string }, record: StepRecord): Promise<void> {
    await this.store.putRecord(COLLECTION, key, {
      step: step.step,
      version: step.version,
      results: record.results.map(({ digest, kind, sizeBytes }) => ({ digest, kind, sizeBytes })),
      value: record.value,
      seconds: record.seconds,
    });
  }
}

// A record that another version of the engine wrote in another form is no hit: a recomputation is cheap.
function decodeRecord(json: Json | undefined): StepRecord | undefined {
  if (!isObject(json)) return undefined;
  const { results, value, seconds } = json;
  if (!isArray(results) || value === undefined || typeof seconds !== 'number') return undefined;
  const refs = results.map(decodeRef);
  return refs.every((ref) => ref !== undefined) ? { results: refs, value, seconds } : undefined;
}

function decodeRef(json: Json): ArtifactRef | undefined {
  if (!isObject(json)) return undefined;
  const { digest, kind, sizeBytes } = json;
  if (typeof digest !== 'string' || typeof kind !== 'string' || typeof sizeBytes !== 'number')
    return undefined;
  try {
    return { digest: parseDigest(digest), kind, sizeBytes };
  } catch {
    return undefined;
  }
}

function isArray(json: Json | undefined): json is readonly Json[] {
  return Array.isArray(json);
}

function isObject(json: Json | undefined): json is { readonly [key: string]: Json } {
  return typeof json === 'object' && json !== null && !isArray(json);
}
