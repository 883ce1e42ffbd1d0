import type { DType } from '@oblique/arrays';
import { dtypeOfCode } from './dataTypes.js';
import type { ValueInfoProto } from './generated/onnx.js';
import { intAttribute, type Node, type Program } from './program.js';
import { readNode } from './readNode.js';

const BOOLEAN = new Set([
  'And',
  'Equal',
  'Greater',
  'GreaterOrEqual',
  'IsInf',
  'IsNaN',
  'Less',
  'LessOrEqual',
  'Not',
  'Or',
  'Xor',
]);
const INDEX = new Set(['ArgMax', 'ArgMin', 'NonZero', 'Shape', 'Size']);

/**
 * The element type of every tensor of the program, as far as it follows from its inputs, weights and operators.
 * Tensors behind operators of other domains are taken to have the type of the first input.
 */
export function elementTypes(program: Program): Map<string, DType> {
  const types = new Map<string, DType>(program.inputs.map(({ name, dtype }) => [name, dtype]));
  for (const [name, { dtype }] of program.initializers) types.set(name, dtype);
  for (const node of program.nodes) {
    node.outputs.forEach((output, index) => {
      const type = outputType(node, index, types);
      if (output !== '' && type !== undefined) types.set(output, type);
    });
  }
  return types;
}

/** The element type of one output of `node`, given those of its inputs. */
export function outputType(node: Node, index: number, types: ReadonlyMap<string, DType>): DType | undefined {
  if (BOOLEAN.has(node.op)) return 'bool';
  if (INDEX.has(node.op)) return 'int64';
  switch (node.op) {
    case 'Cast':
      return dtypeOfCode(intAttribute(node, 'to', 0));
    case 'EyeLike':
      return dtypeOfCode(intAttribute(node, 'dtype', -1)) ?? types.get(node.inputs[0] ?? '');
    case 'QuantizeLinear':
      return types.get(node.inputs[2] ?? '') ?? dtypeOfCode(intAttribute(node, 'output_dtype', 0)) ?? 'uint8';
    case 'DequantizeLinear':
      return types.get(node.inputs[1] ?? '');
    case 'Constant':
    case 'ConstantOfShape':
      return constantType(node);
    case 'Where':
    case 'CastLike':
      return types.get(node.inputs[1] ?? '');
    case 'MaxPool':
    case 'TopK':
      return index === 1 ? 'int64' : types.get(node.inputs[0] ?? '');
    case 'LayerNormalization':
      return index > 0 ? 'float32' : types.get(node.inputs[0] ?? '');
    case 'Dropout':
      return index === 1 ? 'bool' : types.get(node.inputs[0] ?? '');
    case 'If':
      return bodyType(node, 'then_branch', index, types);
    case 'Loop':
      return bodyType(node, 'body', index + 1, types);
    case 'Scan':
      return bodyType(node, 'body', index, types);
    case 'OneHot':
      return types.get(node.inputs[2] ?? '');
    default:
      return types.get(node.inputs[0] ?? '');
  }
}

/** The element type of one output of a subgraph: as it declares it, else as follows from its nodes. */
function bodyType(
  node: Node,
  attribute: string,
  index: number,
  outer: ReadonlyMap<string, DType>,
): DType | undefined {
  const body = node.attributes[attribute];
  const output = body?.type === 'graph' ? body.value.output[index] : undefined;
  if (body?.type !== 'graph' || output === undefined) return undefined;
  const types = new Map(outer);
  const declare = ({ name, type }: ValueInfoProto): void => {
    const dtype = type?.value?.$case === 'tensorType' ? dtypeOfCode(type.value.value.elemType) : undefined;
    if (dtype !== undefined) types.set(name, dtype);
  };
  body.value.input.forEach(declare);
  for (const { name, dataType } of body.value.initializer) {
    const dtype = dtypeOfCode(dataType);
    if (dtype !== undefined) types.set(name, dtype);
  }
  for (const inner of body.value.node.map(readNode)) {
    inner.outputs.forEach((name, place) => {
      const dtype = outputType(inner, place, types);
      if (name !== '' && dtype !== undefined) types.set(name, dtype);
    });
  }
  body.value.output.forEach(declare);
  return types.get(output.name);
}

function constantType(node: Node): DType | undefined {
  const value = node.attributes['value'];
  if (value === undefined) return node.op === 'ConstantOfShape' ? 'float32' : undefined;
  return value.type === 'tensor' ? value.value.dtype : undefined;
}
