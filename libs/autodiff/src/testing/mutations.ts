import type { Node } from '@oblique/onnx';
import type { DerivativeTables } from '../gradient.js';
import type { Formula } from '../formula.js';
import type { JvpEntry, JvpRule } from '../jvpRule.js';
import { JVP_RULES } from '../jvpRules.js';
import { TRANSPOSE_RULES } from '../transposeRules.js';
import type { TransposeEntry, TransposeRule } from '../transposeRule.js';
import { programsOf, type Truth } from './checkOperator.js';
import type { OperatorCase } from './operatorCases.js';

/** A table with one rule spoiled. */
export interface Mutation {
  readonly op: string;
  readonly what: string;
  readonly tables: Partial<DerivativeTables>;
  /** Whether it changes what is added to the program of any case. */
  readonly changes: (truths: readonly Truth[]) => boolean;
}

/** How a node that a rule adds is spoiled; undefined where there is nothing to spoil. */
const SPOILED: Readonly<Record<string, (node: Node) => Node>> = {
  Add: (node) => ({ ...node, op: 'Sub' }),
  Sub: (node) => ({ ...node, op: 'Add' }),
  Mul: (node) => ({ ...node, op: 'Div' }),
  Div: (node) => ({ ...node, op: 'Mul' }),
  Neg: (node) => ({ ...node, op: 'Identity' }),
  Sign: (node) => ({ ...node, op: 'Identity' }),
  Abs: (node) => ({ ...node, op: 'Identity' }),
  Sqrt: (node) => ({ ...node, op: 'Identity' }),
  Reciprocal: (node) => ({ ...node, op: 'Identity' }),
  Exp: (node) => ({ ...node, op: 'Identity' }),
  Log: (node) => ({ ...node, op: 'Identity' }),
  Sin: (node) => ({ ...node, op: 'Cos' }),
  Cos: (node) => ({ ...node, op: 'Sin' }),
  Sinh: (node) => ({ ...node, op: 'Cosh' }),
  Cosh: (node) => ({ ...node, op: 'Sinh' }),
  Tanh: (node) => ({ ...node, op: 'Identity' }),
  Sigmoid: (node) => ({ ...node, op: 'Tanh' }),
  Softplus: (node) => ({ ...node, op: 'Identity' }),
  Erf: (node) => ({ ...node, op: 'Identity' }),
  Greater: (node) => ({ ...node, op: 'Less' }),
  GreaterOrEqual: (node) => ({ ...node, op: 'Less' }),
  Less: (node) => ({ ...node, op: 'Greater' }),
  And: (node) => ({ ...node, op: 'Or' }),
  Max: (node) => ({ ...node, op: 'Min' }),
  ReduceSum: (node) => ({ ...node, op: 'ReduceMean' }),
  ReduceMean: (node) => ({ ...node, op: 'ReduceSum' }),
  ReduceProd: (node) => ({ ...node, op: 'ReduceSum' }),
  Where: ({ inputs: [condition = '', a = '', b = ''], ...node }) => ({ ...node, inputs: [condition, b, a] }),
  HardSigmoid: (node) => ({ ...node, attributes: {} }),
};

/** Runs a rule while the node of this number that it adds is spoiled; counts those that could be. */
function spoiling<T>(
  f: Formula,
  place: number,
  run: () => T,
): { readonly result: T; readonly count: number } {
  let count = 0;
  const push = f.push.bind(f);
  f.push = (node) => {
    const spoil = SPOILED[node.op];
    push(spoil !== undefined && count++ === place ? spoil(node) : node);
  };
  try {
    return { result: run(), count };
  } finally {
    f.push = push;
  }
}

const without = (node: Node, name: string): Node => ({
  ...node,
  attributes: Object.fromEntries(Object.entries(node.attributes).filter(([other]) => other !== name)),
});

type Rule = Extract<JvpEntry, { kind: 'rule' }>;

/** Every way in which the rules of the operator of these cases are spoiled. */
export function mutationsOf(op: string, cases: readonly OperatorCase[]): Mutation[] {
  const entry = JVP_RULES[op];
  const transpose = TRANSPOSE_RULES[op];
  const attributes = [...new Set(cases.flatMap((one) => Object.keys(one.attributes ?? {})))];
  const inputs = Math.max(...cases.map((one) => one.shapes.length + (one.between?.length ?? 0)));
  const forwards =
    entry?.kind !== 'rule'
      ? []
      : rulesSpoiled(entry, attributes, inputs).map(([what, rule]) =>
          mutation(op, what, { rules: { ...JVP_RULES, [op]: { ...entry, rule } } }),
        );
  const backwards =
    transpose === undefined
      ? []
      : transposesSpoiled(transpose, attributes).map(([what, rule]) =>
          mutation(op, `transposed: ${what}`, {
            transposes: { ...TRANSPOSE_RULES, [op]: { ...transpose, rule } },
          }),
        );
  return [...forwards, ...backwards];
}

function mutation(op: string, what: string, tables: Partial<DerivativeTables>): Mutation {
  const changes = (truths: readonly Truth[]): boolean =>
    truths.some((truth) => {
      try {
        const programs = programsOf(truth);
        return programsOf(truth, tables).some((program, index) => {
          const text = (nodes: readonly Node[] | undefined): string => JSON.stringify(nodes);
          return text(program.nodes) !== text(programs[index]?.nodes);
        });
      } catch {
        return true;
      }
    });
  return { op, what, tables, changes };
}

/** Nodes of a rule that are spoiled, at most: rules are short. */
const LONGEST_RULE = 24;

function rulesSpoiled(
  { rule, differentiates }: Rule,
  attributes: readonly string[],
  inputs: number,
): [string, JvpRule][] {
  const places = differentiates === 'all' ? [...new Array<number>(inputs).keys()] : differentiates;
  return [
    ...places.map((place): [string, JvpRule] => [
      `the tangent of input ${place} is dropped`,
      (f, primals, dx) => {
        const dropped = dx.map((tangent, index) => (index === place ? undefined : tangent));
        return dropped.every((tangent) => tangent === undefined)
          ? primals.y.map(() => undefined)
          : rule(f, primals, dropped);
      },
    ]),
    ...attributes.map((name): [string, JvpRule] => [
      `${name} is left out`,
      (f, primals, dx) => rule(f, { ...primals, node: without(primals.node, name) }, dx),
    ]),
    ...[...new Array<number>(LONGEST_RULE).keys()].map((place): [string, JvpRule] => [
      `node ${place} is spoiled`,
      (f, primals, dx) => spoiling(f, place, () => rule(f, primals, dx)).result,
    ]),
  ];
}

function transposesSpoiled(
  { rule }: TransposeEntry,
  attributes: readonly string[],
): [string, TransposeRule][] {
  return [
    ['the cotangent is dropped', (f, use, g) => f.mul(rule(f, use, g), 0)],
    ...attributes.map((name): [string, TransposeRule] => [
      `${name} is left out`,
      (f, use, g) => rule(f, { ...use, node: without(use.node, name) }, g),
    ]),
    ...[...new Array<number>(LONGEST_RULE).keys()].map((place): [string, TransposeRule] => [
      `node ${place} is spoiled`,
      (f, use, g) => spoiling(f, place, () => rule(f, use, g)).result,
    ]),
  ];
}
