import type { Node } from '@oblique/onnx';
import type { Formula } from './formula.js';
import { includes, type JvpEntry, type JvpRule, type Places, type Primals, type Tangent } from './jvpRule.js';

/** The tensor at this place; '' where it is left out. */
export const at = (names: readonly string[], index: number): string => names[index] ?? '';

type Rule = Extract<JvpEntry, { kind: 'rule' }>;

/** A plain rule, and the inputs that it differentiates in. */
export const rule = (differentiates: Places, body: JvpRule, outputs = 1): Rule => ({
  kind: 'rule',
  rule: body,
  differentiates,
  outputs,
});

/** The rule, but for nodes that `except` gives a reason against. */
export const except = (entry: Rule, reason: (node: Node) => string | undefined): Rule => ({
  ...entry,
  except: reason,
});

/** The derivative is zero everywhere it exists: comparisons, rounding, shapes, indices. */
export const zero: JvpEntry = { kind: 'zero' };

/** There is no derivative to give. */
export const refused = (reason: string): JvpEntry => ({ kind: 'refused', reason });

/** Linear in its first input: the same operator acts on the tangent; further inputs (shapes, axes) stay. */
export const linear: JvpEntry = rule(
  [0],
  (f, { node, x }, [dx]) => {
    if (dx === undefined) return node.outputs.map(() => undefined);
    const inputs = [dx, ...x.slice(1)];
    return node.outputs.length === 1 ? [f.again(node, inputs)] : f.againAll(node, inputs);
  },
  Infinity,
);

/** Linear in these inputs together, without broadcasting: tangents that are zero are zeros of their input's shape. */
export const multilinear = (differentiates: Places): Rule =>
  rule(differentiates, (f, { node, x }, dx) => [
    f.again(
      node,
      x.map((input, index) => (includes(differentiates, index) ? (dx[index] ?? f.zerosLike(input)) : input)),
    ),
  ]);

/** Element by element: `dy = f′(x) dx`. */
export const elementwise = (
  derivative: (f: Formula, x: string, y: string, primals: Primals) => string,
): JvpEntry =>
  rule([0], (f, primals, [dx]) =>
    dx === undefined ? [undefined] : [f.mul(dx, derivative(f, at(primals.x, 0), at(primals.y, 0), primals))],
  );

/** Element by element, where `dy` is `dx` on a set and 0 off it. */
export const masked = (mask: (f: Formula, x: string, y: string, primals: Primals) => string): JvpEntry =>
  rule([0], (f, primals, [dx]) =>
    dx === undefined ? [undefined] : [f.where(mask(f, at(primals.x, 0), at(primals.y, 0), primals), dx, 0)],
  );

/** Linear in each of its first two inputs: the product rule `d(ab) = da·b + a·db`. */
export const bilinear: JvpEntry = rule([0, 1], (f, { node, x }, [da, db]) => [
  total(f, [
    da === undefined ? undefined : f.again(node, [da, at(x, 1)]),
    db === undefined ? undefined : f.again(node, [at(x, 0), db]),
  ]),
]);

/** Sum of the terms that are not zero. */
export function total(f: Formula, terms: readonly Tangent[]): Tangent {
  return terms.reduce<Tangent>(
    (sum, term) => (sum === undefined || term === undefined ? (sum ?? term) : f.add(sum, term)),
    undefined,
  );
}

/** Sum of one term an input; where some are zero, the rest might not yet have the broadcast shape of `y`. */
export function broadcastTotal(f: Formula, terms: readonly Tangent[], y: string): Tangent {
  const sum = total(f, terms);
  return sum === undefined || terms.every((term) => term !== undefined) ? sum : f.expand(sum, y);
}
