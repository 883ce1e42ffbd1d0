import {
  dataTypeCode,
  int,
  outputType,
  type Attributes,
  type Node,
  type ProgramBuilder,
} from '@oblique/onnx';

/** Element type of a tensor. */
export type DType = NonNullable<ReturnType<typeof outputType>>;

/**
 * What stands for an infinite slope: times a tangent that has underflowed with its primal it is negligible, and times
 * one that moves it overflows when it is squared, and so is seen.
 */
const STEEPEST: Partial<Record<DType, number>> & { readonly float32: number } = {
  float16: 65504,
  float32: 1e30,
  float64: 1e200,
};

/**
 * Writes mathematics as nodes: each method adds one operator and returns the tensor's name, so that a derivative reads
 * as its formula. Numbers among the operands become scalars of the other operand's element type.
 */
export class Formula {
  readonly #builder: ProgramBuilder;
  readonly #types: Map<string, DType>;
  #scope = '';

  constructor(builder: ProgramBuilder, types: Map<string, DType>) {
    this.#builder = builder;
    this.#types = types;
  }

  /** Names of what is added from here on begin with the node whose derivative it is. */
  within(scope: string): void {
    this.#scope = scope;
  }

  add = (a: string, b: string | number): string => this.#binary('Add', a, b);
  sub = (a: string, b: string | number): string => this.#binary('Sub', a, b);
  mul = (a: string, b: string | number): string => this.#binary('Mul', a, b);
  div = (a: string, b: string | number): string => this.#binary('Div', a, b);
  pow = (a: string, b: string | number): string => this.#binary('Pow', a, b);
  greater = (a: string, b: string | number): string => this.#binary('Greater', a, b);
  less = (a: string, b: string | number): string => this.#binary('Less', a, b);
  equal = (a: string, b: string | number): string => this.#binary('Equal', a, b);
  neg = (a: string): string => this.op('Neg', [a]);
  square = (a: string): string => this.mul(a, a);
  and = (a: string, b: string): string => this.op('And', [a, b]);

  /** `number − a` */
  subFrom(value: number, a: string): string {
    return this.op('Sub', [this.number(value, a), a]);
  }

  /** `a` where the condition holds, else `b`. */
  where(condition: string, a: string, b: string | number): string {
    return this.op('Where', [condition, a, typeof b === 'number' ? this.number(b, a) : b]);
  }

  /** A slope, infinite ones as {@link STEEPEST}, so that 0 times them is 0. */
  finite(a: string): string {
    const steepest = STEEPEST[this.dtype(a)] ?? STEEPEST.float32;
    return this.op('Clip', [a, this.number(-steepest, a), this.number(steepest, a)]);
  }

  /** Sum over `axes`, which are kept with size 1. */
  sum(a: string, axes: readonly number[]): string {
    return this.op('ReduceSum', [a, this.ints(axes)]);
  }

  /** Mean over `axes`, which are kept with size 1. */
  mean(a: string, axes: readonly number[]): string {
    return this.op('ReduceMean', [a, this.ints(axes)]);
  }

  /** `a` in the element type of `like`; booleans become 0 and 1. */
  cast(a: string, like: string): string {
    const [from, to] = [this.dtype(a), this.dtype(like)];
    return from === to ? a : this.op('Cast', [a], { to: int(dataTypeCode(to)) });
  }

  /** Declares the element type of a tensor that this did not make. */
  declare(tensor: string, dtype: DType): string {
    this.#types.set(tensor, dtype);
    return tensor;
  }

  /** `a` broadcast to the shape of `like`. */
  expand(a: string, like: string): string {
    return this.op('Expand', [a, this.op('Shape', [like])]);
  }

  reshape(a: string, shape: readonly number[]): string {
    return this.op('Reshape', [a, this.ints(shape)]);
  }

  /** Zeros of the shape and element type of `like`. */
  zerosLike(like: string): string {
    return this.op('Expand', [this.number(0, like), this.op('Shape', [like])]);
  }

  /** A scalar of the element type of `like`. */
  number(value: number, like: string): string {
    const dtype = this.dtype(like);
    if (dtype === 'float32' || dtype === 'float64')
      return this.declare(this.#builder.scalar(value, dtype), dtype);
    const scalar = this.declare(this.#builder.scalar(value), 'float32');
    return this.op('Cast', [scalar], { to: int(dataTypeCode(dtype)) });
  }

  ints(values: readonly number[]): string {
    return this.declare(this.#builder.ints(values), 'int64');
  }

  /** 0, 1, …, size − 1. */
  range(size: number): string {
    return this.op(
      'Range',
      [0, size, 1].map((value) => this.op('Squeeze', [this.ints([value])])),
    );
  }

  /** Any operator with one output. */
  op(op: string, inputs: readonly string[], attributes: Attributes = {}, domain = ''): string {
    const name = this.#builder.fresh(`${this.#scope}/${op.toLowerCase()}`);
    this.push({ name, op, domain, inputs, outputs: [name], attributes });
    return name;
  }

  /** The operator of `node` with the same attributes on other inputs. */
  again(node: Node, inputs: readonly string[]): string {
    return this.op(node.op, inputs, node.attributes, node.domain);
  }

  /** As {@link again}, for operators of several outputs. */
  againAll(node: Node, inputs: readonly string[]): readonly string[] {
    const outputs: string[] = [];
    const base = `${this.#scope}/${node.op.toLowerCase()}`;
    for (let index = 0; index < node.outputs.length; index++)
      outputs.push(this.#builder.fresh(`${base}.${index}`));
    this.push({ ...node, name: this.#builder.fresh(base), inputs, outputs });
    return outputs;
  }

  /** Adds a node as it is. */
  push(node: Node): void {
    this.#builder.push(node);
    node.outputs.forEach((output, index) => {
      const type = outputType(node, index, this.#types);
      if (output !== '' && type !== undefined) this.#types.set(output, type);
    });
  }

  dtype(tensor: string): DType {
    return this.#types.get(tensor) ?? 'float32';
  }

  #binary(op: string, a: string, b: string | number): string {
    return this.op(op, [a, typeof b === 'number' ? this.number(b, a) : b]);
  }
}
