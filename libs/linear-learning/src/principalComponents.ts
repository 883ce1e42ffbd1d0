import {
  float64,
  isDType,
  MalformedArrayError,
  ndarray,
  readNpz,
  toNumbers,
  writeNpz,
} from '@oblique/arrays';
import { dataTypeCode, int, ProgramBuilder, writeProgram } from '@oblique/onnx';
import type { Runtime } from '@oblique/runtime';
import { once } from 'node:events';
import { EigenSolver } from './eigenSolver.js';
import type { Patches, PrincipalComponents } from './patches.js';

/** Patches whose moments are computed at once. */
const CHUNK = 2048;

export interface PrincipalComponentsOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told of patches looked at; the decomposition follows. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Principal components of patches, in float64: the eigenvectors of their covariance. Each points where its largest
 * entry is positive.
 * @throws the signal's reason
 */
export async function principalComponents(
  patches: Patches,
  runtime: Runtime,
  { signal, onProgress }: PrincipalComponentsOptions = {},
): Promise<PrincipalComponents> {
  const { mean, secondMoment } = await moments(patches, runtime, signal, onProgress);
  signal?.throwIfAborted();
  const solver = new EigenSolver();
  try {
    const { values, vectors } = await Promise.race([
      solver.decompose(secondMoment),
      ...(signal === undefined ? [] : [rejection(signal)]),
    ]);
    // A covariance has no negative eigenvalue; rounding gives some where patches are fewer than pixels.
    return { variance: values.map((value) => Math.max(0, value)), components: vectors, mean, secondMoment };
  } finally {
    await solver.close();
  }
}

/** The arrays of a `pca.npz` artifact. */
export function writePrincipalComponents(pca: PrincipalComponents): Uint8Array {
  const pixels = pca.mean.length;
  return writeNpz(
    new Map([
      ['variance', float64([pixels], pca.variance)],
      ['components', float64([pixels, pixels], pca.components)],
      ['mean', float64([pixels], pca.mean)],
      ['secondMoment', float64([pixels, pixels], pca.secondMoment)],
    ]),
  );
}

/** @throws MalformedArrayError where the bytes are no `pca.npz` */
export function readPrincipalComponents(bytes: Uint8Array): PrincipalComponents {
  const arrays = readNpz(bytes);
  const pixels = arrays.get('mean')?.shape[0] ?? 0;
  const read = (name: string, shape: readonly number[]): Float64Array => {
    const array = arrays.get(name);
    if (array === undefined || array.shape.join() !== shape.join()) {
      throw new MalformedArrayError(
        `pca.npz holds ${name} of shape [${shape.join(', ')}], found ${array === undefined ? 'none' : `[${array.shape.join(', ')}]`}.`,
      );
    }
    return toNumbers(array);
  };
  return {
    variance: read('variance', [pixels]),
    components: read('components', [pixels, pixels]),
    mean: read('mean', [pixels]),
    secondMoment: read('secondMoment', [pixels, pixels]),
  };
}

async function moments(
  patches: Patches,
  runtime: Runtime,
  signal: AbortSignal | undefined,
  onProgress: PrincipalComponentsOptions['onProgress'],
): Promise<{ mean: Float64Array; secondMoment: Float64Array }> {
  const [count = 0, pixels = 0] = patches.shape;
  const program = runtime.load(sumsProgram(pixels));
  const mean = new Float64Array(pixels);
  const secondMoment = new Float64Array(pixels * pixels);
  for (let start = 0; start < count; start += CHUNK) {
    const rows = Math.min(CHUNK, count - start);
    const chunk = ndarray(
      'float32',
      [rows, pixels],
      patches.data.subarray(start * pixels, (start + rows) * pixels),
    );
    const { sum, products } = await runtime.run(program, { patches: chunk }, { signal });
    if (
      sum === undefined ||
      products === undefined ||
      !isDType(sum, 'float64') ||
      !isDType(products, 'float64')
    ) {
      throw new Error('The program of sums gave no sums.');
    }
    add(mean, sum.data, count);
    add(secondMoment, products.data, count);
    onProgress?.(start + rows, count);
  }
  for (let i = 0; i < pixels; i++) {
    for (let j = 0; j < pixels; j++) {
      const index = i * pixels + j;
      secondMoment[index] = (secondMoment[index] ?? NaN) - (mean[i] ?? NaN) * (mean[j] ?? NaN);
    }
  }
  return { mean, secondMoment };
}

function add(total: Float64Array, part: Float64Array, count: number): void {
  for (let index = 0; index < total.length; index++)
    total[index] = (total[index] ?? 0) + (part[index] ?? NaN) / count;
}

/** Σ x and Σ x xᵀ over patches, in float64. */
function sumsProgram(pixels: number): Uint8Array {
  const b = new ProgramBuilder('sums');
  const patches = b.input('patches', 'float32', ['patches', pixels]);
  const x = b.op('Cast', [patches], { to: int(dataTypeCode('float64')) });
  b.output(b.op('ReduceSum', [x, b.ints([0])], { keepdims: int(0) }, { output: 'sum' }), 'float64', [pixels]);
  b.output(b.op('Gemm', [x, x], { transA: int(1) }, { output: 'products' }), 'float64', [pixels, pixels]);
  return writeProgram(b.build());
}

async function rejection(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort');
  throw signal.reason;
}
