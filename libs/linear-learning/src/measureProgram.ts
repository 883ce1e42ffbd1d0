import { ndarray, zeros, type NdArray } from '@oblique/arrays';
import { dataTypeCode, int, ProgramBuilder, type Program } from '@oblique/onnx';
import type { PrincipalComponents } from './patches.js';
import { weightNames, type Precision, type Structure } from './structure.js';
import { productsOf, transposed } from './updateProgram.js';

/**
 * What is measured of a linear autoencoder: weights in, in float64 out
 * - `learned` [component] uᵀ M u of the product M, and `learnedSquared` uᵀ M Mᵀ u;
 * - `loss` of all patches, tr((M - I) Σ (M - I)ᵀ) / pixels;
 * - `gram` Mᵀ M, or M itself where the network is tied, from whose eigenvalues singular values follow;
 * - `kernelProduct` and `kernelFirst` [column, column], Kᵀ K where K is M, or W_1, with the columns of pixels that stand
 *   above each other added up: the answer to images whose rows are alike depends on nothing else.
 */
export function measureProgram(
  structure: Structure,
  { components, secondMoment }: PrincipalComponents,
  precision: Precision,
): Program {
  const { pixels, tied } = structure;
  const shape = [pixels, pixels];
  const b = new ProgramBuilder('linear_measure');
  const weights = weightNames(structure)
    .map((name) => b.input(name, precision, shape))
    .map((name) => b.op('Cast', [name], { to: int(dataTypeCode('float64')) }));
  const product = tied ? transposed(b, weights, 'transA') : (productsOf(b, weights).at(-1) ?? '');
  const rows = b.ints([1]);
  const sumRows = (name: string, output: string): void =>
    b.output(b.op('ReduceSum', [name, rows], { keepdims: int(0) }, { output }), 'float64', [pixels]);

  const directions = b.initializer('components', ndarray('float64', shape, components));
  const seen = b.op('MatMul', [directions, product]);
  sumRows(b.op('Mul', [seen, directions]), 'learned');
  sumRows(b.op('Mul', [seen, seen]), 'learnedSquared');

  const error = b.op('Sub', [product, b.op('EyeLike', [product])]);
  const moment = b.initializer('moment', ndarray('float64', shape, secondMoment));
  const squared = b.op('Mul', [b.op('MatMul', [error, moment]), error]);
  const loss = b.op('ReduceSum', [squared], { keepdims: int(0) });
  b.output(b.op('Div', [loss, b.scalar(pixels, 'float64')], {}, { output: 'loss' }), 'float64', []);

  const gram = tied ? product : transposed(b, [product], 'transA');
  b.output(b.op('Identity', [gram], {}, { output: 'gram' }), 'float64', shape);

  const columns = Math.sqrt(pixels);
  const sumColumns = b.initializer('sum_columns', columnSums(columns));
  const kernel = (matrix: string, output: string): void => {
    const summed = b.op('MatMul', [matrix, sumColumns]);
    b.output(b.op('Gemm', [summed, summed], { transA: int(1) }, { output }), 'float64', [columns, columns]);
  };
  kernel(product, 'kernelProduct');
  kernel(weights[0] ?? '', 'kernelFirst');
  return b.build();
}

/** [pixels, columns]: 1 where a pixel stands in the column. */
function columnSums(columns: number): NdArray<'float64'> {
  const sums = zeros('float64', [columns * columns, columns]);
  for (let pixel = 0; pixel < columns * columns; pixel++) sums.data[pixel * columns + (pixel % columns)] = 1;
  return sums;
}
