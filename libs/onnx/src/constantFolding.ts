import type { DType } from '@oblique/arrays';
import { dtypeOfCode } from './dataTypes.js';
import { intAttribute, type Node } from './program.js';
import type { Shape } from './shapeRules.js';

/** Values of a short tensor that is known before the program runs, flattened; truth values are 0n and 1n. */
export interface Constant {
  readonly dtype: DType;
  readonly values: readonly (number | bigint)[];
}

/** What is known of a node's tensors. */
export interface FoldingContext {
  readonly node: Node;
  readonly shape: (index: number) => Shape | undefined;
  readonly constant: (index: number) => Constant | undefined;
  /** Number of elements of the first output. */
  readonly size: number;
}

type Scalar = number | bigint;

const BITS: Partial<Record<DType, number>> = { int8: 8, int16: 16, int32: 32, int64: 64 };
const UNSIGNED_BITS: Partial<Record<DType, number>> = { uint8: 8, uint16: 16, uint32: 32, uint64: 64 };

/** The value as the element type holds it: whole numbers wrap around, float32 rounds; undefined for float16. */
function held(dtype: DType, value: Scalar): Scalar | undefined {
  if (dtype === 'float64') return Number(value);
  if (dtype === 'float32') return Math.fround(Number(value));
  if (dtype === 'float16') return undefined;
  if (dtype === 'bool') return Number(value) === 0 ? 0n : 1n;
  if (typeof value === 'number' && !Number.isFinite(value)) return undefined;
  const whole = typeof value === 'number' ? BigInt(Math.trunc(value)) : value;
  const signed = BITS[dtype];
  return signed === undefined
    ? BigInt.asUintN(UNSIGNED_BITS[dtype] ?? 64, whole)
    : BigInt.asIntN(signed, whole);
}

function constantOf(dtype: DType, values: readonly (Scalar | undefined)[]): Constant | undefined {
  const exact = values.flatMap((value) => {
    const kept = value === undefined ? undefined : held(dtype, value);
    return kept === undefined ? [] : [kept];
  });
  return exact.length === values.length ? { dtype, values: exact } : undefined;
}

/** A rule: the values of the first output. */
type Fold = (context: FoldingContext) => Constant | undefined;

/** The value at this place of a tensor that may be one number for all. */
const cyclic = ({ values }: Constant, index: number): Scalar | undefined =>
  values[values.length === 1 ? 0 : index];

const fits = (constant: Constant | undefined, size: number): constant is Constant =>
  constant !== undefined && (constant.values.length === size || constant.values.length === 1);

/** Number by number; whole numbers stay whole. `undefined` where there is no result, as of a division by zero. */
const binary =
  (
    whole: (a: bigint, b: bigint) => bigint | undefined,
    real: (a: number, b: number) => number,
    dtype?: DType,
  ): Fold =>
  ({ constant, size }) => {
    const [a, b] = [constant(0), constant(1)];
    if (!fits(a, size) || !fits(b, size)) return undefined;
    const values = Array.from({ length: size }, (_, index) => {
      const [left, right] = [cyclic(a, index), cyclic(b, index)];
      if (typeof left === 'bigint' && typeof right === 'bigint') return whole(left, right);
      return left === undefined || right === undefined ? undefined : real(Number(left), Number(right));
    });
    return constantOf(dtype ?? a.dtype, values);
  };

const comparison = (holds: (a: Scalar, b: Scalar) => boolean): Fold =>
  binary(
    (a, b) => (holds(a, b) ? 1n : 0n),
    (a, b) => Number(holds(a, b)),
    'bool',
  );

const unary =
  (whole: (a: bigint) => bigint, real: (a: number) => number): Fold =>
  ({ constant }) => {
    const a = constant(0);
    return (
      a &&
      constantOf(
        a.dtype,
        a.values.map((value) => (typeof value === 'bigint' ? whole(value) : real(value))),
      )
    );
  };

/** The values of the first input in another shape. */
const same: Fold = ({ constant }) => constant(0);

/** Over all elements at once. */
const reduction =
  (whole: (a: bigint, b: bigint) => bigint, real: (a: number, b: number) => number): Fold =>
  ({ constant, size }) => {
    const a = constant(0);
    if (a === undefined || a.values.length === 0) return undefined;
    if (size === a.values.length) return a;
    if (size !== 1) return undefined;
    const total = a.values.reduce((sum, value) =>
      typeof sum === 'bigint' && typeof value === 'bigint'
        ? whole(sum, value)
        : real(Number(sum), Number(value)),
    );
    return constantOf(a.dtype, [total]);
  };

const maximum = binary((a, b) => (a > b ? a : b), Math.max);
const minimum = binary((a, b) => (a < b ? a : b), Math.min);

/** Clamped as Slice clamps; of vectors only. */
const slice: Fold = ({ node, shape, constant }) => {
  const a = constant(0);
  const [starts, ends] = [constant(1), constant(2)];
  const [start, end] = [starts?.values[0], ends?.values[0]];
  const axis = node.inputs[3] ? constant(3)?.values[0] : 0n;
  const step = node.inputs[4] ? constant(4)?.values[0] : 1n;
  if (a === undefined || shape(0)?.length !== 1 || axis === undefined || starts?.values.length !== 1)
    return undefined;
  if (typeof start !== 'bigint' || typeof end !== 'bigint' || typeof step !== 'bigint' || step === 0n)
    return undefined;
  const size = BigInt(a.values.length);
  const [low, high] = step > 0n ? [0n, size] : [-1n, size - 1n];
  const clamp = (bound: bigint): bigint => {
    const at = bound < 0n ? bound + size : bound;
    return at < low ? low : at > high ? high : at;
  };
  const values: Scalar[] = [];
  const from = step > 0n ? clamp(start) : clamp(start) < 0n ? 0n : clamp(start);
  for (let at = from; step > 0n ? at < clamp(end) : at > clamp(end); at += step) {
    const value = a.values[Number(at)];
    if (value !== undefined) values.push(value);
  }
  return { ...a, values };
};

const gather: Fold = ({ shape, constant }) => {
  const [a, indices] = [constant(0), constant(1)];
  if (a === undefined || indices === undefined || shape(0)?.length !== 1) return undefined;
  return constantOf(
    a.dtype,
    indices.values.map((index) => a.values.at(Number(index))),
  );
};

const concat: Fold = ({ node, shape, constant }) => {
  const parts = node.inputs.map((_, index) => constant(index));
  const [first] = parts;
  if (first === undefined || !parts.every((part) => part !== undefined)) return undefined;
  return shape(0)?.length === 1 ? { ...first, values: parts.flatMap(({ values }) => values) } : undefined;
};

const range: Fold = ({ constant, size }) => {
  const [start, delta] = [constant(0), constant(2)];
  const [from, by] = [start?.values[0], delta?.values[0]];
  if (start === undefined || from === undefined || by === undefined) return undefined;
  const at = (index: number): Scalar =>
    typeof from === 'bigint' && typeof by === 'bigint'
      ? from + BigInt(index) * by
      : Number(from) + index * Number(by);
  return constantOf(
    start.dtype,
    Array.from({ length: size }, (_, index) => at(index)),
  );
};

const constantOfShape: Fold = ({ node, size }) => {
  const value = node.attributes['value'];
  if (value === undefined) return { dtype: 'float32', values: new Array<number>(size).fill(0) };
  if (value.type !== 'tensor' || value.value.dtype === 'float16') return undefined;
  const [fill] = value.value.data;
  return constantOf(value.value.dtype, new Array<Scalar | undefined>(size).fill(fill));
};

const shapeOf: Fold = ({ node, shape }) => {
  const x = shape(0);
  const bounds = [intAttribute(node, 'start', 0), intAttribute(node, 'end', x?.length ?? 0)];
  return x && constantOf('int64', x.slice(...bounds));
};

const where: Fold = ({ constant, size }) => {
  const [condition, a, b] = [constant(0), constant(1), constant(2)];
  if (!fits(condition, size) || !fits(a, size) || !fits(b, size)) return undefined;
  return constantOf(
    a.dtype,
    Array.from({ length: size }, (_, index) => cyclic(cyclic(condition, index) === 0n ? b : a, index)),
  );
};

const cast: Fold = ({ node, constant }) => {
  const [a, dtype] = [constant(0), dtypeOfCode(intAttribute(node, 'to', 0))];
  return a && dtype && constantOf(dtype, a.values);
};

/** ONNX's whole-number remainder has the sign of the divisor, that of fmod the sign of the dividend. */
const modulo: Fold = (context) =>
  binary(
    (a, b) => {
      if (b === 0n) return undefined;
      const rest = a % b;
      return intAttribute(context.node, 'fmod', 0) === 0 && rest !== 0n && rest < 0n !== b < 0n
        ? rest + b
        : rest;
    },
    (a, b) => a % b,
  )(context);

const FOLDS: Readonly<Record<string, Fold>> = {
  Shape: shapeOf,
  Size: ({ shape }) => {
    const x = shape(0);
    return x && constantOf('int64', [x.reduce((product, dim) => product * dim, 1)]);
  },
  Identity: same,
  Reshape: same,
  Flatten: same,
  Squeeze: same,
  Unsqueeze: same,
  Cast: cast,
  Expand: ({ constant, size }) => {
    const a = constant(0);
    if (a?.values.length === size) return a;
    return a?.values.length === 1
      ? constantOf(a.dtype, new Array<Scalar | undefined>(size).fill(a.values[0]))
      : undefined;
  },
  ConstantOfShape: constantOfShape,
  Concat: concat,
  Gather: gather,
  Slice: slice,
  Range: range,
  Where: where,
  Add: binary(
    (a, b) => a + b,
    (a, b) => a + b,
  ),
  Sub: binary(
    (a, b) => a - b,
    (a, b) => a - b,
  ),
  Mul: binary(
    (a, b) => a * b,
    (a, b) => a * b,
  ),
  Div: binary(
    (a, b) => (b === 0n ? undefined : a / b),
    (a, b) => a / b,
  ),
  Mod: modulo,
  Max: (context) => (context.node.inputs.length === 2 ? maximum(context) : undefined),
  Min: (context) => (context.node.inputs.length === 2 ? minimum(context) : undefined),
  Neg: unary(
    (a) => -a,
    (a) => -a,
  ),
  Abs: unary((a) => (a < 0n ? -a : a), Math.abs),
  Floor: unary((a) => a, Math.floor),
  Ceil: unary((a) => a, Math.ceil),
  Sqrt: unary((a) => a, Math.sqrt),
  Not: unary(
    (a) => (a === 0n ? 1n : 0n),
    (a) => a,
  ),
  Equal: comparison((a, b) => a === b),
  Greater: comparison((a, b) => a > b),
  GreaterOrEqual: comparison((a, b) => a >= b),
  Less: comparison((a, b) => a < b),
  LessOrEqual: comparison((a, b) => a <= b),
  And: comparison((a, b) => Number(a) !== 0 && Number(b) !== 0),
  Or: comparison((a, b) => Number(a) !== 0 || Number(b) !== 0),
  Xor: comparison((a, b) => (Number(a) === 0) !== (Number(b) === 0)),
  ReduceProd: reduction(
    (a, b) => a * b,
    (a, b) => a * b,
  ),
  ReduceSum: reduction(
    (a, b) => a + b,
    (a, b) => a + b,
  ),
  ReduceMax: reduction((a, b) => (a > b ? a : b), Math.max),
  ReduceMin: reduction((a, b) => (a < b ? a : b), Math.min),
};

/** The values of the first output of a node, where they follow from shapes and constants; int64 exactly. */
export function foldConstant(context: FoldingContext): Constant | undefined {
  const { node } = context;
  return Object.hasOwn(FOLDS, node.op) ? FOLDS[node.op]?.(context) : undefined;
}
