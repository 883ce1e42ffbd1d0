import { int, type Shape } from '@oblique/onnx';
import type { Formula } from './formula.js';
import { at } from './ruleMakers.js';
import type { LinearUse, TransposeRule } from './transposeRule.js';

/** Number of elements. */
export const sizeOf = (shape: Shape): number => shape.reduce((product, size) => product * size, 1);

/** An axis counted from the front. */
export const fromFront = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** Shape of the first output. */
export const outputShape = ({ node, shapeOf }: LinearUse): Shape => shapeOf(at(node.outputs, 0));

/** A rule for operators of one output. */
export const single =
  (body: (f: Formula, g: string, use: LinearUse) => string): TransposeRule =>
  (f, use, [g]) => {
    if (g === undefined) throw new Error(`${use.node.op} was transposed without a cotangent.`);
    return body(f, g, use);
  };

/** `a` in another shape of the same size. */
export function reshaped(f: Formula, a: string, from: Shape, to: Shape): string {
  const same = from.length === to.length && from.every((size, axis) => size === to[axis]);
  return same ? a : f.reshape(a, to);
}

/** `a` broadcast to this shape. */
export function expanded(f: Formula, a: string, from: Shape, to: Shape): string {
  const same = from.length === to.length && from.every((size, axis) => size === to[axis]);
  return same ? a : f.op('Expand', [a, f.ints(to)]);
}

/** This number everywhere, of the element type of `like`. */
export const filled = (f: Formula, value: number, like: string, shape: Shape): string =>
  expanded(f, f.number(value, like), [], shape);

/** The transpose of broadcasting: sums over the axes along which a tensor of shape `to` was repeated. */
export function sumTo(f: Formula, g: string, from: Shape, to: Shape): string {
  const leading = from.length - to.length;
  const axes = [...from.keys()].filter(
    (axis) => from[axis] !== 1 && (axis < leading || to[axis - leading] === 1),
  );
  if (axes.length === 0) return reshaped(f, g, from, to);
  const kept = from.map((size, axis) => (axes.includes(axis) ? 1 : size));
  return reshaped(f, f.sum(g, axes), kept, to);
}

/** The block of `a` from `starts` to before `ends` along `axes`. */
export const sliced = (
  f: Formula,
  a: string,
  starts: readonly number[],
  ends: readonly number[],
  axes: readonly number[],
  steps?: readonly number[],
): string =>
  f.op('Slice', [
    a,
    ...[starts, ends, axes, ...(steps === undefined ? [] : [steps])].map((list) => f.ints(list)),
  ]);

/** Zeros of this shape, to which `g` is added at these places of the flattened tensor. */
export function scattered(f: Formula, g: string, places: string, shape: Shape): string {
  const zeros = filled(f, 0, g, [sizeOf(shape)]);
  const sums = f.op('ScatterElements', [zeros, places, f.reshape(g, [-1])], {
    axis: int(0),
    reduction: { type: 'string', value: 'add' },
  });
  return f.reshape(sums, shape);
}
