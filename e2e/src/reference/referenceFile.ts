import type { Preprocessing } from '@oblique/networks';
import type { MeasuredStimulus } from '@oblique/sensitivity';
import type { GridAxis } from '@oblique/stimuli';
import { readdir, readFile } from 'node:fs/promises';

/** One measurement with its true values, made by `reference/make_reference.py`. */
export interface ReferenceCase {
  readonly id: string;
  readonly stimulus: MeasuredStimulus;
  readonly variable: string;
  readonly grid: readonly GridAxis[];
  /** Tensors of the network. */
  readonly layers: readonly string[];
  /** D by tensor, one value a grid point, the last axis fastest: PyTorch's forward-mode AD in float64. */
  readonly d: Readonly<Record<string, readonly number[]>>;
  /** The relative error of PyTorch's own float32 forward-mode AD at the same places. */
  readonly torchFloat32RelativeError: Readonly<Record<string, readonly number[]>>;
}

export interface ReferenceNetwork {
  readonly name: string;
  /** Name of the file in the folder of networks that `OBLIQUE_DATA` points to; absent for built-in networks. */
  readonly file?: string;
  readonly architecture?: string;
  readonly seed?: number;
  /** Digest of the ONNX file that the values belong to, in hexadecimal. */
  readonly sha256: string;
  readonly preprocessing: Preprocessing;
}

export interface ReferenceFile {
  readonly network: ReferenceNetwork;
  /** Version of PyTorch that made it. */
  readonly torch: string;
  /** The command that makes it again. */
  readonly remake: string;
  readonly cases: readonly ReferenceCase[];
}

const FOLDER = new URL('../../reference/', import.meta.url);

/** Every reference file there is, in the order of their names. */
export async function readReferenceFiles(): Promise<ReferenceFile[]> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.json') && name !== 'cases.json');
  return Promise.all(
    names
      .sort()
      .map(async (name) => JSON.parse(await readFile(new URL(name, FOLDER), 'utf8')) as ReferenceFile),
  );
}
