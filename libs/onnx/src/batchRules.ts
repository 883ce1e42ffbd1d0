import { sizeOf } from '@oblique/arrays';
import type { BatchAxis } from './batchPlace.js';
import { intAttribute, intsAttribute, type Node } from './program.js';
import type { Integers, Shape } from './shapeRules.js';

/** What a rule is given: the node, where the batch is in its inputs, and shapes for a batch of `size`. */
export interface BatchContext {
  readonly node: Node;
  readonly size: number;
  /** Undefined where the input does not depend on the batch. */
  readonly place: (index: number) => BatchAxis | undefined;
  readonly shape: (index: number) => Shape | undefined;
  readonly integers: (index: number) => Integers | undefined;
  /** Of the first output. */
  readonly output: Shape;
}

/** Where the batch is in the outputs. `mixed`: examples meet; `unknown`: it does not follow. */
export type BatchRule = (context: BatchContext) => BatchAxis | 'mixed' | 'unknown';

/** Number by number in the first input; whether others depend on the batch too is looked at by `broadcast`. */
const same: BatchRule = ({ place }) => place(0) ?? 'mixed';

/** Counted from the back, as broadcasting aligns axes; all inputs agree. */
const broadcast: BatchRule = ({ node, place, shape, output }) => {
  const places: BatchAxis[] = [];
  for (const index of node.inputs.keys()) {
    const own = place(index);
    const rank = shape(index)?.length;
    if (own === undefined) continue;
    if (rank === undefined) return 'unknown';
    places.push({ ...own, axis: own.axis + output.length - rank });
  }
  return agreed(places);
};

function agreed(places: readonly BatchAxis[]): BatchAxis | 'mixed' {
  const [first] = places;
  const alike = (other: BatchAxis): boolean =>
    other.axis === first?.axis && other.before === first.before && other.behind === first.behind;
  return first !== undefined && places.every(alike) ? first : 'mixed';
}

/** Images along the first axis stay apart; only they depend on the batch. */
const images: BatchRule = ({ node, place }) => {
  const own = place(0);
  const alone = node.inputs.every((_, index) => index === 0 || place(index) === undefined);
  return own?.axis === 0 && alone ? own : 'mixed';
};

/** Row-major order stays: the axis of the output that holds the batch's numbers, with what is merged into it. */
const reshaped: BatchRule = ({ place, shape, size, output }) => {
  const [own, from] = [place(0), shape(0)];
  if (own === undefined || from === undefined) return 'mixed';
  const outer = sizeOf(from.slice(0, own.axis)) * own.before;
  let product = 1;
  for (const [axis, length] of output.entries()) {
    if (product * length >= outer * size) {
      const before = outer / product;
      const behind = length / (before * size);
      return Number.isInteger(before) && Number.isInteger(behind)
        ? { kind: 'axis', axis, before, behind }
        : 'mixed';
    }
    product *= length;
  }
  return 'mixed';
};

const transposed: BatchRule = ({ node, place, shape }) => {
  const [own, rank] = [place(0), shape(0)?.length];
  if (own === undefined || rank === undefined) return 'mixed';
  const order = intsAttribute(node, 'perm') ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
  return { ...own, axis: order.indexOf(own.axis) };
};

const fromFront = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** Mixes numbers along the axis that an attribute names. */
const along =
  (otherwise: number): BatchRule =>
  (context) => {
    const { node, place, shape } = context;
    const rank = shape(0)?.length ?? 0;
    const places = [...node.inputs.keys()].flatMap((index) => place(index) ?? []);
    const own = agreed(places);
    return own !== 'mixed' && own.axis !== fromFront(intAttribute(node, 'axis', otherwise), rank)
      ? own
      : 'mixed';
  };

/** From `axis` on all axes are normalised together. */
const trailing: BatchRule = ({ node, place, shape }) => {
  const own = place(0);
  const first = fromFront(intAttribute(node, 'axis', -1), shape(0)?.length ?? 0);
  return own !== undefined && own.axis < first ? own : 'mixed';
};

const reduction: BatchRule = ({ node, place, shape, integers }) => {
  const [own, x] = [place(0), shape(0)];
  if (own === undefined || x === undefined) return 'mixed';
  const given = (node.inputs[1] ?? '') === '' ? [] : integers(1);
  if (given === undefined) return 'unknown';
  const none = given.length === 0 && intAttribute(node, 'noop_with_empty_axes', 0) !== 0;
  if (none) return own;
  const axes = given.length === 0 ? [...x.keys()] : given.map((axis) => fromFront(axis, x.length));
  return without(node, own, axes);
};

const argument: BatchRule = ({ node, place, shape }) => {
  const own = place(0);
  return own === undefined
    ? 'mixed'
    : without(node, own, [fromFront(intAttribute(node, 'axis', 0), shape(0)?.length ?? 0)]);
};

function without(node: Node, own: BatchAxis, axes: readonly number[]): BatchAxis | 'mixed' {
  if (axes.includes(own.axis)) return 'mixed';
  const gone = intAttribute(node, 'keepdims', 1) === 0 ? axes.filter((axis) => axis < own.axis).length : 0;
  return { ...own, axis: own.axis - gone };
}

/** Cuts, pads or repeats along axes other than the batch's. */
const elsewhere: BatchRule = ({ place, shape, output }) => {
  const [own, x] = [place(0), shape(0)];
  return own !== undefined && x !== undefined && x[own.axis] === output[own.axis] ? own : 'mixed';
};

const slice: BatchRule = (context) => {
  const own = context.place(0);
  const rank = context.shape(0)?.length ?? 0;
  const steps = (context.node.inputs[4] ?? '') === '' ? [] : context.integers(4);
  const axes = (context.node.inputs[3] ?? '') === '' ? [...Array(rank).keys()] : context.integers(3);
  if (steps === undefined || axes === undefined) return 'unknown';
  const turned = steps.some((step, index) => step < 0 && fromFront(axes[index] ?? 0, rank) === own?.axis);
  return turned ? 'mixed' : elsewhere(context);
};

const gather: BatchRule = ({ node, place, shape }) => {
  const [data, indices] = [place(0), place(1)];
  const axis = fromFront(intAttribute(node, 'axis', 0), shape(0)?.length ?? 0);
  if (data === undefined) return indices === undefined ? 'mixed' : { ...indices, axis: axis + indices.axis };
  const added = (shape(1)?.length ?? 0) - 1;
  if (indices !== undefined || data.axis === axis) return 'mixed';
  return data.axis < axis ? data : { ...data, axis: data.axis + added };
};

/** Rows of the left and columns of the right stay apart; what is summed over is mixed. */
const matMul: BatchRule = ({ place, shape, output }) => {
  const [a, b] = [shape(0), shape(1)];
  if (a === undefined || b === undefined) return 'unknown';
  const places: BatchAxis[] = [];
  const [left, right] = [place(0), place(1)];
  if (left !== undefined) {
    if (left.axis === a.length - 1) return 'mixed';
    const columns = b.length > 1 ? 1 : 0;
    places.push({
      ...left,
      axis: output.length - columns - (a.length - 1 - left.axis),
    });
  }
  if (right !== undefined) {
    const fromBack = b.length - 1 - right.axis;
    if (fromBack === 1 || b.length === 1) return 'mixed';
    const rows = a.length > 1 ? 0 : 1;
    places.push({
      ...right,
      axis: output.length - 1 - fromBack + (fromBack > 1 ? rows : 0),
    });
  }
  return agreed(places);
};

const gemm: BatchRule = ({ node, place, shape }) => {
  const places: BatchAxis[] = [];
  const [a, b, c] = [place(0), place(1), place(2)];
  if (a !== undefined) {
    if (a.axis !== intAttribute(node, 'transA', 0)) return 'mixed';
    places.push({ ...a, axis: 0 });
  }
  if (b !== undefined) {
    if (b.axis === intAttribute(node, 'transB', 0)) return 'mixed';
    places.push({ ...b, axis: 1 });
  }
  if (c !== undefined) places.push({ ...c, axis: c.axis + 2 - (shape(2)?.length ?? 2) });
  return agreed(places);
};

/** Over the last two axes. */
const triangle: BatchRule = ({ place, shape }) => {
  const own = place(0);
  return own !== undefined && own.axis < (shape(0)?.length ?? 0) - 2 ? own : 'mixed';
};

const named = (rule: BatchRule, operators: string): Record<string, BatchRule> =>
  Object.fromEntries(operators.split(' ').map((op) => [op, rule]));

/** For every operator, where the batch goes. */
export const BATCH_RULES: Readonly<Record<string, BatchRule>> = {
  ...named(
    same,
    'Abs Acos Acosh Asin Asinh Atan Atanh Cast CastLike Ceil Celu Clip Cos Cosh Elu Erf Exp Floor Gelu HardSigmoid HardSwish',
  ),
  ...named(
    same,
    'Identity IsInf IsNaN LeakyRelu Log Mish Neg Not Reciprocal Relu Round Selu Shrink Sigmoid Sign Sin Sinh Softplus',
  ),
  ...named(same, 'Softsign Sqrt Swish Tan Tanh ThresholdedRelu'),
  ...named(
    broadcast,
    'Add And Div Equal Expand Greater GreaterOrEqual Less LessOrEqual Max Mean Min Mod Mul Or PRelu Pow Sub Sum Where Xor',
  ),
  ...named(
    images,
    'AveragePool BatchNormalization Conv ConvTranspose DepthToSpace GlobalAveragePool GlobalLpPool GlobalMaxPool',
  ),
  ...named(images, 'InstanceNormalization LRN LpPool MaxPool SpaceToDepth'),
  ...named(reshaped, 'Flatten Reshape Squeeze Unsqueeze'),
  Transpose: transposed,
  ...named(along(-1), 'Hardmax LogSoftmax Softmax LpNormalization TopK'),
  ...named(along(0), 'Concat GatherElements ScatterElements Split'),
  LayerNormalization: trailing,
  ...named(
    reduction,
    'ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare',
  ),
  ...named(argument, 'ArgMax ArgMin'),
  ...named(elsewhere, 'Pad Resize Tile'),
  Slice: slice,
  Gather: gather,
  MatMul: matMul,
  Gemm: gemm,
  Trilu: triangle,
  CumSum: ({ place, shape, integers }) => {
    const [own, axis] = [place(0), integers(1)?.[0]];
    if (own === undefined || axis === undefined) return 'unknown';
    return own.axis === fromFront(axis, shape(0)?.length ?? 0) ? 'mixed' : own;
  },
};
