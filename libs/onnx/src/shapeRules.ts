import { intAttribute, intsAttribute, stringAttribute, type Node } from './program.js';
import { resizedShape } from './resizePlan.js';

export type Shape = readonly number[];

/** Values of a tensor of whole numbers, flattened; those beyond ±(2^53 − 1) are held as that. */
export type Integers = readonly number[];

/** What a rule is given: the node, and shapes and whole-number values of its inputs as far as they are known. */
export interface ShapeContext {
  readonly node: Node;
  readonly shape: (index: number) => Shape | undefined;
  readonly integers: (index: number) => Integers | undefined;
  /** Numbers known beforehand, e.g. scales. */
  readonly constant: (index: number) => readonly number[] | undefined;
}

/** Shapes of the outputs, in order; undefined where they do not follow. */
type ShapeRule = (context: ShapeContext) => readonly (Shape | undefined)[] | undefined;

const one = (shape: Shape | undefined): readonly (Shape | undefined)[] | undefined => shape && [shape];

/** The shape of its first input. */
const same: ShapeRule = ({ shape }) => one(shape(0));

/** All outputs have the shape of the first input. */
const sameAll: ShapeRule = ({ node, shape }) => node.outputs.map(() => shape(0));

/** The common shape under NumPy's broadcasting. */
const broadcast: ShapeRule = ({ node, shape }) => {
  const shapes = node.inputs.map((_, index) => shape(index));
  return one(shapes.every((known) => known !== undefined) ? broadcastShapes(shapes) : undefined);
};

/** The common shape of tensors under NumPy's broadcasting; undefined where they do not fit. */
export function broadcastShapes(shapes: readonly Shape[]): Shape | undefined {
  const rank = Math.max(0, ...shapes.map(({ length }) => length));
  const common: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const sizes = new Set(
      shapes.map((shape) => shape[axis - rank + shape.length] ?? 1).filter((size) => size !== 1),
    );
    if (sizes.size > 1) return undefined;
    common.push([...sizes][0] ?? 1);
  }
  return common;
}

/** Axes counted from the front. */
const fromFront = (axes: Integers, rank: number): number[] =>
  axes.map((axis) => (axis < 0 ? axis + rank : axis));

const reduction: ShapeRule = ({ node, shape, integers }) => {
  const x = shape(0);
  if (x === undefined) return undefined;
  const given = (node.inputs[1] ?? '') === '' ? [] : integers(1);
  if (given === undefined) return undefined;
  const none = intAttribute(node, 'noop_with_empty_axes', 0) !== 0;
  const axes = new Set(given.length > 0 ? fromFront(given, x.length) : none ? [] : x.keys());
  const keep = intAttribute(node, 'keepdims', 1) !== 0;
  return [x.flatMap((size, axis) => (axes.has(axis) ? (keep ? [1] : []) : [size]))];
};

const argument: ShapeRule = ({ node, shape }) => {
  const x = shape(0);
  const [axis = 0] = fromFront([intAttribute(node, 'axis', 0)], x?.length ?? 0);
  const kept = intAttribute(node, 'keepdims', 1) !== 0 ? [1] : [];
  return one(x?.toSpliced(axis, 1, ...kept));
};

/** How a sliding window moves along one axis. */
export interface Window {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly pads: readonly [number, number];
}

/** The window of a pool. */
export interface PoolWindow extends Window {
  /** How many places the window takes. */
  readonly count: number;
  /** The padding behind the image as it is declared; in `pads`, that which the last window reaches into too. */
  readonly declaredEnd: number;
}

/** The window of a transposed convolution, which writes where a convolution reads. */
export interface TransposedWindow extends Window {
  /** Pixels that are added behind. */
  readonly extra: number;
}

const steps = ({ size, kernel, stride, dilation, pads: [begin, end] }: Window, ceil: boolean): number => {
  const room = size + begin + end - dilation * (kernel - 1) - 1;
  if (!ceil) return Math.floor(room / stride) + 1;
  const count = Math.ceil(room / stride) + 1;
  // A window that would begin in the padding behind the image is left out.
  return (count - 1) * stride >= size + begin ? count - 1 : count;
};

/** The sliding windows of a pool over images of this shape. */
export function poolWindowsOf(node: Node, image: Shape): PoolWindow[] {
  const ceil = intAttribute(node, 'ceil_mode', 0) !== 0;
  return windowsOf(node, image, intsAttribute(node, 'kernel_shape') ?? []).map((window) => {
    const count = steps(window, ceil);
    const { size, kernel, stride, dilation, pads } = window;
    const reached = (count - 1) * stride + dilation * (kernel - 1) + 1 - size - pads[0];
    return { ...window, count, pads: [pads[0], Math.max(pads[1], reached)], declaredEnd: pads[1] };
  });
}

/** The windows of a transposed convolution of images of this shape. */
export function transposedWindowsOf(node: Node, image: Shape, kernel: Shape): TransposedWindow[] {
  const space = image.slice(2);
  const pads = intsAttribute(node, 'pads');
  const wanted = intsAttribute(node, 'output_shape')?.slice(-space.length);
  const automatic = stringAttribute(node, 'auto_pad', 'NOTSET');
  return space.map((size, axis) => {
    const [stride, dilation, extra] = ['strides', 'dilations', 'output_padding'].map(
      (name, index) => intsAttribute(node, name)?.[axis] ?? (index < 2 ? 1 : 0),
    ) as [number, number, number];
    const window = { size, kernel: kernel[axis] ?? 1, stride, dilation };
    const full = stride * (size - 1) + extra + dilation * (window.kernel - 1) + 1;
    const target = wanted?.[axis] ?? (automatic.startsWith('SAME') ? size * stride : undefined);
    if (target === undefined)
      return {
        ...window,
        extra,
        pads: automatic === 'VALID' ? [0, 0] : [pads?.[axis] ?? 0, pads?.[axis + space.length] ?? 0],
      };
    const total = Math.max(0, full - target);
    const less = Math.floor(total / 2);
    const begin = automatic === 'SAME_UPPER' ? less : total - less;
    return {
      ...window,
      extra: wanted === undefined ? extra : extra + Math.max(0, target - full),
      pads: [begin, total - begin],
    };
  });
}

/** The sliding windows of a convolution or pool over images of this shape. */
export function windowsOf(node: Node, image: Shape, kernel: Shape): Window[] {
  const spatial = image.slice(2);
  const strides = intsAttribute(node, 'strides');
  const dilations = intsAttribute(node, 'dilations');
  const pads = intsAttribute(node, 'pads');
  const automatic = stringAttribute(node, 'auto_pad', 'NOTSET');
  return spatial.map((size, axis) => {
    const [stride, dilation, extent] = [strides?.[axis] ?? 1, dilations?.[axis] ?? 1, kernel[axis] ?? 1];
    const window = { size, kernel: extent, stride, dilation };
    if (automatic === 'VALID') return { ...window, pads: [0, 0] };
    if (!automatic.startsWith('SAME')) {
      return { ...window, pads: [pads?.[axis] ?? 0, pads?.[axis + spatial.length] ?? 0] };
    }
    const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + dilation * (extent - 1) + 1 - size);
    const less = Math.floor(total / 2);
    return { ...window, pads: automatic === 'SAME_UPPER' ? [less, total - less] : [total - less, less] };
  });
}

const convolution: ShapeRule = ({ node, shape }) => {
  const [x, w] = [shape(0), shape(1)];
  if (x === undefined || w === undefined) return undefined;
  const windows = windowsOf(node, x, w.slice(2));
  return [[x[0] ?? 0, w[0] ?? 0, ...windows.map((window) => steps(window, false))]];
};

const transposedConvolution: ShapeRule = ({ node, shape }) => {
  const [x, w] = [shape(0), shape(1)];
  if (x === undefined || w === undefined) return undefined;
  const sizes = transposedWindowsOf(node, x, w.slice(2)).map(
    ({ size, kernel, stride, dilation, extra, pads: [begin, end] }) =>
      stride * (size - 1) + extra + dilation * (kernel - 1) + 1 - begin - end,
  );
  return [[x[0] ?? 0, (w[1] ?? 0) * intAttribute(node, 'group', 1), ...sizes]];
};

const pool: ShapeRule = ({ node, shape }) => {
  const x = shape(0);
  if (x === undefined) return undefined;
  const y = [...x.slice(0, 2), ...poolWindowsOf(node, x).map(({ count }) => count)];
  return node.outputs.map(() => y);
};

const globalPool: ShapeRule = ({ shape }) => one(shape(0)?.map((size, axis) => (axis < 2 ? size : 1)));

const gemm: ShapeRule = ({ node, shape }) => {
  const [a, b] = [shape(0), shape(1)];
  if (a === undefined || b === undefined) return undefined;
  const rows = a[intAttribute(node, 'transA', 0) === 0 ? 0 : 1] ?? 0;
  const columns = b[intAttribute(node, 'transB', 0) === 0 ? 1 : 0] ?? 0;
  return [[rows, columns]];
};

const matMul: ShapeRule = ({ shape }) => {
  const [a, b] = [shape(0), shape(1)];
  if (a === undefined || b === undefined) return undefined;
  const batch = broadcastShapes([a.slice(0, -2), b.slice(0, -2)]);
  return one(batch && [...batch, ...a.slice(-2, -1), ...(b.length > 1 ? b.slice(-1) : [])]);
};

const reshape: ShapeRule = ({ node, shape, integers }) => {
  const [x, wanted] = [shape(0), integers(1)];
  if (x === undefined || wanted === undefined) return undefined;
  const zeros = intAttribute(node, 'allowzero', 0) !== 0;
  const sizes = wanted.map((size, axis) => (size === 0 && !zeros ? (x[axis] ?? 0) : size));
  const total = x.reduce((product, size) => product * size, 1);
  const others = sizes.reduce((product, size) => (size === -1 ? product : product * size), 1);
  return [sizes.map((size) => (size === -1 ? total / others : size))];
};

const flatten: ShapeRule = ({ node, shape }) => {
  const x = shape(0);
  if (x === undefined) return undefined;
  const [axis = 0] = fromFront([intAttribute(node, 'axis', 1)], x.length);
  const size = (sizes: Shape): number => sizes.reduce((product, dim) => product * dim, 1);
  return [[size(x.slice(0, axis)), size(x.slice(axis))]];
};

const squeeze: ShapeRule = ({ node, shape, integers }) => {
  const x = shape(0);
  if (x === undefined) return undefined;
  if ((node.inputs[1] ?? '') === '') return [x.filter((size) => size !== 1)];
  const axes = integers(1);
  return one(axes && x.filter((_, axis) => !fromFront(axes, x.length).includes(axis)));
};

const unsqueeze: ShapeRule = ({ shape, integers }) => {
  const [x, axes] = [shape(0), integers(1)];
  if (x === undefined || axes === undefined) return undefined;
  const rank = x.length + axes.length;
  const added = new Set(fromFront(axes, rank));
  const rest = [...x];
  return [Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : (rest.shift() ?? 1)))];
};

const transpose: ShapeRule = ({ node, shape }) => {
  const x = shape(0);
  return one(x && (intsAttribute(node, 'perm')?.map((axis) => x[axis] ?? 0) ?? x.toReversed()));
};

const expand: ShapeRule = ({ shape, integers }) => {
  const [x, wanted] = [shape(0), integers(1)];
  return one(x && wanted && broadcastShapes([x, wanted]));
};

const slice: ShapeRule = ({ node, shape, integers }) => {
  const [x, starts, ends] = [shape(0), integers(1), integers(2)];
  const axes = (node.inputs[3] ?? '') === '' ? starts?.map((_, axis) => axis) : integers(3);
  const strides = (node.inputs[4] ?? '') === '' ? starts?.map(() => 1) : integers(4);
  if (x === undefined || !starts || !ends || !axes || !strides) return undefined;
  const y = [...x];
  fromFront(axes, x.length).forEach((axis, index) => {
    const size = x[axis] ?? 0;
    const stride = strides[index] ?? 1;
    const [low, high] = stride > 0 ? [0, size] : [-1, size - 1];
    const clamp = (bound: number): number => Math.min(Math.max(bound < 0 ? bound + size : bound, low), high);
    const [start, end] = [clamp(starts[index] ?? 0), clamp(ends[index] ?? size)];
    y[axis] = Math.max(0, Math.ceil((end - start) / stride));
  });
  return [y];
};

const split: ShapeRule = ({ node, shape, integers }) => {
  const x = shape(0);
  if (x === undefined) return undefined;
  const [axis = 0] = fromFront([intAttribute(node, 'axis', 0)], x.length);
  const size = x[axis] ?? 0;
  const count = node.outputs.length;
  const part = Math.ceil(size / count);
  const sizes =
    (node.inputs[1] ?? '') === ''
      ? node.outputs.map((_, index) => Math.min(part, size - index * part))
      : integers(1);
  return sizes?.map((part) => x.with(axis, part));
};

const concat: ShapeRule = ({ node, shape }) => {
  const shapes = node.inputs.map((_, index) => shape(index));
  const [first] = shapes;
  if (first === undefined || !shapes.every((known) => known !== undefined)) return undefined;
  const [axis = 0] = fromFront([intAttribute(node, 'axis', 0)], first.length);
  return [
    first.with(
      axis,
      shapes.reduce((sum, known) => sum + (known[axis] ?? 0), 0),
    ),
  ];
};

const gather: ShapeRule = ({ node, shape }) => {
  const [x, indices] = [shape(0), shape(1)];
  if (x === undefined || indices === undefined) return undefined;
  const [axis = 0] = fromFront([intAttribute(node, 'axis', 0)], x.length);
  return [x.toSpliced(axis, 1, ...indices)];
};

const gatherNd: ShapeRule = ({ node, shape }) => {
  const [x, indices] = [shape(0), shape(1)];
  const depth = indices?.at(-1);
  if (x === undefined || indices === undefined || depth === undefined) return undefined;
  return [[...indices.slice(0, -1), ...x.slice(intAttribute(node, 'batch_dims', 0) + depth)]];
};

const pad: ShapeRule = ({ node, shape, integers }) => {
  const [x, pads] = [shape(0), integers(1)];
  if (x === undefined || pads === undefined) return undefined;
  const given = (node.inputs[3] ?? '') === '' ? [...x.keys()] : integers(3);
  if (given === undefined) return undefined;
  const axes = fromFront(given, x.length);
  return [
    x.map((size, axis) => {
      const index = axes.indexOf(axis);
      return index < 0 ? size : size + (pads[index] ?? 0) + (pads[index + axes.length] ?? 0);
    }),
  ];
};

const topK: ShapeRule = ({ node, shape, integers }) => {
  const [x, count] = [shape(0), integers(1)?.[0]];
  if (x === undefined || count === undefined) return undefined;
  const [axis = 0] = fromFront([intAttribute(node, 'axis', -1)], x.length);
  return [x.with(axis, count), x.with(axis, count)];
};

/** Moves blocks of `by`² pixels between channels and space. */
const blocks =
  (toSpace: boolean): ShapeRule =>
  ({ node, shape }) => {
    const [n = 0, c = 0, h = 0, w = 0] = shape(0) ?? [];
    const by = intAttribute(node, 'blocksize', 1);
    if (shape(0) === undefined) return undefined;
    return [toSpace ? [n, c / by ** 2, h * by, w * by] : [n, c * by ** 2, h / by, w / by]];
  };

const range: ShapeRule = ({ integers }) => {
  const [start, limit, delta] = [integers(0)?.[0], integers(1)?.[0], integers(2)?.[0]];
  if (start === undefined || limit === undefined || delta === undefined) return undefined;
  return [[Math.max(0, Math.ceil((limit - start) / delta))]];
};

/** Mean and reciprocal deviation keep the normalised axes with size 1. */
const layerNormalization: ShapeRule = ({ node, shape }) => {
  const x = shape(0);
  if (x === undefined) return undefined;
  const [from = 0] = fromFront([intAttribute(node, 'axis', -1)], x.length);
  const statistics = x.map((size, axis) => (axis < from ? size : 1));
  return [x, statistics, statistics];
};

const named = (rule: ShapeRule, ...operators: readonly string[]): Record<string, ShapeRule> =>
  Object.fromEntries(operators.map((op) => [op, rule]));

/** For every operator, how the shapes of its outputs follow (ONNX operator set 18). */
export const SHAPE_RULES: Readonly<Record<string, ShapeRule>> = {
  ...named(
    same,
    ...[
      'Abs',
      'Acos',
      'Asin',
      'Atan',
      'BatchNormalization',
      'BitwiseNot',
      'Cast',
      'CastLike',
      'Ceil',
      'Clip',
    ],
    ...['Acosh', 'Asinh', 'Atanh', 'DequantizeLinear', 'EyeLike', 'QuantizeLinear', 'Swish'],
    ...[
      'Celu',
      'Cos',
      'Cosh',
      'CumSum',
      'Elu',
      'Erf',
      'Exp',
      'Floor',
      'Gelu',
      'HardSigmoid',
      'HardSwish',
      'Hardmax',
    ],
    ...[
      'Identity',
      'InstanceNormalization',
      'IsInf',
      'IsNaN',
      'LeakyRelu',
      'Log',
      'LogSoftmax',
      'Mish',
      'Neg',
    ],
    ...[
      'Not',
      'Reciprocal',
      'Relu',
      'Round',
      'ScatterElements',
      'ScatterND',
      'Selu',
      'Sigmoid',
      'Sign',
      'Sin',
    ],
    ...[
      'Shrink',
      'Sinh',
      'Softmax',
      'Softplus',
      'Softsign',
      'Sqrt',
      'Tan',
      'Tanh',
      'LRN',
      'ThresholdedRelu',
      'Trilu',
    ],
  ),
  Dropout: sameAll,
  ...named(
    broadcast,
    ...['Add', 'And', 'BitShift', 'BitwiseAnd', 'BitwiseOr', 'BitwiseXor', 'Div', 'Equal', 'Greater'],
    ...[
      'GreaterOrEqual',
      'Less',
      'LessOrEqual',
      'Max',
      'Mean',
      'Min',
      'Mod',
      'Mul',
      'Or',
      'PRelu',
      'Pow',
      'Sub',
    ],
    ...['Sum', 'Where', 'Xor'],
  ),
  ...named(
    reduction,
    ...['ReduceL1', 'ReduceL2', 'ReduceLogSum', 'ReduceLogSumExp', 'ReduceMax', 'ReduceMean', 'ReduceMin'],
    ...['ReduceProd', 'ReduceSum', 'ReduceSumSquare'],
  ),
  ...named(argument, 'ArgMax', 'ArgMin'),
  Conv: convolution,
  ConvTranspose: transposedConvolution,
  ...named(pool, 'MaxPool', 'AveragePool', 'LpPool'),
  ...named(globalPool, 'GlobalAveragePool', 'GlobalMaxPool'),
  Gemm: gemm,
  MatMul: matMul,
  Reshape: reshape,
  Flatten: flatten,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Transpose: transpose,
  Expand: expand,
  Tile: ({ shape, integers }) =>
    one(integers(1) && shape(0)?.map((size, axis) => size * (integers(1)?.[axis] ?? 1))),
  Slice: slice,
  TopK: topK,
  Split: split,
  Concat: concat,
  Gather: gather,
  GatherElements: ({ shape }) => one(shape(1)),
  GatherND: gatherNd,
  Pad: pad,
  Resize: ({ node, shape, constant }) => {
    const x = shape(0);
    const given = (index: number): readonly number[] | undefined =>
      (node.inputs[index] ?? '') === '' ? undefined : constant(index);
    return one(x && resizedShape(node, x, { roi: given(1), scales: given(2), sizes: given(3) }));
  },
  DepthToSpace: blocks(true),
  SpaceToDepth: blocks(false),
  Shape: ({ node, shape }) => {
    const x = shape(0);
    return x && [[x.slice(intAttribute(node, 'start', 0), intAttribute(node, 'end', x.length)).length]];
  },
  Size: ({ shape }) => shape(0) && [[]],
  ConstantOfShape: ({ integers }) => one(integers(0)),
  Range: range,
  LayerNormalization: layerNormalization,
};
