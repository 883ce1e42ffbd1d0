import { isDType, ndarray, ndarrayFromBytes, sizeOf, zeros, type NdArray } from '@oblique/arrays';
import { dtypeOfCode } from './dataTypes.js';
import {
  AttributeProto,
  AttributeProto_AttributeType as Kind,
  ModelProto,
  TensorProto_DataLocation,
  type GraphProto,
  type TensorProto,
  type ValueInfoProto,
} from './generated/onnx.js';
import type { Attribute, Dim, Program, Value } from './program.js';

/** The bytes are not an ONNX model that Oblique can hold; the message says what was found where. */
export class MalformedProgramError extends Error {
  override readonly name = 'MalformedProgramError';
}

/**
 * Reads an ONNX file (`ModelProto`). Weights are views of `bytes`, not copies.
 * @throws MalformedProgramError where the bytes are not an ONNX model, are cut short, keep their weights in other
 *   files, or are inconsistent.
 */
export function readProgram(bytes: Uint8Array): Program {
  const model = decode(bytes);
  const graph = model.graph;
  if (graph === undefined || graph.node.length === 0) {
    throw new MalformedProgramError('This is not an ONNX model: it has no graph with nodes.');
  }
  if (model.functions.length > 0) {
    throw new MalformedProgramError(
      `The model defines ${model.functions.length} functions of its own; export it with functions inlined.`,
    );
  }
  const domains = new Map(
    model.opsetImport.map(({ domain, version }) => [normalDomain(domain), Number(version)]),
  );
  const opset = domains.get('');
  if (opset === undefined)
    throw new MalformedProgramError("The model declares no version of ONNX's operator set.");
  domains.delete('');

  const initializers = new Map(graph.initializer.map((tensor) => [tensor.name, readTensor(tensor)]));
  const program: Program = {
    name: graph.name,
    opset,
    domains,
    inputs: graph.input.filter(({ name }) => !initializers.has(name)).map(readValue),
    outputs: graph.output.map(readValue),
    initializers,
    nodes: graph.node.map((node, index) => ({
      name: node.name || `${node.opType}_${index}`,
      op: node.opType,
      domain: normalDomain(node.domain),
      inputs: node.input,
      outputs: node.output,
      attributes: Object.fromEntries(
        node.attribute.map((attribute) => [attribute.name, readAttribute(attribute)]),
      ),
    })),
    metadata: new Map(model.metadataProps.map(({ key, value }) => [key, value])),
  };
  checkNames(program, graph);
  return program;
}

function decode(bytes: Uint8Array): ModelProto {
  try {
    return ModelProto.decode(bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new MalformedProgramError(
      `These ${bytes.byteLength} bytes are not an ONNX model, or it is cut short (${reason}).`,
      { cause: error },
    );
  }
}

function normalDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}

function readValue(value: ValueInfoProto): Value {
  const type = value.type?.value?.$case === 'tensorType' ? value.type.value.value : undefined;
  if (type === undefined)
    throw new MalformedProgramError(`${value.name} is not a tensor; only tensors are supported.`);
  const dtype = dtypeOfCode(type.elemType);
  if (dtype === undefined) {
    throw new MalformedProgramError(
      `${value.name} has ONNX element type ${type.elemType}, which is not supported.`,
    );
  }
  return {
    name: value.name,
    dtype,
    shape: type.shape?.dim.map((dim, index): Dim => {
      if (dim.value?.$case === 'dimValue') return Number(dim.value.value);
      return dim.value?.$case === 'dimParam' && dim.value.value !== ''
        ? dim.value.value
        : `${value.name}_${index}`;
    }),
  };
}

function readTensor(tensor: TensorProto): NdArray {
  const dtype = dtypeOfCode(tensor.dataType);
  const where = `Tensor ${tensor.name || '(unnamed)'}`;
  if (dtype === undefined) {
    throw new MalformedProgramError(
      `${where} has ONNX element type ${tensor.dataType}, which is not supported.`,
    );
  }
  if (tensor.dataLocation === TensorProto_DataLocation.EXTERNAL) {
    throw new MalformedProgramError(
      `${where} keeps its data in another file; save the model with its weights inside (one .onnx file).`,
    );
  }
  const shape = tensor.dims.map(Number);
  if (shape.some((size) => size < 0))
    throw new MalformedProgramError(`${where} has a negative size in [${shape.join(', ')}].`);
  try {
    if (tensor.rawData.length > 0 || sizeOf(shape) === 0)
      return ndarrayFromBytes(dtype, shape, tensor.rawData);
    const listed = tensor.floatData.length
      ? tensor.floatData
      : tensor.doubleData.length
        ? tensor.doubleData
        : tensor.int32Data.length
          ? tensor.int32Data
          : tensor.int64Data.length
            ? tensor.int64Data
            : tensor.uint64Data;
    if (listed.length !== sizeOf(shape)) {
      throw new RangeError(`it should have ${sizeOf(shape)} values and has ${listed.length}`);
    }
    // Only now: a damaged shape may ask for more memory than there is.
    const empty = zeros(dtype, shape);
    if (isDType(empty, 'int64')) return ndarray('int64', shape, BigInt64Array.from(listed, BigInt));
    if (isDType(empty, 'uint64')) return ndarray('uint64', shape, BigUint64Array.from(listed, BigInt));
    listed.forEach((value, index) => (empty.data[index] = Number(value)));
    return empty;
  } catch (error) {
    throw new MalformedProgramError(`${where}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function readAttribute(attribute: AttributeProto): Attribute {
  const text = new TextDecoder();
  switch (attribute.type) {
    case Kind.INT:
      return { type: 'int', value: Number(attribute.i) };
    case Kind.FLOAT:
      return { type: 'float', value: attribute.f };
    case Kind.STRING:
      return { type: 'string', value: text.decode(attribute.s) };
    case Kind.INTS:
      return { type: 'ints', value: attribute.ints.map(Number) };
    case Kind.FLOATS:
      return { type: 'floats', value: attribute.floats };
    case Kind.STRINGS:
      return { type: 'strings', value: attribute.strings.map((bytes) => text.decode(bytes)) };
    case Kind.TENSOR:
      if (attribute.t !== undefined && dtypeOfCode(attribute.t.dataType) !== undefined) {
        return { type: 'tensor', value: readTensor(attribute.t) };
      }
      return { type: 'opaque', value: AttributeProto.encode(attribute).finish() };
    default:
      return { type: 'opaque', value: AttributeProto.encode(attribute).finish() };
  }
}

function checkNames(program: Program, graph: GraphProto): void {
  if (program.initializers.has('') || program.inputs.some(({ name }) => name === ''))
    throw new MalformedProgramError('The model has an input or a weight without a name.');
  const known = new Set(['', ...program.initializers.keys()]);
  const make = (name: string): void => {
    if (name !== '' && known.has(name)) throw new MalformedProgramError(`Two tensors are named ${name}.`);
    known.add(name);
  };
  for (const { name } of program.inputs) make(name);
  const subgraphs = graph.node.some((node) => node.attribute.some((attribute) => attribute.g !== undefined));
  for (const node of program.nodes) {
    const missing = node.inputs.find((input) => !known.has(input));
    if (missing !== undefined) {
      throw new MalformedProgramError(
        `Node ${node.name} (${node.op}) uses ${missing}, which nothing before it makes.`,
      );
    }
    node.outputs.forEach(make);
  }
  const missing = program.outputs.find(({ name }) => !known.has(name));
  if (missing !== undefined && !subgraphs) {
    throw new MalformedProgramError(`Output ${missing.name} is made by no node.`);
  }
}
