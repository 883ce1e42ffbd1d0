import { float32, ndarray, type NdArray } from '@oblique/arrays';
import { dtypeOfCode } from './dataTypes.js';
import { AttributeProto, AttributeProto_AttributeType as Kind, type NodeProto } from './generated/onnx.js';
import type { Attribute, Node } from './program.js';
import { readSparseTensor, readTensor } from './readTensor.js';

/**
 * The node; one without a name is called after its operator and place.
 * @throws MalformedProgramError where a tensor among its attributes is not in order.
 */
export function readNode(node: NodeProto, index: number): Node {
  const domain = node.domain === 'ai.onnx' ? '' : node.domain;
  const constant = node.opType === 'Constant' && domain === '' ? constantOf(node) : undefined;
  return {
    name: node.name || `${node.opType}_${index}`,
    op: node.opType,
    domain,
    inputs: node.input,
    outputs: node.output,
    attributes:
      constant === undefined
        ? Object.fromEntries(node.attribute.map((attribute) => [attribute.name, readAttribute(attribute)]))
        : { value: { type: 'tensor', value: constant } },
  };
}

/** What a Constant holds, however it says it; undefined for text. */
function constantOf({ attribute: [given] }: NodeProto): NdArray | undefined {
  switch (given?.name) {
    case 'value':
      return given.t !== undefined && dtypeOfCode(given.t.dataType) !== undefined
        ? readTensor(given.t)
        : undefined;
    case 'sparse_value':
      return given.sparseTensor && readSparseTensor(given.sparseTensor);
    case 'value_int':
      return ndarray('int64', [], BigInt64Array.of(given.i));
    case 'value_ints':
      return ndarray('int64', [given.ints.length], BigInt64Array.from(given.ints));
    case 'value_float':
      return float32([], [given.f]);
    case 'value_floats':
      return float32([given.floats.length], given.floats);
    default:
      return undefined;
  }
}

function readAttribute(attribute: AttributeProto): Attribute {
  const text = new TextDecoder();
  switch (attribute.type) {
    case Kind.INT:
      return { type: 'int', value: withinDoubles(attribute.i) };
    case Kind.FLOAT:
      return { type: 'float', value: attribute.f };
    case Kind.STRING:
      return { type: 'string', value: text.decode(attribute.s) };
    case Kind.INTS:
      return { type: 'ints', value: attribute.ints.map(withinDoubles) };
    case Kind.FLOATS:
      return { type: 'floats', value: attribute.floats };
    case Kind.STRINGS:
      return { type: 'strings', value: attribute.strings.map((bytes) => text.decode(bytes)) };
    case Kind.GRAPH:
      if (attribute.g !== undefined) return { type: 'graph', value: attribute.g };
      return opaque(attribute);
    case Kind.TENSOR:
      if (attribute.t !== undefined && dtypeOfCode(attribute.t.dataType) !== undefined)
        return { type: 'tensor', value: readTensor(attribute.t) };
      return opaque(attribute);
    default:
      return opaque(attribute);
  }
}

function opaque(attribute: AttributeProto): Attribute {
  return { type: 'opaque', value: AttributeProto.encode(attribute).finish() };
}

/** The number, or the nearest that a double holds exactly with all its neighbours. */
export function withinDoubles(value: bigint): number {
  return Math.min(Math.max(Number(value), Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
}
