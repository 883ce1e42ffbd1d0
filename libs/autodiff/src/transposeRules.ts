import {
  dataTypeCode,
  int,
  intAttribute,
  ints,
  intsAttribute,
  stringAttribute,
  type Shape,
} from '@oblique/onnx';
import { at } from './ruleMakers.js';
import { averagePool, convolution, transposedConvolution } from './transposeConvolutions.js';
import {
  expanded,
  filled,
  fromFront,
  outputShape,
  reshaped,
  scattered,
  single,
  sizeOf,
  sliced,
  sumTo,
} from './transposeMakers.js';
import { gemm, matMul } from './transposeProducts.js';
import type { LinearUse, TransposeRule } from './transposeRule.js';

/** Moves numbers without mixing them: the cotangent goes back into the shape that the input had. */
const reshape = single((f, g, use) => reshaped(f, g, outputShape(use), use.shape));

/** An operator that is its own transpose. */
const selfAdjoint = single((f, g, { node }) => f.again(node, [g, ...node.inputs.slice(1)]));

/** Back to the element type of the input. */
const cast = single((f, g, { node }) => f.cast(g, at(node.inputs, 0)));

/** `y = Σ ± xᵢ` with broadcasting. */
const signedSum = (sign: (input: number) => 1 | -1): TransposeRule =>
  single((f, g, use) => {
    const own = sumTo(f, g, outputShape(use), use.shape);
    return sign(use.input) === 1 ? own : f.neg(own);
  });

/** Each branch gets the cotangent where it was chosen. */
const where = single((f, g, use) => {
  const condition = at(use.node.inputs, 0);
  const zero = f.number(0, g);
  const chosen = f.op('Where', use.input === 1 ? [condition, g, zero] : [condition, zero, g]);
  return sumTo(f, chosen, outputShape(use), use.shape);
});

/** Every summand gets the sum's cotangent; of a mean, its share. */
const reduction = (share: (count: number) => number): TransposeRule =>
  single((f, g, use) => {
    const { shape } = use;
    const axes = reducedAxes(use);
    const kept = shape.map((size, axis) => (axes.has(axis) ? 1 : size));
    const factor = share(sizeOf(shape) / sizeOf(kept));
    const each = factor === 1 ? g : f.mul(g, factor);
    return expanded(f, reshaped(f, each, outputShape(use), kept), kept, shape);
  });

function reducedAxes({ node, shape, integersOf }: LinearUse): ReadonlySet<number> {
  const axes = at(node.inputs, 1) === '' ? [] : integersOf(at(node.inputs, 1));
  if (axes.length > 0) return new Set(axes.map((axis) => fromFront(axis, shape.length)));
  return new Set(intAttribute(node, 'noop_with_empty_axes', 0) === 0 ? shape.keys() : []);
}

const transpose = single((f, g, { node, shape }) => {
  const order = intsAttribute(node, 'perm') ?? [...shape.keys()].reverse();
  return f.op('Transpose', [g], { perm: ints(shape.map((_, axis) => order.indexOf(axis))) });
});

/** The block that this input was put into. */
const concat = single((f, g, { node, input, shape, shapeOf }) => {
  const axis = fromFront(intAttribute(node, 'axis', 0), shape.length);
  const start = node.inputs.slice(0, input).reduce((sum, part) => sum + (shapeOf(part)[axis] ?? 0), 0);
  return sliced(f, g, [start], [start + (shape[axis] ?? 0)], [axis]);
});

/** The parts' cotangents side by side, zeros for parts that nothing uses. */
const split: TransposeRule = (f, { node, shape, shapeOf }, g) => {
  const known = g.find((part) => part !== undefined) ?? '';
  const parts = node.outputs.map((output, index) => g[index] ?? filled(f, 0, known, shapeOf(output)));
  return f.op('Concat', parts, { axis: int(fromFront(intAttribute(node, 'axis', 0), shape.length)) });
};

/**
 * Operators that choose and move elements: the same operator on the elements' numbers tells where each came from, and
 * the cotangents are added up there.
 */
const selection = single((f, g, { node, shape }) => {
  const origins = f.again(node, [f.reshape(f.range(sizeOf(shape)), shape), ...node.inputs.slice(1)]);
  return scattered(f, g, f.reshape(origins, [-1]), shape);
});

/** As {@link selection}, for operators that move float numbers only; float64 holds every element's number exactly. */
const rearrangement = single((f, g, { node, shape }) => {
  const numbers = f.op('Cast', [f.reshape(f.range(sizeOf(shape)), shape)], {
    to: int(dataTypeCode('float64')),
  });
  const origins = f.op('Cast', [f.again(node, [numbers])], { to: int(dataTypeCode('int64')) });
  return scattered(f, g, f.reshape(origins, [-1]), shape);
});

/** Of a vector, the indices are the elements' numbers themselves. */
const gatherElements = single((f, g, use) =>
  use.shape.length === 1 ? scattered(f, g, at(use.node.inputs, 1), use.shape) : selection(f, use, [g]),
);

/** A contiguous block has zeros around it. */
const slice = single((f, g, use) => {
  const { node, shape, integersOf } = use;
  const steps = at(node.inputs, 4) === '' ? [] : integersOf(at(node.inputs, 4));
  if (steps.some((step) => step !== 1)) return selection(f, use, [g]);
  const [starts, ends] = [integersOf(at(node.inputs, 1)), integersOf(at(node.inputs, 2))];
  const axes = at(node.inputs, 3) === '' ? starts.keys() : integersOf(at(node.inputs, 3));
  const before = shape.map(() => 0);
  const behind = shape.map(() => 0);
  [...axes].forEach((named, index) => {
    const axis = fromFront(named, shape.length);
    const size = shape[axis] ?? 0;
    const inside = (bound: number): number => Math.min(Math.max(fromFront(bound, size), 0), size);
    before[axis] = inside(starts[index] ?? 0);
    behind[axis] = size - inside(ends[index] ?? size);
  });
  return f.op('Pad', [g, f.ints([...before, ...behind])]);
});

/** Constant padding is cut off; reflections and copies are added back. */
const pad = single((f, g, use) => {
  const { node, shape, integersOf } = use;
  const pads = integersOf(at(node.inputs, 1));
  if (stringAttribute(node, 'mode', 'constant') !== 'constant') return selection(f, use, [g]);
  const named = at(node.inputs, 3) === '' ? [...shape.keys()] : integersOf(at(node.inputs, 3));
  const axes = named.map((axis) => fromFront(axis, shape.length));
  const starts = axes.map((_, index) => pads[index] ?? 0);
  const ends = axes.map((axis, index) => (starts[index] ?? 0) + (shape[axis] ?? 0));
  return sliced(f, g, starts, ends, axes);
});

const cumulativeSum = single((f, g, { node }) =>
  f.op('CumSum', [g, at(node.inputs, 1)], {
    ...node.attributes,
    reverse: int(1 - intAttribute(node, 'reverse', 0)),
  }),
);

/** Resampling of space is a matrix: each pixel's image under it, found by resampling images of one bright pixel each. */
const resize = single((f, g, use) => {
  const { node, shape } = use;
  const [batch = 1, channels = 1, ...space] = shape;
  const result = outputShape(use);
  const [pixels, places] = [sizeOf(space), sizeOf(result.slice(2))];
  const numbers = f.range(pixels);
  const identity = f.cast(f.equal(f.reshape(numbers, [-1, 1]), numbers), g);
  const images = f.reshape(identity, [pixels, 1, ...space]);
  const [, roi = '', scales = ''] = node.inputs;
  const size = scales === '' ? [f.ints([pixels, 1, ...result.slice(2)])] : [];
  const matrix = f.reshape(f.again(node, [images, roi, scales, ...size]), [pixels, places]);
  const rows = f.op('Gemm', [f.reshape(g, [batch * channels, places]), matrix], { transB: int(1) });
  return f.reshape(rows, shape);
});

const globalAveragePool = single((f, g, { shape }) => {
  const kept: Shape = shape.map((size, axis) => (axis < 2 ? size : 1));
  return expanded(f, f.mul(g, 1 / sizeOf(shape.slice(2))), kept, shape);
});

/** For every operator that a linearised program contains, its transpose. */
export const TRANSPOSE_RULES: Readonly<Record<string, TransposeRule>> = {
  // Moving numbers.
  Identity: reshape,
  Reshape: reshape,
  Flatten: reshape,
  Squeeze: reshape,
  Unsqueeze: reshape,
  Cast: cast,
  CastLike: cast,
  Transpose: transpose,
  Concat: concat,
  Split: split,
  Slice: slice,
  Pad: pad,
  Gather: selection,
  GatherElements: gatherElements,
  GatherND: selection,
  DepthToSpace: rearrangement,
  SpaceToDepth: rearrangement,
  Tile: selection,

  // Sums.
  Add: signedSum(() => 1),
  Sub: signedSum((input) => (input === 0 ? 1 : -1)),
  Neg: selfAdjoint,
  Expand: single((f, g, use) => sumTo(f, g, outputShape(use), use.shape)),
  ReduceSum: reduction(() => 1),
  ReduceMean: reduction((count) => 1 / count),
  CumSum: cumulativeSum,
  AveragePool: averagePool,
  GlobalAveragePool: globalAveragePool,
  Resize: resize,

  // Products with what does not depend on the tangent.
  Mul: single((f, g, use) =>
    sumTo(f, f.mul(g, at(use.node.inputs, 1 - use.input)), outputShape(use), use.shape),
  ),
  Div: single((f, g, use) => sumTo(f, f.div(g, at(use.node.inputs, 1)), outputShape(use), use.shape)),
  Where: where,
  Trilu: selfAdjoint,
  BatchNormalization: selfAdjoint,
  Gemm: gemm,
  MatMul: matMul,
  Conv: convolution,
  ConvTranspose: transposedConvolution,
};
