import { dataTypeCode, int, type ProgramBuilder } from '@oblique/onnx';
import { STEP_INDEX } from './tensorNames.js';

/** A parameter's tensors. */
export interface Update {
  readonly parameter: string;
  /** In the order of {@link Optimiser.state}. */
  readonly state: readonly string[];
}

/** Element type of parameters and state. */
export type Precision = 'float32' | 'float64';

/** A rule by which parameters follow their gradients. */
export interface Optimiser {
  /** What it keeps for each parameter, of the parameter's shape and zero at first, by name. */
  readonly state: readonly string[];
  /** Largest norm of all gradients together; longer ones are scaled down to it. */
  readonly clipGradientNorm: number | undefined;
  /** Adds what all parameters share, and returns the function that adds one parameter's update. */
  build(
    b: ProgramBuilder,
    learningRate: string,
    precision: Precision,
  ): (current: Update, gradient: string) => Update;
}

interface CommonOptions {
  /** Adds this factor times the parameter to its gradient (coupled, as in PyTorch's SGD and Adam); default 0. */
  readonly weightDecay?: number;
  /** See {@link Optimiser.clipGradientNorm}; left out: not clipped. */
  readonly clipGradientNorm?: number;
}

export interface SgdOptions extends CommonOptions {
  /** Default 0. */
  readonly momentum?: number;
  /** Whether the step looks ahead along the momentum (Nesterov 1983, as in Sutskever et al. 2013); default false. */
  readonly nesterov?: boolean;
}

/** Operators on named tensors and numbers. */
class Arithmetic {
  readonly #b: ProgramBuilder;
  readonly #precision: Precision;
  readonly #scope: string;

  constructor(b: ProgramBuilder, precision: Precision, scope: string) {
    this.#b = b;
    this.#precision = precision;
    this.#scope = scope;
  }

  add = (a: string, b: string | number): string => this.#op('Add', a, b);
  sub = (a: string, b: string | number): string => this.#op('Sub', a, b);
  mul = (a: string, b: string | number): string => this.#op('Mul', a, b);
  div = (a: string, b: string | number): string => this.#op('Div', a, b);
  sqrt = (a: string): string => this.#b.op('Sqrt', [a], {}, { name: `${this.#scope}/sqrt` });

  #op(op: string, a: string, b: string | number): string {
    const second = typeof b === 'number' ? this.#b.scalar(b, this.#precision) : b;
    return this.#b.op(op, [a, second], {}, { name: `${this.#scope}/${op.toLowerCase()}` });
  }
}

/**
 * Stochastic gradient descent as `torch.optim.SGD`: `g ← g + λ w`, `m ← μ m + g`, then `w ← w − η m`, or
 * `w ← w − η (g + μ m)` with Nesterov.
 * @throws RangeError where a number is outside its range.
 */
export function sgd(options: SgdOptions = {}): Optimiser {
  const { momentum = 0, nesterov = false } = options;
  inRange('momentum', momentum, 0, 1);
  if (nesterov && momentum === 0) throw new RangeError('Nesterov needs a momentum above 0.');
  const weightDecay = decayOf(options);
  return {
    state: momentum === 0 ? [] : ['momentum'],
    clipGradientNorm: clippingOf(options),
    build: (b, learningRate, precision) => (current, gradient) => {
      const a = new Arithmetic(b, precision, `update/${current.parameter}`);
      const g = decayed(a, current.parameter, gradient, weightDecay);
      const [previous] = current.state;
      if (previous === undefined)
        return { parameter: a.sub(current.parameter, a.mul(g, learningRate)), state: [] };
      const velocity = a.add(a.mul(previous, momentum), g);
      const direction = nesterov ? a.add(g, a.mul(velocity, momentum)) : velocity;
      return { parameter: a.sub(current.parameter, a.mul(direction, learningRate)), state: [velocity] };
    },
  };
}

export interface AdamOptions extends CommonOptions {
  /** Decay of the mean of gradients; default 0.9. */
  readonly beta1?: number;
  /** Decay of the mean of their squares; default 0.999. */
  readonly beta2?: number;
  /** Default 1e-8. */
  readonly epsilon?: number;
}

/**
 * Adam (Kingma & Ba 2015) as `torch.optim.Adam`: with the means m and v of gradients and of their squares, after t
 * updates, `w ← w − η (m/(1 − β₁ᵗ)) / (√(v/(1 − β₂ᵗ)) + ε)`.
 * @throws RangeError where a number is outside its range.
 */
export function adam(options: AdamOptions = {}): Optimiser {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  inRange('beta1', beta1, 0, 1);
  inRange('beta2', beta2, 0, 1);
  const weightDecay = decayOf(options);
  return {
    state: ['mean', 'square'],
    clipGradientNorm: clippingOf(options),
    build: (b, learningRate, precision) => {
      const done = b.input(STEP_INDEX, 'int64', []);
      const updates = new Arithmetic(b, 'float64', 'update/count').add(
        cast(b, done, 'float64'),
        b.scalar(1, 'float64'),
      );
      // In float64: 1 − 0.999 has but four digits in float32.
      const correction = (beta: number): string => {
        const power = b.op('Pow', [b.scalar(beta, 'float64'), updates], {}, { name: 'update/power' });
        const rest = b.op('Sub', [b.scalar(1, 'float64'), power], {}, { name: 'update/correction' });
        return cast(b, rest, precision);
      };
      const [meanCorrection, squareCorrection] = [correction(beta1), correction(beta2)];
      return ({ parameter, state: [mean = '', square = ''] }, gradient) => {
        const a = new Arithmetic(b, precision, `update/${parameter}`);
        const g = decayed(a, parameter, gradient, weightDecay);
        const newMean = a.add(a.mul(mean, beta1), a.mul(g, 1 - beta1));
        const newSquare = a.add(a.mul(square, beta2), a.mul(a.mul(g, g), 1 - beta2));
        const size = a.add(a.sqrt(a.div(newSquare, squareCorrection)), epsilon);
        const direction = a.div(a.div(newMean, meanCorrection), size);
        return { parameter: a.sub(parameter, a.mul(direction, learningRate)), state: [newMean, newSquare] };
      };
    },
  };
}

/**
 * Scales gradients so that the norm of all together is at most `largest` (`torch.nn.utils.clip_grad_norm_`).
 * @returns the scaled gradients and, as a scalar, the norm that they had.
 */
export function clipped(
  b: ProgramBuilder,
  gradients: readonly string[],
  largest: number,
  precision: Precision,
): { readonly gradients: readonly string[]; readonly norm: string } {
  const squares = gradients.map((gradient) =>
    b.op('ReduceSumSquare', [gradient], { keepdims: int(0) }, { name: 'clip/square' }),
  );
  const norm = b.op('Sqrt', [b.op('Sum', squares, {}, { name: 'clip/sum' })], {}, { name: 'clip/norm' });
  const a = new Arithmetic(b, precision, 'clip');
  const ratio = b.op('Div', [b.scalar(largest, precision), a.add(norm, 1e-6)], {}, { name: 'clip/ratio' });
  const factor = b.op('Min', [ratio, b.scalar(1, precision)], {}, { name: 'clip/factor' });
  return { gradients: gradients.map((gradient) => a.mul(gradient, factor)), norm };
}

function decayed(a: Arithmetic, parameter: string, gradient: string, weightDecay: number): string {
  return weightDecay === 0 ? gradient : a.add(gradient, a.mul(parameter, weightDecay));
}

function cast(b: ProgramBuilder, tensor: string, dtype: Precision): string {
  return b.op('Cast', [tensor], { to: int(dataTypeCode(dtype)) }, { name: `update/${dtype}` });
}

function decayOf({ weightDecay = 0 }: CommonOptions): number {
  return inRange('weightDecay', weightDecay, 0, Infinity);
}

function clippingOf({ clipGradientNorm }: CommonOptions): number | undefined {
  if (clipGradientNorm === undefined) return undefined;
  if (clipGradientNorm > 0) return clipGradientNorm;
  throw new RangeError(`clipGradientNorm is a number above 0, not ${clipGradientNorm}.`);
}

function inRange(name: string, value: number, from: number, below: number): number {
  if (value >= from && value < below) return value;
  throw new RangeError(`${name} is a number from ${from} to below ${below}, not ${value}.`);
}
