import type { Node, Shape } from '@oblique/onnx';
import type { Formula } from './formula.js';
import type { Places, Tangent } from './jvpRule.js';

/** One linear use of a tensor: the node, and the place among its inputs in which it is linear. */
export interface LinearUse {
  readonly node: Node;
  readonly input: number;
  /** Shape of that input. */
  readonly shape: Shape;
  /** Shape of any tensor of the linearised program. */
  readonly shapeOf: (tensor: string) => Shape;
  /** Values of a tensor of shapes, axes or bounds. */
  readonly integersOf: (tensor: string) => readonly number[];
}

/**
 * The transpose of one linear operator: from the cotangents of its outputs, at least one of them not zero and each of
 * its output's shape, to the cotangent of one input, which must have exactly that input's shape.
 */
export type TransposeRule = (f: Formula, use: LinearUse, g: readonly Tangent[]) => string;

/** A transpose, and the inputs of its operator that may depend on what is transposed. */
export interface TransposeEntry {
  readonly rule: TransposeRule;
  readonly inputs: Places;
}
