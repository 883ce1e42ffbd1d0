import { int, dataTypeCode, ProgramBuilder, writeProgram } from '@oblique/onnx';
import { ndarray } from '@oblique/arrays';
import type { Runtime } from '@oblique/runtime';
import type { Patches, PrincipalComponents } from './patches.js';
import type { Precision } from './structure.js';

/** Sum of x xᵀ over the centred patches of each group, one group a row, in memory that threads share. */
export async function groupSums(
  runtime: Runtime,
  patches: Patches,
  { mean }: Pick<PrincipalComponents, 'mean'>,
  groups: readonly Uint32Array[],
  precision: Precision,
  signal?: AbortSignal,
): Promise<SharedArrayBuffer> {
  const [, pixels = 0] = patches.shape;
  const program = runtime.load(momentProgram(mean, precision));
  const bytes = pixels * pixels * (precision === 'float32' ? 4 : 8);
  const sums = new SharedArrayBuffer(groups.length * bytes);
  for (const [index, group] of groups.entries()) {
    const rows = new Float32Array(group.length * pixels);
    for (const [row, patch] of group.entries()) {
      rows.set(patches.data.subarray(patch * pixels, (patch + 1) * pixels), row * pixels);
    }
    const feeds = { patches: ndarray('float32', [group.length, pixels], rows) };
    const { sum } = await runtime.run(program, feeds, { signal, transferFeeds: true });
    if (sum === undefined) throw new Error('The program of second moments gave no sum.');
    new Uint8Array(sums, index * bytes, bytes).set(
      new Uint8Array(sum.data.buffer, sum.data.byteOffset, sum.data.byteLength),
    );
  }
  return sums;
}

/** The centred patches, one a row, in memory that threads share. */
export function centredPatches(
  patches: Patches,
  { mean }: Pick<PrincipalComponents, 'mean'>,
  precision: Precision,
): SharedArrayBuffer {
  const pixels = mean.length;
  const shared = new SharedArrayBuffer(patches.data.length * (precision === 'float32' ? 4 : 8));
  const centred = precision === 'float32' ? new Float32Array(shared) : new Float64Array(shared);
  for (const [index, value] of patches.data.entries()) centred[index] = value - (mean[index % pixels] ?? NaN);
  return shared;
}

function momentProgram(mean: Float64Array, precision: Precision): Uint8Array {
  const pixels = mean.length;
  const b = new ProgramBuilder('second_moment');
  const patches = b.input('patches', 'float32', ['patches', pixels]);
  const centre =
    precision === 'float32'
      ? ndarray('float32', [pixels], Float32Array.from(mean))
      : ndarray('float64', [pixels], mean);
  const cast = b.op('Cast', [patches], { to: int(dataTypeCode(precision)) });
  const x = b.op('Sub', [cast, b.initializer('mean', centre)]);
  b.output(b.op('Gemm', [x, x], { transA: int(1) }, { output: 'sum' }), precision, [pixels, pixels]);
  return writeProgram(b.build());
}
