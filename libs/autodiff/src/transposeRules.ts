import {
  dataTypeCode,
  int,
  intAttribute,
  ints,
  intsAttribute,
  stringAttribute,
  type Shape,
} from '@oblique/onnx';
import type { Places } from './jvpRule.js';
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
import type { LinearUse, TransposeEntry, TransposeRule } from './transposeRule.js';

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

/** Constant padding is cut off, and its value gets what lies on it; reflections and copies are added back. */
const pad = single((f, g, use) => {
  const { node, input, integersOf, shapeOf } = use;
  const shape = shapeOf(at(node.inputs, 0));
  const pads = integersOf(at(node.inputs, 1));
  const axes = at(node.inputs, 3) === '' ? '' : at(node.inputs, 3);
  if (input === 2) {
    const outside = f.again(
      node,
      [filled(f, 0, g, shape), at(node.inputs, 1), f.number(1, g), axes].slice(0, axes === '' ? 3 : 4),
    );
    return sumTo(f, f.mul(g, outside), outputShape(use), use.shape);
  }
  if (stringAttribute(node, 'mode', 'constant') !== 'constant') return selection(f, use, [g]);
  // Padding by less than nothing cuts, and the other way round.
  if (pads.some((count) => count < 0)) {
    const back = f.ints(pads.map((count) => -count));
    return f.op('Pad', axes === '' ? [g, back] : [g, back, '', axes]);
  }
  const named = axes === '' ? [...shape.keys()] : integersOf(axes);
  const along = named.map((axis) => fromFront(axis, shape.length));
  const starts = along.map((_, index) => pads[index] ?? 0);
  const ends = along.map((axis, index) => (starts[index] ?? 0) + (shape[axis] ?? 0));
  return sliced(f, g, starts, ends, along);
});

/** What was overwritten gets nothing; what was put in its place gets what lies there. */
const scatter = (read: 'GatherElements' | 'GatherND'): TransposeRule =>
  single((f, g, { node, input, shape, shapeOf }) => {
    const indices = at(node.inputs, 1);
    const { axis } = node.attributes;
    if (input === 2) return f.op(read, [g, indices], axis === undefined ? {} : { axis });
    const moved = stringAttribute(node, 'reduction', 'none') === 'none';
    if (!moved) return reshaped(f, g, shape, shape);
    return f.again(node, [g, indices, filled(f, 0, g, shapeOf(at(node.inputs, 2)))]);
  });

/** γ (x − μ)/√(v + ε) + β, linear in x where μ = β = 0, and in γ and β. */
const batchNormalization = single((f, g, use) => {
  const { node, input, shapeOf } = use;
  const [x, scale, , mean, variance] = [0, 1, 2, 3, 4].map((index) => at(node.inputs, index));
  if (x === undefined || scale === undefined || mean === undefined || variance === undefined)
    throw new Error('BatchNormalization lacks inputs.');
  const [channels = 1] = shapeOf(variance);
  const zeros = filled(f, 0, g, [channels]);
  if (input === 0) return f.again(node, [g, scale, zeros, zeros, variance]);
  const image = shapeOf(x);
  const axes = [...image.keys()].filter((axis) => axis !== 1);
  const each =
    input === 2 ? g : f.mul(g, f.again(node, [x, filled(f, 1, g, [channels]), zeros, mean, variance]));
  return f.reshape(f.sum(each, axes), [channels]);
});

const cumulativeSum = single((f, g, { node }) =>
  f.op('CumSum', [g, at(node.inputs, 1)], {
    ...node.attributes,
    reverse: int(1 - intAttribute(node, 'reverse', 0)),
  }),
);

/** Resampling of space is a matrix: each pixel's image under it, found by resampling images of one bright pixel each. */
const resize = single((f, g, use) => {
  const { node, shape, integersOf } = use;
  const [batch = 1, channels = 1, ...space] = shape;
  const result = outputShape(use);
  const [pixels, places] = [sizeOf(space), sizeOf(result.slice(2))];
  const [, roi = '', scales = '', sizes = ''] = node.inputs;
  const named = intsAttribute(node, 'axes')?.map((axis) => fromFront(axis, shape.length)) ?? [
    ...shape.keys(),
  ];
  const wanted =
    sizes === '' ? [] : named.map((axis, index) => [pixels, 1][axis] ?? integersOf(sizes)[index] ?? 1);
  const bounds = sizes === '' ? [roi, scales] : [roi, scales, f.ints(wanted)];
  if (result[0] !== batch || result[1] !== channels)
    throw new RangeError(`Resize ${node.name} resizes batch or channels, which cannot be trained through.`);
  const numbers = f.range(pixels);
  const identity = f.cast(f.equal(f.reshape(numbers, [-1, 1]), numbers), g);
  const images = f.reshape(identity, [pixels, 1, ...space]);
  const matrix = f.reshape(f.again(node, [images, ...bounds]), [pixels, places]);
  const rows = f.op('Gemm', [f.reshape(g, [batch * channels, places]), matrix], { transB: int(1) });
  return f.reshape(rows, shape);
});

const globalAveragePool = single((f, g, { shape }) => {
  const kept: Shape = shape.map((size, axis) => (axis < 2 ? size : 1));
  return expanded(f, f.mul(g, 1 / sizeOf(shape.slice(2))), kept, shape);
});

/** The transpose of an operator in these inputs. */
const inInputs =
  (inputs: Places) =>
  (rule: TransposeRule): TransposeEntry => ({ rule, inputs });

const inFirst = inInputs([0]);
const inBoth = inInputs([0, 1]);
const inAll = inInputs('all');

/** For every operator that a linearised program contains, its transpose. */
export const TRANSPOSE_RULES: Readonly<Record<string, TransposeEntry>> = {
  // Moving numbers.
  Identity: inFirst(reshape),
  Reshape: inFirst(reshape),
  Flatten: inFirst(reshape),
  Squeeze: inFirst(reshape),
  Unsqueeze: inFirst(reshape),
  Cast: inFirst(cast),
  CastLike: inFirst(cast),
  Transpose: inFirst(transpose),
  Concat: inAll(concat),
  Split: inFirst(split),
  Slice: inFirst(slice),
  Pad: inInputs([0, 2])(pad),
  Gather: inFirst(selection),
  GatherElements: inFirst(gatherElements),
  GatherND: inFirst(selection),
  ScatterElements: inInputs([0, 2])(scatter('GatherElements')),
  ScatterND: inInputs([0, 2])(scatter('GatherND')),
  DepthToSpace: inFirst(rearrangement),
  SpaceToDepth: inFirst(rearrangement),
  Tile: inFirst(selection),

  // Sums.
  Add: inBoth(signedSum(() => 1)),
  Sub: inBoth(signedSum((input) => (input === 0 ? 1 : -1))),
  Neg: inFirst(selfAdjoint),
  Expand: inFirst(single((f, g, use) => sumTo(f, g, outputShape(use), use.shape))),
  ReduceSum: inFirst(reduction(() => 1)),
  ReduceMean: inFirst(reduction((count) => 1 / count)),
  CumSum: inFirst(cumulativeSum),
  AveragePool: inFirst(averagePool),
  GlobalAveragePool: inFirst(globalAveragePool),
  Resize: inFirst(resize),

  // Products with what does not depend on the tangent.
  Mul: inBoth(
    single((f, g, use) =>
      sumTo(f, f.mul(g, at(use.node.inputs, 1 - use.input)), outputShape(use), use.shape),
    ),
  ),
  Div: inFirst(
    single((f, g, use) => sumTo(f, f.div(g, at(use.node.inputs, 1)), outputShape(use), use.shape)),
  ),
  Where: inInputs([1, 2])(where),
  Trilu: inFirst(selfAdjoint),
  BatchNormalization: inInputs([0, 1, 2])(batchNormalization),
  Gemm: inBoth(gemm),
  MatMul: inBoth(matMul),
  Conv: inBoth(convolution),
  ConvTranspose: inBoth(transposedConvolution),
};
