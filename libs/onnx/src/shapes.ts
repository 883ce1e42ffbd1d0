import { toNumbers, type NdArray } from '@oblique/arrays';
import { foldConstant, type Constant } from './constantFolding.js';
import type { Node, Program } from './program.js';
import { withinDoubles } from './readNode.js';
import { SHAPE_RULES, type Integers, type Shape } from './shapeRules.js';

/** Longest tensor whose values are followed through the program: shapes, axes and bounds are short. */
const LONGEST_FOLDED = 64;

/** What is known of a program's tensors before it runs. */
export interface Inferred {
  readonly shapes: ReadonlyMap<string, Shape>;
  /** Values of short tensors of whole numbers: shapes, axes, bounds; at most ±(2^53 − 1). */
  readonly integers: ReadonlyMap<string, Integers>;
  /** Values of short tensors of any type. */
  readonly constants: ReadonlyMap<string, Constant>;
}

/**
 * The shape of every tensor that follows from the shapes of the inputs, weights and operators, arithmetic on shapes
 * included. Tensors whose size depends on data or on an input's free axis are left out, as are those behind operators
 * without a rule.
 */
export function inferShapes(program: Program): Inferred {
  const shapes = new Map<string, Shape>();
  const constants = new Map<string, Constant>();
  for (const { name, shape } of program.inputs) {
    if (shape?.every((dim) => typeof dim === 'number')) shapes.set(name, shape);
  }
  for (const [name, value] of program.initializers) {
    shapes.set(name, value.shape);
    const short = shortConstant(value);
    if (short !== undefined) constants.set(name, short);
  }
  for (const node of program.nodes) inferNode(node, program, shapes, constants);
  const integers = new Map(
    [...constants].flatMap(([name, constant]) => {
      const values = integersOf(constant);
      return values === undefined ? [] : [[name, values] as const];
    }),
  );
  return { shapes, integers, constants };
}

function shortConstant(value: NdArray): Constant | undefined {
  if (value.data.length > LONGEST_FOLDED) return undefined;
  switch (value.dtype) {
    case 'float16':
      return { dtype: 'float32', values: [...toNumbers(value)] };
    case 'float32':
    case 'float64':
      return { dtype: value.dtype, values: [...value.data] };
    default:
      return { dtype: value.dtype, values: Array.from(value.data, BigInt) };
  }
}

function integersOf({ values }: Constant): Integers | undefined {
  return values.every((value) => typeof value === 'bigint') ? values.map(withinDoubles) : undefined;
}

function inferNode(
  node: Node,
  { initializers }: Program,
  shapes: Map<string, Shape>,
  constants: Map<string, Constant>,
): void {
  if (node.domain !== '' || !Object.hasOwn(SHAPE_RULES, node.op)) return;
  const shape = (index: number): Shape | undefined => shapes.get(node.inputs[index] ?? '');
  const constant = (index: number): Constant | undefined => constants.get(node.inputs[index] ?? '');
  const inferred = SHAPE_RULES[node.op]?.({
    node,
    shape,
    integers: (index) => {
      const known = constant(index);
      return known && integersOf(known);
    },
    constant: (index) => {
      const value = initializers.get(node.inputs[index] ?? '');
      return value === undefined ? constant(index)?.values.map(Number) : [...toNumbers(value)];
    },
  });
  node.outputs.forEach((output, index) => {
    const known = inferred?.[index];
    if (output !== '' && known !== undefined) shapes.set(output, known);
  });
  const [output = ''] = node.outputs;
  const size = shapes.get(output)?.reduce((product, dim) => product * dim, 1);
  if (size === undefined || size > LONGEST_FOLDED) return;
  const values = foldConstant({ node, shape, constant, size });
  if (values !== undefined) constants.set(output, values);
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
