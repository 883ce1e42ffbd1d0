import {
  elementTypes,
  ProgramBuilder,
  prune,
  upgradeOpset,
  usesOf,
  withOutputs,
  type Node,
  type Program,
} from '@oblique/onnx';
import { Formula } from './formula.js';
import type { JvpEntry, Tangent } from './jvpRule.js';
import { JVP_RULES } from './jvpRules.js';
import { UnsupportedOperatorError } from './unsupportedOperatorError.js';

export interface JvpOptions {
  /** Inputs of the program with respect to which it is differentiated. */
  readonly wrt: readonly string[];
  /** Tensors that are differentiated, inner ones included. */
  readonly outputs: readonly string[];
}

/** The name of the tangent of a tensor at the border of a {@link jvp} program. */
export const tangentName = (name: string): string => `tangent/${name}`;

/**
 * Forward-mode differentiation: the Jacobian-vector product of a program as a program (Wengert 1964; as in JAX's jvp).
 *
 * The result has the inputs of `program` and, for each `x` in `wrt`, an input `tangent/x` of the same type and shape;
 * its outputs are, for each `y` in `outputs`, `y` itself and `tangent/y = Σₓ ∂y/∂x · tangent/x`, of the shape of `y`.
 * What does not depend on `wrt` stays as it was. At a kink the derivative is that of PyTorch: 0 for ReLU at 0, the mean
 * over ties for maxima and minima, the first of the tied elements for max-pooling.
 *
 * @throws UnsupportedOperatorError where an operator on a path from `wrt` to `outputs` has no rule, before anything
 *   is built.
 * @throws RangeError where `wrt` or `outputs` names no such tensor.
 */
export function jvp(program: Program, { wrt, outputs }: JvpOptions): Program {
  const source = withOutputs(upgradeOpset(program), outputs);
  for (const name of wrt) {
    if (!source.inputs.some((input) => input.name === name)) {
      throw new RangeError(
        `${program.name} has no input ${name}; it has ${source.inputs.map((input) => input.name).join(', ')}.`,
      );
    }
  }
  const rules = rulesOf(source, new Set(wrt));

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
    const entry = rules.get(node);
    if (entry === undefined) {
      formula.push(node);
      continue;
    }
    const primal = withOutputCount(node, entry.outputs, builder);
    formula.push(primal);
    formula.within(tangentName(node.name));
    const dx = node.inputs.map((input) => tangents.get(input));
    if (dx.every((tangent) => tangent === undefined)) continue;
    const dy = entry.rule(formula, { node: primal, x: primal.inputs, y: primal.outputs }, dx);
    node.outputs.forEach((output, index) => tangents.set(output, dy[index]));
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
 * The operators of `program` on paths from `wrt` to its outputs that have no derivative rule: the first node of each.
 */
export function unsupportedNodes(program: Program, wrt: Iterable<string>): Node[] {
  const first = new Map<string, Node>();
  for (const node of dependentNodes(program, new Set(wrt))) {
    if (ruleOf(node) === undefined && !first.has(`${node.domain}:${node.op}`))
      first.set(`${node.domain}:${node.op}`, node);
  }
  return [...first.values()];
}

function rulesOf(program: Program, wrt: ReadonlySet<string>): Map<Node, JvpEntry> {
  const unsupported = unsupportedNodes(program, wrt);
  if (unsupported.length > 0) throw new UnsupportedOperatorError(unsupported, Object.keys(JVP_RULES));
  return new Map(
    dependentNodes(program, wrt).flatMap((node) => {
      const entry = ruleOf(node);
      return entry === undefined ? [] : [[node, entry] as const];
    }),
  );
}

function ruleOf(node: Node): JvpEntry | undefined {
  if (node.domain !== '' || !Object.hasOwn(JVP_RULES, node.op)) return undefined;
  const training = node.attributes['training_mode'];
  if (node.op === 'BatchNormalization' && training?.type === 'int' && training.value !== 0) return undefined;
  return JVP_RULES[node.op];
}

function dependentNodes(program: Program, wrt: ReadonlySet<string>): Node[] {
  const dependent = new Set(wrt);
  return program.nodes.filter((node) => {
    const depends = usesOf(node).some((input) => dependent.has(input));
    if (depends) for (const output of node.outputs) if (output !== '') dependent.add(output);
    return depends;
  });
}

function withOutputCount(node: Node, count: number, builder: ProgramBuilder): Node {
  const outputs = Array.from({ length: Math.max(count, node.outputs.length) }, (_, index) => {
    const output = node.outputs[index] ?? '';
    return output !== '' || index >= count ? output : builder.fresh(`${node.name}/output${index}`);
  });
  return { ...node, outputs };
}
