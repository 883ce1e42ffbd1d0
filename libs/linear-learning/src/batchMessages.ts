import type { Seed } from '@oblique/random';
import type { BatchForm } from './updateProgram.js';
import type { Precision } from './structure.js';

/** What the thread that prepares batches starts with. */
export interface BatchWorkerData {
  readonly form: BatchForm['kind'];
  readonly pixels: number;
  readonly precision: Precision;
  /** A row for each unit: the sum of x xᵀ over a group's centred patches, or one centred patch. */
  readonly rows: SharedArrayBuffer;
  /** Patches in each group; absent where a unit is one patch. */
  readonly counts: readonly number[] | undefined;
  readonly outputNoise: number;
  readonly seed: Seed;
}

export interface BatchRequest {
  readonly step: number;
  readonly units: Uint32Array;
}

export interface BatchReply {
  readonly patches: number;
  /** ⟨x xᵀ⟩ over the batch, or its patches one a row. */
  readonly data: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;
  readonly noise: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> | undefined;
}
