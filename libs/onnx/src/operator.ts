import type { Attribute } from './program.js';

/** One attribute of an operator. */
export interface OperatorAttribute {
  readonly type: Attribute['type'];
  /** Its value where left out; undefined where it is worked out from the inputs, or must be there. */
  readonly default?: number | string | readonly number[];
  readonly required: boolean;
  /** The values that Oblique reads; undefined: every one of the type. */
  readonly understood?: readonly (number | string)[];
  /** Operator set that brought it, where that is newer than those programs are upgraded to. */
  readonly since?: number;
}

/** One input or output of an operator. */
export interface OperatorTensor {
  readonly name: string;
  readonly optional: boolean;
  /** Any number of tensors from here on. */
  readonly variadic: boolean;
  /**
   * Whether a derivative with respect to it, or of it, makes sense: false for shapes, indices, truth values, which are
   * whole numbers and have none.
   */
  readonly real: boolean;
}

/** An operator of ONNX's own domain as Oblique understands it, in the operator sets that `upgradeOpset` gives. */
export interface Operator {
  readonly inputs: readonly OperatorTensor[];
  readonly outputs: readonly OperatorTensor[];
  readonly attributes: Readonly<Record<string, OperatorAttribute>>;
}

/**
 * An operator from the names of its inputs and outputs, which end in `?` where they may be left out, in `...` where any
 * number follows, and begin with `#` where they hold whole numbers or truth values.
 */
export const operator = (
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Operator['attributes'] = {},
): Operator => ({ inputs: inputs.map(described), outputs: outputs.map(described), attributes });

const described = (text: string): OperatorTensor => ({
  name: text.replace(/^#/, '').replace(/(\?|\.\.\.)$/, ''),
  optional: text.endsWith('?'),
  variadic: text.endsWith('...'),
  real: !text.startsWith('#'),
});

type Options = Pick<OperatorAttribute, 'since'>;

export const whole = (value: number, options: Options = {}): OperatorAttribute => ({
  type: 'int',
  default: value,
  required: false,
  ...options,
});

export const flag = (value: 0 | 1, options: Options = {}): OperatorAttribute => ({
  ...whole(value, options),
  understood: [0, 1],
});

export const real = (value: number): OperatorAttribute => ({
  type: 'float',
  default: value,
  required: false,
});

/** One of several words, the first by default. */
export const choice = (words: readonly string[], options: Options = {}): OperatorAttribute => ({
  type: 'string',
  default: words[0] ?? '',
  required: false,
  understood: words,
  ...options,
});

/** Left out, it is worked out from the inputs. */
export const derived = (type: OperatorAttribute['type'], options: Options = {}): OperatorAttribute => ({
  type,
  required: false,
  ...options,
});

export const required = (type: OperatorAttribute['type']): OperatorAttribute => ({ type, required: true });

/** Only some values are read, the first of them by default. */
export const only = (values: readonly number[], options: Options = {}): OperatorAttribute => ({
  type: 'int',
  default: values[0] ?? 0,
  required: false,
  understood: values,
  ...options,
});
