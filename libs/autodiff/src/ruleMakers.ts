import type { Formula } from './formula.js';
import type { JvpEntry, JvpRule, Primals, Tangent } from './jvpRule.js';

/** The tensor at this place; '' where it is left out. */
export const at = (names: readonly string[], index: number): string => names[index] ?? '';

/** A plain rule. */
export const rule = (body: JvpRule, outputs = 1): JvpEntry => ({ rule: body, outputs });

/** The derivative is zero everywhere it exists: comparisons, rounding, shapes, indices. */
export const zero: JvpEntry = rule((_f, { y }) => y.map(() => undefined));

/** Linear in its first input: the same operator acts on the tangent; further inputs (shapes, axes) stay. */
export const linear: JvpEntry = rule((f, { node, x }, [dx]) => {
  if (dx === undefined) return node.outputs.map(() => undefined);
  const inputs = [dx, ...x.slice(1)];
  return node.outputs.length === 1 ? [f.again(node, inputs)] : f.againAll(node, inputs);
});

/** Linear in all its inputs together, which have the same rank and are not broadcast: Concat. */
export const multilinear: JvpEntry = rule((f, { node, x }, dx) => [
  f.again(
    node,
    x.map((input, index) => dx[index] ?? f.zerosLike(input)),
  ),
]);

/** Element by element: `dy = f′(x) dx`. */
export const elementwise = (
  derivative: (f: Formula, x: string, y: string, primals: Primals) => string,
): JvpEntry =>
  rule((f, primals, [dx]) =>
    dx === undefined ? [undefined] : [f.mul(dx, derivative(f, at(primals.x, 0), at(primals.y, 0), primals))],
  );

/** Element by element, where `dy` is `dx` on a set and 0 off it. */
export const masked = (mask: (f: Formula, x: string, y: string, primals: Primals) => string): JvpEntry =>
  rule((f, primals, [dx]) =>
    dx === undefined ? [undefined] : [f.where(mask(f, at(primals.x, 0), at(primals.y, 0), primals), dx, 0)],
  );

/** Linear in each of its first two inputs: the product rule `d(ab) = da·b + a·db`. */
export const bilinear: JvpEntry = rule((f, { node, x }, [da, db]) => [
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
