import { int, intAttribute, type Shape } from '@oblique/onnx';
import type { Formula } from './formula.js';
import { at } from './ruleMakers.js';
import { outputShape, reshaped, single, sizeOf, sumTo } from './transposeMakers.js';
import type { TransposeRule } from './transposeRule.js';

/** `y = α A′ B′`, where either may be transposed. */
export const gemm: TransposeRule = single((f, g, { node, input }) => {
  const [a, b] = [at(node.inputs, 0), at(node.inputs, 1)];
  const [transA, transB] = [intAttribute(node, 'transA', 0), intAttribute(node, 'transB', 0)];
  const { alpha } = node.attributes;
  const times = (left: string, right: string, transLeft: number, transRight: number): string =>
    f.op('Gemm', [left, right], {
      ...(alpha && { alpha }),
      transA: int(transLeft),
      transB: int(transRight),
    });
  if (input === 0) return transA === 0 ? times(g, b, 0, 1 - transB) : times(b, g, transB, 1);
  return transB === 0 ? times(a, g, 1 - transA, 0) : times(g, a, 1, transA);
});

/** `y = A B` over broadcast batches. Vectors stand for one row on the left, one column on the right. */
export const matMul: TransposeRule = single((f, g, use) => {
  const { input, shape, node } = use;
  const [left, right] = [at(node.inputs, 0), at(node.inputs, 1)];
  const [a, b] = [use.shapeOf(left), use.shapeOf(right)];
  const [matrixA, matrixB] = [a.length > 1 ? a : [1, ...a], b.length > 1 ? b : [...b, 1]];
  const [rows = 1, inner = 1] = matrixA.slice(-2);
  const [columns = 1] = matrixB.slice(-1);
  const y = outputShape(use);
  const batch = y.slice(0, y.length - Number(a.length > 1) - Number(b.length > 1));
  const cotangent = reshaped(f, g, y, [...batch, rows, columns]);
  if (
    input === 1 &&
    sizeOf(matrixB) === inner * columns &&
    sizeOf(matrixA) === sizeOf(batch) * rows * inner
  ) {
    // A weight shared by the whole batch: one product instead of one an example and their sum.
    const stacked = (tensor: string, from: Shape, width: number): string =>
      reshaped(f, tensor, from, [sizeOf(from) / width, width]);
    const weight = f.op(
      'Gemm',
      [stacked(left, a, inner), stacked(cotangent, [...batch, rows, columns], columns)],
      { transA: int(1) },
    );
    return reshaped(f, weight, [inner, columns], shape);
  }
  const [factors, from, to] =
    input === 0
      ? [[cotangent, turned(f, reshaped(f, right, b, matrixB), matrixB)], [...batch, rows, inner], matrixA]
      : [[turned(f, reshaped(f, left, a, matrixA), matrixA), cotangent], [...batch, inner, columns], matrixB];
  return reshaped(f, sumTo(f, f.op('MatMul', factors), from, to), to, shape);
});

/** The last two axes exchanged. */
function turned(f: Formula, a: string, shape: Shape): string {
  const rank = shape.length;
  const perm = [...shape.keys()].slice(0, rank - 2);
  return f.op('Transpose', [a], { perm: { type: 'ints', value: [...perm, rank - 1, rank - 2] } });
}
