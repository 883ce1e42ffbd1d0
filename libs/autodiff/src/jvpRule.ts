import type { Node } from '@oblique/onnx';
import type { Formula } from './formula.js';

/** The name of a tangent; undefined where it is zero. */
export type Tangent = string | undefined;

/** What a rule is given: the node, its tensors, and the tangents of its inputs. */
export interface Primals {
  readonly node: Node;
  /** Inputs; '' where left out. */
  readonly x: readonly string[];
  /** Outputs, already computed. */
  readonly y: readonly string[];
}

/**
 * The derivative of one operator: from the tangents of the inputs, at least one of them not zero, to those of the
 * outputs. What it adds to the program must be linear in the tangents.
 */
export type JvpRule = (f: Formula, primals: Primals, dx: readonly Tangent[]) => readonly Tangent[];

/** The inputs that a rule differentiates in: their places, or all. */
export type Places = readonly number[] | 'all';

/** What is known of an operator's derivative. */
export type JvpEntry =
  | {
      readonly kind: 'rule';
      readonly rule: JvpRule;
      /** A tangent that arrives at another input is an error. */
      readonly differentiates: Places;
      /** How many outputs the rule needs and gives tangents of (e.g. MaxPool's Indices); those behind have none. */
      readonly outputs: number;
      /** Why the rule does not hold for a node; undefined where it does. */
      readonly except?: (node: Node) => string | undefined;
    }
  /** Zero in every input, wherever there is a derivative: comparisons, rounding, shapes, indices. */
  | { readonly kind: 'zero' }
  /** There is none to give. */
  | { readonly kind: 'refused'; readonly reason: string };

/** Whether this place is among them. */
export const includes = (places: Places, place: number): boolean =>
  places === 'all' || places.includes(place);
