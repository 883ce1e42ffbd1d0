import { elementTypes, type Node, type Program, type Value } from '@oblique/onnx';

/** Operators that read only the shape of their input: what follows from them does not depend on the image. */
const SHAPE_ONLY = new Set(['Shape', 'Size']);

const FLOATS = new Set(['float16', 'float32', 'float64']);

/** A float tensor whose values depend on the image. */
export interface Activation {
  readonly tensor: string;
  /** The node that makes it. */
  readonly node: Node;
  /** Tensors among the node's inputs that depend on the image, the image included; no duplicates. */
  readonly sources: readonly string[];
}

/**
 * The input that takes the images: the first float input of rank 4, else the first float input.
 * @throws RangeError where the program has none.
 */
export function imageInput(program: Program): Value {
  const floats = program.inputs.filter(({ dtype }) => FLOATS.has(dtype));
  const found = floats.find(({ shape }) => shape?.length === 4) ?? floats[0];
  if (found === undefined) throw new RangeError(`The network ${program.name} has no float input for images.`);
  return found;
}

/** Every float tensor that depends on the image by value, in the program's order, which is topological. */
export function activationsOf(program: Program): Activation[] {
  const types = elementTypes(program);
  const dependent = new Set([imageInput(program).name]);
  const activations: Activation[] = [];
  for (const node of program.nodes) {
    const sources = [...new Set(node.inputs.filter((input) => dependent.has(input)))];
    if (sources.length === 0 || SHAPE_ONLY.has(node.op)) continue;
    for (const tensor of node.outputs) {
      if (tensor === '') continue;
      dependent.add(tensor);
      if (FLOATS.has(types.get(tensor) ?? '')) activations.push({ tensor, node, sources });
    }
  }
  return activations;
}
