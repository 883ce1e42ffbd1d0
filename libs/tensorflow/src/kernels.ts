import { dtypeOfCode, floatAttribute, intAttribute, intsAttribute, stringAttribute } from '@oblique/onnx';
import type { Kernel, KernelContext, Tensor, Tf } from './kernel.js';
import {
  averagePool,
  convolution,
  globalAveragePool,
  maxPool,
  transposedConvolution,
} from './windowKernels.js';

const fromFront = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

const unary =
  (compute: (tf: Tf, x: Tensor, context: KernelContext) => Tensor): Kernel =>
  (context) => [compute(context.tf, context.x(0), context)];

const binary =
  (compute: (tf: Tf, a: Tensor, b: Tensor) => Tensor): Kernel =>
  ({ tf, x }) => [compute(tf, x(0), x(1))];

/** Of any number of inputs, two at a time. */
const folded =
  (compute: (tf: Tf, a: Tensor, b: Tensor) => Tensor): Kernel =>
  ({ tf, node, x }) => [node.inputs.map((_, index) => x(index)).reduce((a, b) => compute(tf, a, b))];

/** Whole numbers are divided without remainder. */
const quotient = binary((tf, a, b) => (a.dtype === 'int32' ? tf.floorDiv(a, b) : tf.div(a, b)));

const reduction =
  (compute: (tf: Tf, x: Tensor, axes: number[], keep: boolean) => Tensor): Kernel =>
  ({ tf, node, x, has, integers }) => {
    const given = has(1) ? [...integers(1)] : [];
    const none = intAttribute(node, 'noop_with_empty_axes', 0) !== 0;
    if (given.length === 0 && none) return [x(0)];
    const axes = given.length > 0 ? given : x(0).shape.map((_, axis) => axis);
    return [compute(tf, x(0), axes, intAttribute(node, 'keepdims', 1) !== 0)];
  };

/** The same numbers in the shape that the output has. */
const reshape: Kernel = ({ tf, x, shape }) => [tf.reshape(x(0), [...shape(0)])];

const cast: Kernel = ({ tf, node, x }) => {
  const to = dtypeOfCode(intAttribute(node, 'to', 0));
  if (to === 'float32' || to === 'bool') return [tf.cast(x(0), to)];
  if (to === 'int64' || to === 'int32') return [tf.cast(x(0), 'int32')];
  throw new RangeError(
    `Cast ${node.name} makes ${to ?? 'an unknown type'}, which TensorFlow.js does not have.`,
  );
};

const softmax =
  (log: boolean): Kernel =>
  ({ tf, node, x }) => {
    const axis = intAttribute(node, 'axis', -1);
    const centred = tf.sub(x(0), tf.max(x(0), axis, true));
    const sum = tf.sum(tf.exp(centred), axis, true);
    return [log ? tf.sub(centred, tf.log(sum)) : tf.div(tf.exp(centred), sum)];
  };

const gemm: Kernel = ({ tf, node, x, has }) => {
  const product = tf.matMul(
    x(0),
    x(1),
    intAttribute(node, 'transA', 0) !== 0,
    intAttribute(node, 'transB', 0) !== 0,
  );
  const [alpha, beta] = [floatAttribute(node, 'alpha', 1), floatAttribute(node, 'beta', 1)];
  const scaled = alpha === 1 ? product : tf.mul(product, alpha);
  return [has(2) ? tf.add(scaled, beta === 1 ? x(2) : tf.mul(x(2), beta)) : scaled];
};

const slice: Kernel = ({ tf, node, x, has, integers }) => {
  const { shape } = x(0);
  const [starts, ends] = [integers(1), integers(2)];
  const axes = (has(3) ? integers(3) : [...starts.keys()]).map((axis) => fromFront(axis, shape.length));
  const steps = has(4) ? integers(4) : axes.map(() => 1);
  const backwards = axes.filter((_, index) => steps[index] === -1);
  if (backwards.length > 0) {
    const whole = axes.every(
      (axis, index) =>
        steps[index] === -1 &&
        fromFront(starts[index] ?? 0, shape[axis] ?? 0) >= (shape[axis] ?? 0) - 1 &&
        (ends[index] ?? 0) < -(shape[axis] ?? 0),
    );
    if (whole) return [tf.reverse(x(0), backwards)];
  }
  if (steps.some((step) => step < 1)) {
    throw new RangeError(`Slice ${node.name} runs backwards over a part of an axis, which is not supported.`);
  }
  const [begin, end, stride] = [shape.map(() => 0), [...shape], shape.map(() => 1)];
  axes.forEach((axis, index) => {
    const size = shape[axis] ?? 0;
    const inside = (bound: number): number => Math.min(Math.max(fromFront(bound, size), 0), size);
    begin[axis] = inside(starts[index] ?? 0);
    end[axis] = Math.max(inside(ends[index] ?? size), begin[axis] ?? 0);
    stride[axis] = steps[index] ?? 1;
  });
  return [tf.stridedSlice(x(0), begin, end, stride)];
};

const pad: Kernel = ({ tf, node, x, has, integers }) => {
  if (stringAttribute(node, 'mode', 'constant') !== 'constant') {
    throw new RangeError(`Pad ${node.name} repeats its input, which is not supported.`);
  }
  const pads = integers(1);
  const { shape } = x(0);
  const axes = has(3) ? integers(3).map((axis) => fromFront(axis, shape.length)) : [...shape.keys()];
  const around = shape.map((_, axis): [number, number] => {
    const place = axes.indexOf(axis);
    return place < 0 ? [0, 0] : [pads[place] ?? 0, pads[place + axes.length] ?? 0];
  });
  const value = has(2) ? (x(2).dataSync()[0] ?? 0) : 0;
  return [tf.pad(x(0), around, value)];
};

const split: Kernel = ({ tf, node, x, shape }) => {
  const axis = fromFront(intAttribute(node, 'axis', 0), x(0).shape.length);
  const sizes = node.outputs.map((_, index) => shape(index)[axis] ?? 0);
  return tf.split(x(0), sizes, axis);
};

/** Along one axis, where the axes before it agree. */
const gatherElements: Kernel = ({ tf, node, x }) => {
  const axis = fromFront(intAttribute(node, 'axis', 0), x(0).shape.length);
  if (axis !== x(0).shape.length - 1) {
    throw new RangeError(`GatherElements ${node.name} is supported along the last axis only.`);
  }
  return [tf.gather(x(0), tf.cast(x(1), 'int32'), axis, axis)];
};

/** Adds updates to places of a vector. */
const scatterElements: Kernel = ({ tf, node, x }) => {
  if (x(0).shape.length !== 1 || stringAttribute(node, 'reduction', 'none') !== 'add') {
    throw new RangeError(`ScatterElements ${node.name} is supported as a sum into a vector only.`);
  }
  const places = tf.reshape(tf.cast(x(1), 'int32'), [-1, 1]);
  return [tf.add(x(0), tf.scatterND(places, x(2), [x(0).size]))];
};

const gather: Kernel = ({ tf, node, x, shape }) => {
  const axis = fromFront(intAttribute(node, 'axis', 0), x(0).shape.length);
  const places = tf.reshape(tf.cast(x(1), 'int32'), [-1]);
  const size = x(0).shape[axis] ?? 1;
  const positive = tf.where(tf.less(places, 0), tf.add(places, size), places);
  return [tf.reshape(tf.gather(x(0), tf.cast(positive, 'int32'), axis), [...shape(0)])];
};

/** `γ (x − μ)/√(v + ε) + β`, per channel. */
const batchNormalization: Kernel = ({ tf, node, x }) => {
  const channels = [
    1,
    -1,
    ...x(0)
      .shape.slice(2)
      .map(() => 1),
  ];
  const [scale, shift, mean, variance] = [1, 2, 3, 4].map((index) => tf.reshape(x(index), channels));
  if (scale === undefined || shift === undefined || mean === undefined || variance === undefined) return [];
  const gain = tf.div(scale, tf.sqrt(tf.add(variance, floatAttribute(node, 'epsilon', 1e-5))));
  return [tf.add(tf.mul(tf.sub(x(0), mean), gain), shift)];
};

const layerNormalization: Kernel = ({ tf, node, x, has }) => {
  const rank = x(0).shape.length;
  const first = fromFront(intAttribute(node, 'axis', -1), rank);
  const axes = Array.from({ length: rank - first }, (_, index) => first + index);
  const mean = tf.mean(x(0), axes, true);
  const centred = tf.sub(x(0), mean);
  const variance = tf.mean(tf.square(centred), axes, true);
  const reciprocal = tf.rsqrt(tf.add(variance, floatAttribute(node, 'epsilon', 1e-5)));
  const scaled = tf.mul(tf.mul(centred, reciprocal), x(1));
  return [has(2) ? tf.add(scaled, x(2)) : scaled, mean, reciprocal];
};

const argument =
  (compute: (tf: Tf, x: Tensor, axis: number) => Tensor): Kernel =>
  ({ tf, node, x, shape }) => [
    tf.reshape(
      tf.cast(compute(tf, x(0), fromFront(intAttribute(node, 'axis', 0), x(0).shape.length)), 'int32'),
      [...shape(0)],
    ),
  ];

/** Every operator that runs on TensorFlow.js: those of networks, and those that differentiation and training add. */
export const KERNELS: Readonly<Record<string, Kernel>> = {
  Identity: ({ x }) => [x(0)],
  Reshape: reshape,
  Flatten: reshape,
  Squeeze: reshape,
  Unsqueeze: reshape,
  Cast: cast,
  CastLike: ({ tf, x }) => [tf.cast(x(0), x(1).dtype)],
  Transpose: ({ tf, node, x }) => [
    tf.transpose(x(0), [...(intsAttribute(node, 'perm') ?? [...x(0).shape.keys()].reverse())]),
  ],
  Concat: ({ tf, node, x }) => [
    tf.concat(
      node.inputs.map((_, index) => x(index)),
      fromFront(intAttribute(node, 'axis', 0), x(0).shape.length),
    ),
  ],
  Split: split,
  Slice: slice,
  Pad: pad,
  Expand: ({ tf, x, shape }) => [tf.broadcastTo(x(0), [...shape(0)])],
  Tile: ({ tf, x, integers }) => [tf.tile(x(0), [...integers(1)])],
  Gather: gather,
  GatherElements: gatherElements,
  ScatterElements: scatterElements,
  Range: ({ tf, x, shape }) => {
    const [start = 0, step = 1] = [x(0).dataSync()[0], x(2).dataSync()[0]];
    return [tf.range(start, start + (shape(0)[0] ?? 0) * step, step, 'int32')];
  },

  Add: binary((tf, a, b) => tf.add(a, b)),
  Sub: binary((tf, a, b) => tf.sub(a, b)),
  Mul: binary((tf, a, b) => tf.mul(a, b)),
  Div: quotient,
  Pow: binary((tf, a, b) => tf.pow(a, b)),
  Sum: folded((tf, a, b) => tf.add(a, b)),
  Max: folded((tf, a, b) => tf.maximum(a, b)),
  Min: folded((tf, a, b) => tf.minimum(a, b)),
  Clip: ({ tf, x, has }) => {
    const above = has(1) ? tf.maximum(x(0), x(1)) : x(0);
    return [has(2) ? tf.minimum(above, x(2)) : above];
  },
  MatMul: binary((tf, a, b) => tf.matMul(a, b)),
  Gemm: gemm,

  Neg: unary((tf, x) => tf.neg(x)),
  Abs: unary((tf, x) => tf.abs(x)),
  Sign: unary((tf, x) => tf.sign(x)),
  Exp: unary((tf, x) => tf.exp(x)),
  Log: unary((tf, x) => tf.log(x)),
  Sqrt: unary((tf, x) => tf.sqrt(x)),
  Reciprocal: unary((tf, x) => tf.reciprocal(x)),
  Sin: unary((tf, x) => tf.sin(x)),
  Cos: unary((tf, x) => tf.cos(x)),
  Erf: unary((tf, x) => tf.erf(x)),
  Tanh: unary((tf, x) => tf.tanh(x)),
  Sigmoid: unary((tf, x) => tf.sigmoid(x)),
  Relu: unary((tf, x) => tf.relu(x)),
  Floor: unary((tf, x) => tf.floor(x)),
  Ceil: unary((tf, x) => tf.ceil(x)),
  HardSigmoid: unary((tf, x, { node }) =>
    tf.clipByValue(
      tf.add(tf.mul(x, floatAttribute(node, 'alpha', 0.2)), floatAttribute(node, 'beta', 0.5)),
      0,
      1,
    ),
  ),
  Not: unary((tf, x) => tf.logicalNot(tf.cast(x, 'bool'))),

  Equal: binary((tf, a, b) => tf.equal(a, b)),
  Greater: binary((tf, a, b) => tf.greater(a, b)),
  GreaterOrEqual: binary((tf, a, b) => tf.greaterEqual(a, b)),
  Less: binary((tf, a, b) => tf.less(a, b)),
  LessOrEqual: binary((tf, a, b) => tf.lessEqual(a, b)),
  And: binary((tf, a, b) => tf.logicalAnd(tf.cast(a, 'bool'), tf.cast(b, 'bool'))),
  Or: binary((tf, a, b) => tf.logicalOr(tf.cast(a, 'bool'), tf.cast(b, 'bool'))),
  Where: ({ tf, x, shape }) => {
    const [condition, a, b] = [x(0), x(1), x(2)].map((each) => tf.broadcastTo(each, [...shape(0)]));
    return condition === undefined || a === undefined || b === undefined
      ? []
      : [tf.where(tf.cast(condition, 'bool'), a, b)];
  },

  ReduceSum: reduction((tf, x, axes, keep) => tf.sum(x, axes, keep)),
  ReduceMean: reduction((tf, x, axes, keep) => tf.mean(x, axes, keep)),
  ReduceMax: reduction((tf, x, axes, keep) => tf.max(x, axes, keep)),
  ReduceMin: reduction((tf, x, axes, keep) => tf.min(x, axes, keep)),
  ReduceSumSquare: reduction((tf, x, axes, keep) => tf.sum(tf.square(x), axes, keep)),
  ArgMax: argument((tf, x, axis) => tf.argMax(x, axis)),
  ArgMin: argument((tf, x, axis) => tf.argMin(x, axis)),

  Softmax: softmax(false),
  LogSoftmax: softmax(true),
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  Conv: convolution,
  ConvTranspose: transposedConvolution,
  MaxPool: maxPool,
  AveragePool: averagePool,
  GlobalAveragePool: globalAveragePool,
};
