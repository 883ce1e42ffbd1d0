import { toNumbers } from '@oblique/arrays';
import type { Node, Program } from './program.js';
import { SHAPE_RULES, type Shape } from './shapeRules.js';
import { foldIntegers, type Integers } from './integerFolding.js';

/** Longest vector of whole numbers whose values are followed through the program: shapes, axes and bounds are short. */
const LONGEST_FOLDED = 64;

/** What is known of a program's tensors before it runs. */
export interface Inferred {
  readonly shapes: ReadonlyMap<string, Shape>;
  /** Values of short vectors of whole numbers: shapes, axes, bounds. */
  readonly integers: ReadonlyMap<string, Integers>;
}

/**
 * The shape of every tensor that follows from the shapes of the inputs, weights and operators, arithmetic on shapes
 * included. Tensors whose size depends on data or on an input's free axis are left out, as are those behind operators
 * without a rule.
 */
export function inferShapes(program: Program): Inferred {
  const shapes = new Map<string, Shape>();
  const integers = new Map<string, Integers>();
  for (const { name, shape } of program.inputs) {
    if (shape?.every((dim) => typeof dim === 'number')) shapes.set(name, shape);
  }
  for (const [name, value] of program.initializers) {
    shapes.set(name, value.shape);
    if (value.dtype.startsWith('int') && value.data.length <= LONGEST_FOLDED) {
      integers.set(name, [...toNumbers(value)]);
    }
  }
  for (const node of program.nodes) inferNode(node, program, shapes, integers);
  return { shapes, integers };
}

function inferNode(
  node: Node,
  { initializers }: Program,
  shapes: Map<string, Shape>,
  integers: Map<string, Integers>,
): void {
  if (node.domain !== '' || !Object.hasOwn(SHAPE_RULES, node.op)) return;
  const inferred = SHAPE_RULES[node.op]?.({
    node,
    shape: (index) => shapes.get(node.inputs[index] ?? ''),
    integers: (index) => integers.get(node.inputs[index] ?? ''),
    constant: (index) => {
      const value = initializers.get(node.inputs[index] ?? '');
      return value && [...toNumbers(value)];
    },
  });
  node.outputs.forEach((output, index) => {
    const shape = inferred?.[index];
    if (output !== '' && shape !== undefined) shapes.set(output, shape);
  });
  const [output = ''] = node.outputs;
  const size = shapes.get(output)?.reduce((product, dim) => product * dim, 1);
  if (size === undefined || size > LONGEST_FOLDED) return;
  const values = foldIntegers(node, shapes, integers);
  if (values !== undefined) integers.set(output, values);
}

/**
 * The program with the sizes of its inputs fixed, e.g. `{ input: [32, 3, 64, 64] }`.
 * @throws RangeError where there is no such input, or its declared shape is another.
 */
export function withInputShapes(
  program: Program,
  shapes: Readonly<Record<string, readonly number[]>>,
): Program {
  for (const [name, shape] of Object.entries(shapes)) {
    const input = program.inputs.find((value) => value.name === name);
    if (input === undefined) throw new RangeError(`${program.name} has no input ${name}.`);
    const fits =
      input.shape === undefined ||
      (input.shape.length === shape.length &&
        input.shape.every((dim, axis) => typeof dim === 'string' || dim === shape[axis]));
    if (!fits) {
      throw new RangeError(
        `Input ${name} of ${program.name} has the shape [${input.shape.join(', ')}], which [${shape.join(', ')}] does not fit.`,
      );
    }
  }
  return {
    ...program,
    inputs: program.inputs.map((input) => ({ ...input, shape: shapes[input.name] ?? input.shape })),
    outputs: program.outputs.map((output) => ({ ...output, shape: undefined })),
  };
}
