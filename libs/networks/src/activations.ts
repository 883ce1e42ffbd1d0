import { elementTypes, usesOf, type Node, type Program, type Value } from '@oblique/onnx';

/** Operators that read only the shape of their input: what follows from them does not depend on the image. */
const SHAPE_ONLY = new Set(['Shape', 'Size']);

const FLOATS = new Set(['float16', 'float32', 'float64']);

/** A float tensor whose values depend on the image. */
export interface Activation {
  readonly tensor: string;
  /** The node that makes it. */
  readonly node: Node;
  /** Tensors that the node uses and that depend on the image, the image included; no duplicates. */
  readonly sources: readonly string[];
}

/**
 * The input that takes the images: the first float input of rank 4, else the first float input.
 * @throws RangeError where the program has none.
 */
export function imageInput(program: Program): Value {
  const found = findImageInput(program);
  if (found !== undefined) return found;
  const inputs = program.inputs.map(({ name, dtype }) => `${name} (${dtype})`).join(', ') || 'none';
  throw new RangeError(
    `The network ${program.name} has no float input for images; float32 [N, 3, H, W] is needed. Its inputs: ${inputs}.`,
  );
}

/** As {@link imageInput}; undefined where the program has none. */
export function findImageInput(program: Program): Value | undefined {
  const floats = program.inputs.filter(({ dtype }) => FLOATS.has(dtype));
  return floats.find(({ shape }) => shape?.length === 4) ?? floats[0];
}

/**
 * Every float tensor that depends on the image by value, in the program's order, which is topological; none where the
 * program takes no image.
 */
export function activationsOf(program: Program): Activation[] {
  const image = findImageInput(program);
  if (image === undefined) return [];
  const types = elementTypes(program);
  const dependent = new Set([image.name]);
  const activations: Activation[] = [];
  for (const node of program.nodes) {
    const sources = [...new Set(usesOf(node).filter((input) => dependent.has(input)))];
    if (sources.length === 0 || SHAPE_ONLY.has(node.op)) continue;
    for (const tensor of node.outputs) {
      if (tensor === '') continue;
      dependent.add(tensor);
      if (FLOATS.has(types.get(tensor) ?? '')) activations.push({ tensor, node, sources });
    }
  }
  return activations;
}
