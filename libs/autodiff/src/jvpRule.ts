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

/** A rule, and how many outputs of its operator it needs (e.g. MaxPool's Indices). */
export interface JvpEntry {
  readonly rule: JvpRule;
  readonly outputs: number;
}
