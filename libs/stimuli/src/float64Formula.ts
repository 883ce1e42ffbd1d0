import { float64, type NdArray } from '@oblique/arrays';
import { int, dataTypeCode, type ProgramBuilder } from '@oblique/onnx';

/**
 * Writes formulas of float64 tensors into a program, one method an operator; arguments are names of tensors,
 * or numbers. Only operators for which ONNX Runtime has float64 kernels on CPU and CUDA are offered.
 */
export class Float64Formula {
  readonly #builder: ProgramBuilder;
  readonly #numbers = new Map<number, string>();

  constructor(builder: ProgramBuilder) {
    this.#builder = builder;
  }

  add(a: string | number, b: string | number): string {
    return this.#binary('Add', a, b);
  }

  sub(a: string | number, b: string | number): string {
    return this.#binary('Sub', a, b);
  }

  mul(a: string | number, b: string | number): string {
    return this.#binary('Mul', a, b);
  }

  div(a: string | number, b: string | number): string {
    return this.#binary('Div', a, b);
  }

  cos(x: string): string {
    return this.#builder.op('Cos', [x]);
  }

  sin(x: string): string {
    return this.#builder.op('Sin', [x]);
  }

  exp(x: string): string {
    return this.#builder.op('Exp', [x]);
  }

  sigmoid(x: string): string {
    return this.#builder.op('Sigmoid', [x]);
  }

  neg(x: string): string {
    return this.#builder.op('Neg', [x]);
  }

  matMul(a: string, b: string): string {
    return this.#builder.op('MatMul', [a, b]);
  }

  concat(parts: readonly string[], axis: number): string {
    return this.#builder.op('Concat', parts, { axis: int(axis) });
  }

  floor(x: string): string {
    return this.#builder.op('Floor', [x]);
  }

  /** A tensor known beforehand. */
  constant(name: string, value: NdArray): string {
    return this.#builder.initializer(name, value);
  }

  /** Appends axes of size 1, so that [N] becomes e.g. [N, 1, 1, 1]. */
  appendAxes(x: string, axes: readonly number[]): string {
    return this.#builder.op('Unsqueeze', [x, this.#builder.ints(axes)]);
  }

  /** Rows of `table` [K, …] picked by `index` [N], whole numbers from 0 to K − 1 kept as float64. */
  rows(table: string, index: string): string {
    const whole = this.#builder.op('Cast', [index], { to: int(dataTypeCode('int64')) });
    return this.#builder.op('Gather', [table, whole], { axis: int(0) });
  }

  /** Smallest and largest element of each image [N, C, H, W], as [N, 1, 1, 1]. */
  extremes(x: string): { minimum: string; maximum: string } {
    const axes = this.#builder.ints([1, 2, 3]);
    return {
      minimum: this.#builder.op('ReduceMin', [x, axes], { keepdims: int(1) }),
      maximum: this.#builder.op('ReduceMax', [x, axes], { keepdims: int(1) }),
    };
  }

  #binary(op: string, a: string | number, b: string | number): string {
    return this.#builder.op(op, [this.#tensor(a), this.#tensor(b)]);
  }

  #tensor(x: string | number): string {
    if (typeof x === 'string') return x;
    const known = this.#numbers.get(x);
    if (known !== undefined) return known;
    const name = this.#builder.initializer(`number_${x}`, float64([], [x]));
    this.#numbers.set(x, name);
    return name;
  }
}
