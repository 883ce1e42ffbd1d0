import {
  elementTypes,
  inferShapes,
  ProgramBuilder,
  prune,
  type Node,
  type Program,
  type Shape,
} from '@oblique/onnx';
import { Formula } from './formula.js';
import { jvp, tangentName } from './jvp.js';
import { includes, type JvpEntry } from './jvpRule.js';
import { JVP_RULES } from './jvpRules.js';
import { at } from './ruleMakers.js';
import { filled } from './transposeMakers.js';
import type { TransposeEntry } from './transposeRule.js';
import { TRANSPOSE_RULES } from './transposeRules.js';
import { UnsupportedOperatorError } from './unsupportedOperatorError.js';

export interface GradientOptions {
  /** The tensor that is differentiated; it has one element. */
  readonly loss: string;
  /** Inputs of the program with respect to which it is differentiated. */
  readonly wrt: readonly string[];
}

/** What derivatives are made of. */
export interface DerivativeTables {
  readonly rules: Readonly<Record<string, JvpEntry>>;
  readonly transposes: Readonly<Record<string, TransposeEntry>>;
}

/** The name of the gradient with respect to an input of a {@link gradient} program. */
export const gradientName = (input: string): string => `gradient/${input}`;

/**
 * Reverse-mode differentiation as the transpose of the linearised program (Radul et al. 2022, "You Only Linearize
 * Once"): {@link jvp} gives a program that is linear in the tangents; its linear operators are run backwards by their
 * transposes, from the cotangent 1 of the loss. There are no rules for reverse mode beside those.
 *
 * The result has the inputs and outputs of `program` and, for each `x` in `wrt`, the output `gradient/x = ∂loss/∂x` of
 * the shape and element type of `x`, zero where the loss does not depend on it.
 *
 * @param program Its inputs have fixed shapes (see `withInputShapes`), because what was broadcast must be known.
 * @param tables Other tables only where rules themselves are tested.
 * @throws UnsupportedOperatorError where an operator between `wrt` and the loss has no rule, before anything is built.
 * @throws RangeError where `wrt` or `loss` names no such tensor, the loss has more than one element, or a shape does
 *   not follow from those of the inputs.
 */
export function gradient(
  program: Program,
  { loss, wrt }: GradientOptions,
  { rules = JVP_RULES, transposes = TRANSPOSE_RULES }: Partial<DerivativeTables> = {},
): Program {
  const names = program.outputs.map(({ name }) => name);
  const linearised = jvp(program, { wrt, outputs: [...new Set([...names, loss])] }, rules);
  const { shapes, integers } = inferShapes(linearised);
  const shapeOf = (tensor: string): Shape => known(program, shapes.get(tensor), tensor);
  if (shapeOf(loss).some((size) => size !== 1)) {
    throw new RangeError(
      `The loss ${loss} has the shape [${shapeOf(loss).join(', ')}]; it must be one number.`,
    );
  }

  const [primal, linear] = parted(linearised, new Set(wrt.map(tangentName)), tangentName(loss));
  const tangents = new Set([
    ...wrt.map(tangentName),
    ...linear.flatMap(({ outputs }) => outputs.filter((output) => output !== '')),
  ]);
  const unsupported = linear
    .filter((node) => !isTransposed(node, tangents, transposes))
    .map((node) => ({ node }));
  if (unsupported.length > 0) throw new UnsupportedOperatorError(unsupported, Object.keys(transposes));

  const inputs = linearised.inputs.filter(({ name }) => !wrt.some((x) => tangentName(x) === name));
  const builder = ProgramBuilder.extending({ ...linearised, inputs, nodes: primal }, { reserved: linear });
  const f = new Formula(builder, elementTypes(linearised));
  const cotangents = new Cotangents(f);
  cotangents.add(tangentName(loss), filled(f, 1, loss, shapeOf(loss)));
  for (const node of linear.toReversed()) {
    const g = node.outputs.map((output) => cotangents.sum(output));
    if (g.every((cotangent) => cotangent === undefined)) continue;
    f.within(`cotangent/${node.name}`);
    node.inputs.forEach((tensor, input) => {
      if (!tangents.has(tensor)) return;
      const use = {
        node,
        input,
        shape: shapeOf(tensor),
        shapeOf,
        integersOf: (name: string) => known(program, integers.get(name), name),
      };
      const entry = transposes[node.op];
      if (entry !== undefined) cotangents.add(tensor, entry.rule(f, use, g));
    });
  }

  for (const output of program.outputs) builder.output(output.name, output.dtype, output.shape);
  if (!names.includes(loss)) builder.output(loss, f.dtype(loss), shapeOf(loss));
  for (const x of wrt) {
    const shape = shapeOf(x);
    const total = cotangents.sum(tangentName(x)) ?? filled(f, 0, x, shape);
    builder.op('Identity', [total], {}, { output: gradientName(x) });
    builder.output(gradientName(x), f.dtype(x), shape);
  }
  return prune(builder.build());
}

/** Whether there is a transpose for this node in every input that is a tangent. */
function isTransposed(
  { op, domain, inputs }: Node,
  tangents: ReadonlySet<string>,
  transposes: DerivativeTables['transposes'],
): boolean {
  const entry = domain === '' && Object.hasOwn(transposes, op) ? transposes[op] : undefined;
  return (
    entry !== undefined &&
    inputs.every((input, place) => !tangents.has(input) || includes(entry.inputs, place))
  );
}

/** The nodes that do not depend on the tangents, and those that do and that the loss's tangent depends on. */
function parted({ nodes }: Program, tangents: Set<string>, loss: string): readonly [Node[], Node[]] {
  const primal: Node[] = [];
  const dependent: Node[] = [];
  for (const node of nodes) {
    const depends = node.inputs.some((input) => tangents.has(input));
    if (depends) for (const output of node.outputs) if (output !== '') tangents.add(output);
    (depends ? dependent : primal).push(node);
  }
  const needed = new Set([loss]);
  const linear = dependent
    .toReversed()
    .filter((node) => {
      const used = node.outputs.some((output) => needed.has(output));
      if (used) for (const input of node.inputs) needed.add(input);
      return used;
    })
    .reverse();
  return [primal, linear];
}

/** What is known of the cotangent of every tangent: the terms of a sum, one for each use. */
class Cotangents {
  readonly #f: Formula;
  readonly #terms = new Map<string, string[]>();

  constructor(f: Formula) {
    this.#f = f;
  }

  add(tangent: string, term: string): void {
    const terms = this.#terms.get(tangent);
    if (terms === undefined) this.#terms.set(tangent, [term]);
    else terms.push(term);
  }

  /** The sum of all terms so far; undefined where there are none. */
  sum(tangent: string): string | undefined {
    const terms = this.#terms.get(tangent);
    if (terms === undefined) return undefined;
    return terms.length === 1 ? at(terms, 0) : this.#f.op('Sum', terms);
  }
}

function known<T>(program: Program, value: T | undefined, tensor: string): T {
  if (value !== undefined) return value;
  throw new RangeError(
    `The shape of ${tensor} does not follow from the inputs of ${program.name}. Give every input a fixed shape (withInputShapes), the batch included.`,
  );
}
