import type { Attributes, Node } from '../program.js';
import type { ProgramBuilder } from '../programBuilder.js';
import type { Shape } from '../shapeRules.js';

/** A program that cannot be computed in float64; the message names the operators. */
export class NoFloat64Error extends Error {
  override readonly name = 'NoFloat64Error';
}

/** A shape with undefined for sizes that are free, such as that of the batch. */
export type PartialShape = readonly (number | undefined)[];

/** What is known of the program that is rewritten. */
export interface Known {
  /** Undefined where not even the rank is known. */
  readonly shape: (tensor: string) => PartialShape | undefined;
  /** Numbers of a short tensor; undefined for those that depend on what is free. */
  readonly constant: (tensor: string) => readonly (number | undefined)[] | undefined;
}

/** Writes what stands in for one node in float64: formulas of operators that have a float64 kernel. */
export class Float64Builder {
  readonly program: ProgramBuilder;
  readonly node: Node;
  readonly #known: Known;

  constructor(program: ProgramBuilder, node: Node, known: Known) {
    this.program = program;
    this.node = node;
    this.#known = known;
  }

  /** The input at this place; '' where it is left out. */
  input(index: number): string {
    return this.node.inputs[index] ?? '';
  }

  op(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.program.op(op, inputs, attributes, { name: `${this.node.name}/${op.toLowerCase()}` });
  }

  /** Number by number; numbers among the operands become scalars. */
  add = (a: string, b: string | number): string => this.op('Add', [a, this.#operand(b)]);
  sub = (a: string | number, b: string | number): string =>
    this.op('Sub', [this.#operand(a), this.#operand(b)]);
  mul = (a: string, b: string | number): string => this.op('Mul', [a, this.#operand(b)]);
  div = (a: string | number, b: string | number): string =>
    this.op('Div', [this.#operand(a), this.#operand(b)]);
  max = (a: string, b: string | number): string => this.op('Max', [a, this.#operand(b)]);
  min = (a: string, b: string | number): string => this.op('Min', [a, this.#operand(b)]);
  exp = (a: string): string => this.op('Exp', [a]);
  square = (a: string): string => this.mul(a, a);
  /** `a` where x > bound, else `b`. */
  whereGreater = (x: string, bound: number, a: string, b: string): string =>
    this.op('Where', [this.op('Greater', [x, this.#operand(bound)]), a, b]);

  reshape(a: string, shape: readonly number[]): string {
    return this.op('Reshape', [a, this.ints(shape)]);
  }

  sum(terms: readonly string[]): string {
    const [first, ...rest] = terms;
    if (first === undefined) throw new RangeError('A sum needs a term.');
    return rest.length === 0 ? first : this.op('Sum', terms);
  }

  ints(values: readonly number[]): string {
    return this.program.ints(values);
  }

  /** Ends with this operator, whose output is the node's own. */
  finish(op: string, inputs: readonly string[], attributes: Attributes = {}): void {
    this.program.push({ ...this.node, op, inputs, outputs: this.node.outputs.slice(0, 1), attributes });
  }

  /** The shape of a tensor, of which at least the rank is known. @throws NoFloat64Error */
  shape(tensor: string): PartialShape {
    return this.#known.shape(tensor) ?? this.refuse(`the rank of ${tensor} is not known`);
  }

  /** The sizes of a tensor behind batch and channels. @throws NoFloat64Error where one is free. */
  space(tensor: string): Shape {
    const space = this.shape(tensor).slice(2);
    return space.map((size) => size ?? this.refuse(`the size of ${tensor} is not known`));
  }

  /** The numbers of a tensor that is known beforehand; undefined for those that depend on what is free. */
  partlyConstant(tensor: string): readonly (number | undefined)[] | undefined {
    return this.#known.constant(tensor);
  }

  /** The numbers of a tensor that is known beforehand. */
  constant(tensor: string): readonly number[] | undefined {
    const values = this.partlyConstant(tensor);
    return values?.every((value) => value !== undefined) === true ? values : undefined;
  }

  /** @throws NoFloat64Error with this reason */
  refuse(reason: string): never {
    const { op, name } = this.node;
    throw new NoFloat64Error(`${op} (node ${name}) cannot be computed in float64: ${reason}.`);
  }

  #operand(value: string | number): string {
    return typeof value === 'number' ? this.program.scalar(value, 'float64') : value;
  }
}
