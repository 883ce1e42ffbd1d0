import { float64, isDType, ndarray, toNumbers, type DType, type NdArray } from '@oblique/arrays';
import { dataTypeCode, dtypeOfCode } from './dataTypes.js';
import { elementTypes } from './elementTypes.js';
import { DECOMPOSITIONS } from './float64/decompositions.js';
import { Float64Builder, NoFloat64Error, type Known } from './float64/float64Builder.js';
import {
  int,
  intAttribute,
  tensor,
  type Attribute,
  type Attributes,
  type Node,
  type Program,
  type Value,
} from './program.js';
import { ProgramBuilder } from './programBuilder.js';
import { inferShapes, type Inferred } from './shapes.js';
import { usesOf } from './subgraphs.js';
import { upgradeOpset } from './upgradeOpset.js';

/** Operators with a float64 kernel in ONNX Runtime on the CPU: those that ran when each was tried. */
const KERNELS = new Set([
  ...['Abs', 'Add', 'ArgMax', 'ArgMin', 'BatchNormalization', 'Cast', 'CastLike', 'Ceil', 'Clip', 'Concat'],
  ...[
    'ConstantOfShape',
    'Cos',
    'CumSum',
    'DepthToSpace',
    'Div',
    'Einsum',
    'Equal',
    'Exp',
    'Expand',
    'Flatten',
  ],
  ...[
    'Floor',
    'Gather',
    'GatherElements',
    'GatherND',
    'Gemm',
    'Greater',
    'GreaterOrEqual',
    'Identity',
    'IsInf',
  ],
  ...['IsNaN', 'LeakyRelu', 'Less', 'LessOrEqual', 'Log', 'LogSoftmax', 'LpNormalization', 'MatMul', 'Max'],
  ...[
    'MaxPool',
    'Min',
    'Mod',
    'Mul',
    'Neg',
    'PRelu',
    'Pad',
    'Pow',
    'Range',
    'Reciprocal',
    'ReduceL1',
    'ReduceL2',
  ],
  ...['ReduceLogSum', 'ReduceLogSumExp', 'ReduceMax', 'ReduceMean', 'ReduceMin', 'ReduceProd', 'ReduceSum'],
  ...[
    'ReduceSumSquare',
    'Relu',
    'Reshape',
    'Round',
    'ScatterElements',
    'ScatterND',
    'Shape',
    'Shrink',
    'Sigmoid',
  ],
  ...[
    'Sign',
    'Sin',
    'Size',
    'Slice',
    'Softmax',
    'SpaceToDepth',
    'Split',
    'Sqrt',
    'Squeeze',
    'Sub',
    'Sum',
    'Tanh',
  ],
  ...['ThresholdedRelu', 'Tile', 'TopK', 'Transpose', 'Trilu', 'Unsqueeze', 'Where'],
]);

const FLOATS: ReadonlySet<DType | undefined> = new Set<DType>(['float16', 'float32', 'float64']);

/**
 * The same program with every float tensor in float64, inputs and outputs included, in operators that ONNX Runtime has
 * float64 kernels for: {@link widenFloats}, then {@link withFloat64Kernels}.
 * @throws NoFloat64Error where there is no way to compute an operator in float64.
 */
export function inFloat64(program: Program): Program {
  return withFloat64Kernels(widenFloats(program));
}

/**
 * The same program with every float16 and float32 tensor in float64, inputs and outputs included. Weights keep the
 * values that are stored; casts to narrower floats round no longer.
 */
export function widenFloats(program: Program): Program {
  const source = upgradeOpset(program);
  return {
    ...source,
    inputs: source.inputs.map(wideValue),
    outputs: source.outputs.map(wideValue),
    initializers: new Map([...source.initializers].map(([name, value]) => [name, wide(value)])),
    nodes: source.nodes.map((node) => ({ ...node, attributes: wideAttributes(node) })),
  };
}

/**
 * The same program without operators that ONNX Runtime cannot compute in float64: convolutions become matrix products
 * over shifted copies of the input, resampling a matrix an axis, erf its series, and so on.
 *
 * @param program Where a size decides what is computed (automatic padding, pools, Resize), it must follow from the
 *   inputs' shapes; the batch may be free.
 * @throws NoFloat64Error where an operator has no float64 kernel and nothing stands in for it.
 */
export function withFloat64Kernels(program: Program): Program {
  const types = elementTypes(program);
  const wideNode = (node: Node): boolean =>
    [...usesOf(node), ...node.outputs].some((name) => types.get(name) === 'float64');
  const missing = program.nodes.filter(
    (node) =>
      wideNode(node) &&
      !(node.domain === '' && (KERNELS.has(node.op) || Object.hasOwn(DECOMPOSITIONS, node.op))),
  );
  if (missing.length > 0) {
    const names = [...new Set(missing.map(({ op, domain }) => (domain === '' ? op : `${domain}.${op}`)))];
    throw new NoFloat64Error(
      `${program.name} cannot be computed in float64: ONNX Runtime has no float64 kernel for ${names.join(', ')}.`,
    );
  }
  const b = ProgramBuilder.extending({ ...program, nodes: [] }, { reserved: program.nodes });
  const known = knownOf(program);
  for (const node of program.nodes) {
    const decomposition = wideNode(node) ? DECOMPOSITIONS[node.op] : undefined;
    if (decomposition === undefined) b.push(node);
    else decomposition(new Float64Builder(b, node, known));
  }
  for (const { name, dtype, shape } of program.outputs) b.output(name, dtype, shape);
  return b.build();
}

/** What follows from the inputs' shapes whatever their free sizes are: what is the same for two choices of them. */
function knownOf(program: Program): Known {
  const choose = (batch: number, size: number): Inferred =>
    inferShapes({
      ...program,
      inputs: program.inputs.map((value) => ({
        ...value,
        shape: value.shape?.map((dim, axis) => (typeof dim === 'number' ? dim : axis === 0 ? batch : size)),
      })),
    });
  const [one, other] = [choose(1, 64), choose(2, 128)];
  const agreeing = <T>(
    a: readonly T[] | undefined,
    b: readonly T[] | undefined,
  ): (T | undefined)[] | undefined =>
    a === undefined || b?.length !== a.length
      ? undefined
      : a.map((value, index) => (value === b[index] ? value : undefined));
  return {
    shape: (name) => agreeing(one.shapes.get(name), other.shapes.get(name)),
    constant: (name) =>
      agreeing(one.constants.get(name)?.values.map(Number), other.constants.get(name)?.values.map(Number)),
  };
}

function wide(value: NdArray): NdArray {
  if (isDType(value, 'float64') || !FLOATS.has(value.dtype)) return value;
  return ndarray('float64', value.shape, toNumbers(value));
}

function wideValue(value: Value): Value {
  return FLOATS.has(value.dtype) ? { ...value, dtype: 'float64' } : value;
}

function wideAttributes(node: Node): Attributes {
  const attributes = Object.fromEntries(
    Object.entries(node.attributes).map(([name, attribute]): [string, Attribute] => {
      if (attribute.type === 'tensor') return [name, tensor(wide(attribute.value))];
      const toFloat =
        node.op === 'Cast' && name === 'to' && FLOATS.has(dtypeOfCode(intAttribute(node, 'to', 0)));
      return [name, toFloat ? int(dataTypeCode('float64')) : attribute];
    }),
  );
  return node.op === 'ConstantOfShape' && attributes['value'] === undefined
    ? { ...attributes, value: tensor(float64([1], [0])) }
    : attributes;
}
