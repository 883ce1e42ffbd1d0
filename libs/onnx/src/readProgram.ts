import { sizeOf } from '@oblique/arrays';
import { dtypeOfCode } from './dataTypes.js';
import { foldConditions } from './foldConditions.js';
import { ModelProto, type GraphProto, type ValueInfoProto } from './generated/onnx.js';
import { inlineFunctions } from './inlineFunctions.js';
import { MalformedProgramError } from './malformedProgramError.js';
import type { Dim, Program, Value } from './program.js';
import { readNode } from './readNode.js';
import { MAXIMUM_DIMENSION, readSparseTensor, readTensor } from './readTensor.js';
import { sortNodes } from './sortNodes.js';

/**
 * Reads an ONNX file (`ModelProto`). Weights are views of `bytes`, not copies. Functions of the model's own and branches
 * of an If whose condition is known are inlined, and nodes are put into an order in which they can run.
 * @throws MalformedProgramError where the bytes are not an ONNX model, are cut short, keep their weights in other
 *   files, or are inconsistent.
 */
export function readProgram(bytes: Uint8Array): Program {
  const model = decode(bytes);
  if (model.graph === undefined || model.graph.node.length === 0) {
    throw new MalformedProgramError('This is not an ONNX model: it has no graph with nodes.');
  }
  const graph = inlineFunctions(model, model.graph);
  const domains = new Map(
    model.opsetImport.map(({ domain, version }) => [domain === 'ai.onnx' ? '' : domain, Number(version)]),
  );
  const opset = domains.get('');
  if (opset === undefined)
    throw new MalformedProgramError("The model declares no version of ONNX's operator set.");
  domains.delete('');
  for (const { domain } of model.functions)
    if (!graph.node.some((node) => node.domain === domain)) domains.delete(domain);

  const initializers = new Map([
    ...graph.initializer.map((tensor) => [tensor.name, readTensor(tensor)] as const),
    ...graph.sparseInitializer.map(
      (tensor) => [tensor.values?.name ?? '', readSparseTensor(tensor)] as const,
    ),
  ]);
  const program: Program = {
    name: graph.name,
    opset,
    domains,
    inputs: graph.input.filter(({ name }) => !initializers.has(name)).map(readInput),
    outputs: graph.output.map(readValue),
    initializers,
    nodes: graph.node.map(readNode),
    metadata: new Map(model.metadataProps.map(({ key, value }) => [key, value])),
  };
  const known = checkNames(program, graph);
  return foldConditions({ ...program, nodes: sortNodes(program.nodes, known) });
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

/** An input, whose fixed sizes must be such as a tensor can have. */
function readInput(value: ValueInfoProto): Value {
  const input = readValue(value);
  const fixed = (input.shape ?? []).filter((dim) => typeof dim === 'number');
  if (fixed.some((dim) => dim < 1 || dim > MAXIMUM_DIMENSION) || sizeOf(fixed) > MAXIMUM_DIMENSION) {
    throw new MalformedProgramError(
      `Input ${input.name} has the shape [${declaredSizes(value).join(', ')}]; each size is at least 1 or free, and all together at most ${MAXIMUM_DIMENSION} elements.`,
    );
  }
  return input;
}

function declaredSizes(value: ValueInfoProto): string[] {
  const type = value.type?.value?.$case === 'tensorType' ? value.type.value.value : undefined;
  return (type?.shape?.dim ?? []).map((dim) => String(dim.value?.value ?? '?'));
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

/** The tensors that no node makes, after checking that every tensor has a name of its own. */
function checkNames(program: Program, graph: GraphProto): Set<string> {
  if (program.initializers.has('') || program.inputs.some(({ name }) => name === ''))
    throw new MalformedProgramError('The model has an input or a weight without a name.');
  if (program.initializers.size < graph.initializer.length + graph.sparseInitializer.length)
    throw new MalformedProgramError('Two weights of the model have the same name.');
  const given = new Set(program.initializers.keys());
  const all = new Set(given);
  const make = (name: string): void => {
    if (name !== '' && all.has(name)) throw new MalformedProgramError(`Two tensors are named ${name}.`);
    all.add(name);
  };
  for (const { name } of program.inputs) {
    make(name);
    given.add(name);
  }
  for (const node of program.nodes) node.outputs.forEach(make);
  const missing = program.outputs.find(({ name }) => !all.has(name));
  if (missing !== undefined) throw new MalformedProgramError(`Output ${missing.name} is made by no node.`);
  return given;
}
