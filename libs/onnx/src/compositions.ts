import { floatAttribute, intAttribute, intsAttribute, type Attributes, type Node } from './program.js';
import type { ProgramBuilder } from './programBuilder.js';

/** Adds the operators that the node stands for, the last of which makes its output. */
type Composition = (b: ProgramBuilder, node: Node) => void;

/**
 * A composition as a formula: `op` adds an inner operator, `number` makes one of the type of x, and what is returned
 * makes the output.
 */
const formula =
  (
    body: (
      node: Node,
      x: string,
      op: (name: string, inputs: readonly string[], attributes?: Attributes) => string,
      number: (value: number) => string,
      b: ProgramBuilder,
    ) => readonly [op: string, inputs: readonly string[]],
  ): Composition =>
  (b, node) => {
    const op = (name: string, inputs: readonly string[], attributes: Attributes = {}): string =>
      b.op(name, inputs, attributes, { name: `${node.name}/${name.toLowerCase()}` });
    const [x = ''] = node.inputs;
    const [last, inputs] = body(node, x, op, (value) => op('CastLike', [b.scalar(value), x]), b);
    b.push({ ...node, op: last, inputs, attributes: {} });
  };

/** `γ x / √(mean(x²) + ε)` over the axes from `axis` on. */
const rmsNormalization = formula((node, x, op, number, b) => {
  const axis = intAttribute(node, 'axis', -1);
  const scalar = (value: number): string => op('Squeeze', [b.ints([value])]);
  const axes =
    axis < 0
      ? b.ints(Array.from({ length: -axis }, (_, index) => axis + index))
      : op('Range', [scalar(axis), op('Size', [op('Shape', [x])]), scalar(1)]);
  const square = op('ReduceMean', [op('Mul', [x, x]), axes]);
  const root = op('Sqrt', [op('Add', [square, number(floatAttribute(node, 'epsilon', 1e-5))])]);
  return ['Mul', [op('Div', [x, root]), node.inputs[1] ?? '']];
});

/** `(x − μ) / (σ + 1e-9)`; the offset is ONNX's. */
const meanVarianceNormalization = formula((node, x, op, number, b) => {
  const axes = b.ints(intsAttribute(node, 'axes') ?? [0, 2, 3]);
  const centred = op('Sub', [x, op('ReduceMean', [x, axes])]);
  const deviation = op('Sqrt', [op('ReduceMean', [op('Mul', [centred, centred]), axes])]);
  return ['Div', [centred, op('Add', [deviation, number(1e-9)])]];
});

/** `x / ‖x‖`, and 0 where the norm is. */
const lpNormalization = formula((node, x, op, number, b) => {
  const axes = b.ints([intAttribute(node, 'axis', -1)]);
  const norm = op(intAttribute(node, 'p', 2) === 1 ? 'ReduceL1' : 'ReduceL2', [x, axes]);
  return ['Div', [x, op('Where', [op('Equal', [norm, number(0)]), number(1), norm])]];
});

/** Operators that are said in others, where that loses no speed: ONNX Runtime has no faster kernel for them. */
export const COMPOSITIONS = {
  RMSNormalization: rmsNormalization,
  MeanVarianceNormalization: meanVarianceNormalization,
  LpNormalization: lpNormalization,
} as const satisfies Readonly<Record<string, Composition>>;

/** The name of an operator that programs in a current operator set do not have. */
export type ComposedName = keyof typeof COMPOSITIONS | 'GroupNormalization';

export const isComposedName = (op: string): op is ComposedName =>
  op === 'GroupNormalization' || Object.hasOwn(COMPOSITIONS, op);
