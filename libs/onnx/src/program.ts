import type { DType, NdArray } from '@oblique/arrays';
import type { GraphProto } from './generated/onnx.js';

/** A size of one axis: a number, or the name of a size that is free (the same name, the same size). */
export type Dim = number | string;

/** A named tensor at the program's border. `shape` is undefined where not even the rank is declared. */
export interface Value {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly Dim[] | undefined;
}

/**
 * An attribute of a node, with its ONNX type. Whole numbers beyond ±(2^53 − 1), which ONNX uses for "to the end", are
 * held as that: no axis is as long. Subgraphs (of If, Loop, Scan) are kept as they were read; they use tensors of the
 * program by name (see `usesOf`). Other kinds are kept as bytes.
 */
export type Attribute =
  | { readonly type: 'int'; readonly value: number }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'ints'; readonly value: readonly number[] }
  | { readonly type: 'floats'; readonly value: readonly number[] }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'tensor'; readonly value: NdArray }
  | { readonly type: 'graph'; readonly value: GraphProto }
  | { readonly type: 'opaque'; readonly value: Uint8Array };

export type Attributes = Readonly<Record<string, Attribute>>;

/** One operation. `''` among the inputs or outputs stands for one left out; domain `''` is ONNX's own. */
export interface Node {
  readonly name: string;
  readonly op: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

/**
 * An ONNX program: a graph in single-assignment form, nodes in topological order.
 * Programs are never changed; every transformation gives a new one that shares the tensors.
 */
export interface Program {
  readonly name: string;
  /** Version of ONNX's own operator set. */
  readonly opset: number;
  /** Versions of further operator sets by domain. */
  readonly domains: ReadonlyMap<string, number>;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly initializers: ReadonlyMap<string, NdArray>;
  readonly nodes: readonly Node[];
  /** Free key-value pairs (`metadata_props`). */
  readonly metadata: ReadonlyMap<string, string>;
}

export const int = (value: number): Attribute => ({ type: 'int', value });
export const float = (value: number): Attribute => ({ type: 'float', value });
export const string = (value: string): Attribute => ({ type: 'string', value });
export const ints = (value: readonly number[]): Attribute => ({ type: 'ints', value });
export const floats = (value: readonly number[]): Attribute => ({ type: 'floats', value });
export const tensor = (value: NdArray): Attribute => ({ type: 'tensor', value });

/** The whole-number attribute `name` of `node`, or the operator's default. */
export function intAttribute(node: Node, name: string, otherwise: number): number {
  const attribute = node.attributes[name];
  return attribute?.type === 'int' ? attribute.value : otherwise;
}

/** The real attribute `name` of `node`, or the operator's default. */
export function floatAttribute(node: Node, name: string, otherwise: number): number {
  const attribute = node.attributes[name];
  return attribute?.type === 'float' ? attribute.value : otherwise;
}

/** The text attribute `name` of `node`, or the operator's default. */
export function stringAttribute(node: Node, name: string, otherwise: string): string {
  const attribute = node.attributes[name];
  return attribute?.type === 'string' ? attribute.value : otherwise;
}

/** The list attribute `name` of `node`; undefined where it is left out. */
export function intsAttribute(node: Node, name: string): readonly number[] | undefined {
  const attribute = node.attributes[name];
  return attribute?.type === 'ints' ? attribute.value : undefined;
}
