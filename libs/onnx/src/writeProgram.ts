import { bytesOf, type NdArray } from '@oblique/arrays';
import { dataTypeCode } from './dataTypes.js';
import {
  AttributeProto,
  AttributeProto_AttributeType as Kind,
  ModelProto,
  NodeProto,
  TensorProto,
  ValueInfoProto,
} from './generated/onnx.js';
import type { Attribute, Node, Program, Value } from './program.js';

/** The file format's version (IR) that came with each operator set. */
const IR_VERSIONS: readonly (readonly [opset: number, ir: number])[] = [
  [18, 8],
  [20, 9],
  [22, 10],
];

/**
 * The bytes of the program as an ONNX file (`ModelProto`). Equal programs give equal bytes.
 *
 * Of nodes that share a name, as composing and differentiating programs can make them, all but the first get another:
 * ONNX Runtime takes no two nodes of one name.
 */
export function writeProgram(program: Program): Uint8Array {
  const nodeNames = distinct(program.nodes.map(({ name }) => name));
  const irVersion = IR_VERSIONS.find(([opset]) => program.opset <= opset)?.[1] ?? 11;
  const model = ModelProto.fromPartial({
    irVersion: BigInt(irVersion),
    producerName: 'oblique',
    opsetImport: [
      { domain: '', version: BigInt(program.opset) },
      ...[...program.domains].map(([domain, version]) => ({ domain, version: BigInt(version) })),
    ],
    metadataProps: [...program.metadata].map(([key, value]) => ({ key, value })),
    graph: {
      name: program.name || 'program',
      input: program.inputs.map(valueProto),
      output: program.outputs.map(valueProto),
      initializer: [...program.initializers].map(([name, value]) => tensorProto(name, value)),
      node: program.nodes.map((node, index) => nodeProto(node, nodeNames[index] ?? '')),
    },
  });
  return ModelProto.encode(model).finish();
}

/** The node under this name as ONNX writes it. */
export function nodeProto(node: Node, name: string): NodeProto {
  return NodeProto.fromPartial({
    name,
    opType: node.op,
    domain: node.domain,
    input: [...node.inputs],
    output: [...node.outputs],
    attribute: Object.entries(node.attributes).map(([key, attribute]) => attributeProto(key, attribute)),
  });
}

/** The names, numbered where one comes again; empty ones stay. */
function distinct(names: readonly string[]): string[] {
  const taken = new Set(names);
  const seen = new Set<string>();
  return names.map((name) => {
    let free = name;
    if (name !== '' && seen.has(name))
      for (let count = 2; taken.has(free); count++) free = `${name}_${count}`;
    taken.add(free);
    seen.add(free);
    return free;
  });
}

function valueProto(value: Value): ValueInfoProto {
  const dims = value.shape?.map((dim) =>
    typeof dim === 'number'
      ? { value: { $case: 'dimValue' as const, value: BigInt(dim) } }
      : { value: { $case: 'dimParam' as const, value: dim } },
  );
  return ValueInfoProto.fromPartial({
    name: value.name,
    type: {
      value: {
        $case: 'tensorType',
        value: {
          elemType: dataTypeCode(value.dtype),
          ...(dims === undefined ? {} : { shape: { dim: dims } }),
        },
      },
    },
  });
}

/** The tensor under this name as ONNX writes it. */
export function tensorProto(name: string, value: NdArray): TensorProto {
  return TensorProto.fromPartial({
    name,
    dataType: dataTypeCode(value.dtype),
    dims: value.shape.map(BigInt),
    rawData: bytesOf(value),
  });
}

function attributeProto(name: string, attribute: Attribute): AttributeProto {
  const text = new TextEncoder();
  switch (attribute.type) {
    case 'int':
      return AttributeProto.fromPartial({ name, type: Kind.INT, i: BigInt(attribute.value) });
    case 'float':
      return AttributeProto.fromPartial({ name, type: Kind.FLOAT, f: attribute.value });
    case 'string':
      return AttributeProto.fromPartial({ name, type: Kind.STRING, s: text.encode(attribute.value) });
    case 'ints':
      return AttributeProto.fromPartial({ name, type: Kind.INTS, ints: attribute.value.map(BigInt) });
    case 'floats':
      return AttributeProto.fromPartial({ name, type: Kind.FLOATS, floats: [...attribute.value] });
    case 'strings':
      return AttributeProto.fromPartial({
        name,
        type: Kind.STRINGS,
        strings: attribute.value.map((s) => text.encode(s)),
      });
    case 'tensor':
      return AttributeProto.fromPartial({ name, type: Kind.TENSOR, t: tensorProto('', attribute.value) });
    case 'graph':
      return AttributeProto.fromPartial({ name, type: Kind.GRAPH, g: attribute.value });
    case 'opaque':
      return AttributeProto.decode(attribute.value);
  }
}
