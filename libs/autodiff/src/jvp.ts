import {
  elementTypes,
  ProgramBuilder,
  prune,
  upgradeOpset,
  withOutputs,
  type Node,
  type Program,
} from '@oblique/onnx';
import { activity, isReal } from './activity.js';
import { Formula } from './formula.js';
import type { Tangent } from './jvpRule.js';
import { JVP_RULES } from './jvpRules.js';
import { UnsupportedOperatorError, type Unsupported } from './unsupportedOperatorError.js';

export interface JvpOptions {
  /** Inputs of the program with respect to which it is differentiated. */
  readonly wrt: readonly string[];
  /** Tensors that are differentiated, inner ones included. */
  readonly outputs: readonly string[];
}

/** Operators that a tangent can pass. */
const DIFFERENTIABLE = Object.keys(JVP_RULES).filter((op) => JVP_RULES[op]?.kind !== 'refused');

/** The name of the tangent of a tensor at the border of a {@link jvp} program. */
export const tangentName = (name: string): string => `tangent/${name}`;

/**
 * Forward-mode differentiation: the Jacobian-vector product of a program as a program (Wengert 1964; as in JAX's jvp).
 *
 * The result has the inputs of `program` and, for each `x` in `wrt`, an input `tangent/x` of the same type and shape;
 * its outputs are, for each `y` in `outputs`, `y` itself and `tangent/y = Σₓ ∂y/∂x · tangent/x`, of the shape of `y`.
 * What does not depend on `wrt` stays as it was; whole numbers and truth values carry no tangent. At a kink the derivative
 * is that of PyTorch: 0 for ReLU at 0 and for bounds that are reached, the mean over ties for maxima and minima, the first
 * of the tied elements for max-pooling, 0 for norms of zeros.
 *
 * @param rules The table; another only where rules themselves are tested.
 * @throws UnsupportedOperatorError where an operator on a path from `wrt` to `outputs` has no rule, or none for the
 *   input, attribute or output that it is used with, before anything is built.
 * @throws RangeError where `wrt` or `outputs` names no such tensor.
 */
export function jvp(program: Program, { wrt, outputs }: JvpOptions, rules = JVP_RULES): Program {
  const source = withOutputs(upgradeOpset(program), outputs);
  for (const name of wrt) {
    if (!source.inputs.some((input) => input.name === name)) {
      throw new RangeError(
        `${program.name} has no input ${name}; it has ${source.inputs.map((input) => input.name).join(', ')}.`,
      );
    }
  }
  const { rules: passed, unsupported } = activity(source, wrt, rules);
  if (unsupported.length > 0) throw new UnsupportedOperatorError(distinct(unsupported), DIFFERENTIABLE);

  const builder = ProgramBuilder.extending({ ...source, nodes: [] }, { reserved: source.nodes });
  const formula = new Formula(builder, elementTypes(source));
  const tangents = new Map<string, Tangent>();
  for (const name of wrt) {
    const input = source.inputs.find((value) => value.name === name);
    if (input === undefined) continue;
    const tangent = builder.input(tangentName(name), input.dtype, input.shape);
    tangents.set(name, formula.declare(tangent, input.dtype));
  }
  for (const node of source.nodes) {
    const entry = passed.get(node);
    if (entry === undefined) {
      formula.push(node);
      continue;
    }
    const dx = node.inputs.map((input) => tangents.get(input));
    if (dx.every((tangent) => tangent === undefined)) {
      formula.push(node);
      continue;
    }
    const primal = withOutputCount(node, entry.outputs, builder);
    formula.push(primal);
    formula.within(tangentName(node.name));
    const dy = entry.rule(formula, { node: primal, x: primal.inputs, y: primal.outputs }, dx);
    node.outputs.forEach((output, index) => {
      if (output !== '' && isReal(formula.dtype(output))) tangents.set(output, dy[index]);
    });
  }

  for (const { name, dtype, shape } of source.outputs) {
    builder.output(name, dtype, shape);
    const tangent = tangents.get(name) ?? formula.zerosLike(name);
    builder.push({
      name: tangentName(name),
      op: 'Identity',
      domain: '',
      inputs: [tangent],
      outputs: [tangentName(name)],
      attributes: {},
    });
    builder.output(tangentName(name), dtype, shape);
  }
  return prune(builder.build());
}

/**
 * The operators of `program`, which is in a current operator set, on paths from `wrt` to its outputs that cannot be
 * differentiated: the first node of each.
 */
export function unsupportedNodes(program: Program, wrt: Iterable<string>): Node[] {
  const first = new Map<string, Node>();
  for (const { node } of activity(program, wrt, JVP_RULES).unsupported) {
    const key = `${node.domain}:${node.op}`;
    if (!first.has(key)) first.set(key, node);
  }
  return [...first.values()];
}

/** One problem an operator and reason, the first. */
function distinct(problems: readonly Unsupported[]): Unsupported[] {
  const seen = new Set<string>();
  return problems.filter(({ node, reason = '' }) => {
    const key = `${node.domain}:${node.op}:${reason}`;
    return !seen.has(key) && seen.add(key);
  });
}

function withOutputCount(node: Node, count: number, builder: ProgramBuilder): Node {
  const outputs = Array.from(
    { length: Number.isFinite(count) ? Math.max(count, node.outputs.length) : node.outputs.length },
    (_, index) => {
      const output = node.outputs[index] ?? '';
      return output !== '' || index >= count ? output : builder.fresh(`${node.name}/output${index}`);
    },
  );
  return { ...node, outputs };
}
