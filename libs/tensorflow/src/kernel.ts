import type { Node, Shape } from '@oblique/onnx';
import type * as TensorFlow from '@tensorflow/tfjs-core';

/** TensorFlow.js with a backend. */
export type Tf = typeof TensorFlow;
export type Tensor = TensorFlow.Tensor;

/** What a kernel is given: the node, its inputs and what is known of them beforehand. */
export interface KernelContext {
  readonly tf: Tf;
  readonly node: Node;
  /** An input; whole numbers are int32, truth values bool. */
  readonly x: (index: number) => Tensor;
  /** Whether the input is there. */
  readonly has: (index: number) => boolean;
  /** Values of an input that holds shapes, axes or bounds. */
  readonly integers: (index: number) => readonly number[];
  /** Shape of an output. */
  readonly shape: (index: number) => Shape;
}

/** One operator on TensorFlow.js: the outputs in order. */
export type Kernel = (context: KernelContext) => readonly Tensor[];
