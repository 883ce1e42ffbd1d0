import { ndarray, type NdArray } from '@oblique/arrays';
import { int, ProgramBuilder, type Attributes, type Program } from '@oblique/onnx';
import { weightNames, type Precision, type Structure } from './structure.js';

export interface UpdateProgramOptions {
  readonly structure: Structure;
  readonly learningRate: number;
  readonly precision: Precision;
  /** What a batch is given as. */
  readonly batch: BatchForm;
}

/**
 * `moments`: input `moment` is Σ = ⟨x xᵀ⟩ over the batch, [pixels, pixels]; where there is a `noiseFactor` F, [pixels,
 * pixels], input `noise` is Z, and ⟨noise xᵀ⟩ is Z F.
 * `patches`: input `x` is [batch, pixels], and where `noisy` input `noise` is the noise on each output, alike;
 * `batchShare` is 1 / batch.
 */
export type BatchForm =
  | { readonly kind: 'moments'; readonly noiseFactor: NdArray<Precision> | undefined }
  | { readonly kind: 'patches'; readonly noisy: boolean };

/**
 * One update of a linear autoencoder by gradient descent on nn.MSELoss: weights and a batch in; weights of the same
 * names with `/next` and `loss` (of the batch before the update, without noise) out.
 *
 * The loss ⟨‖M x + n - x‖²⟩ / d depends on the batch through Σ = ⟨x xᵀ⟩ and E = ⟨n xᵀ⟩ alone: its gradient with respect
 * to the product M is G = 2/d ((M - I) Σ + E), and that with respect to W_j is (W_N … W_{j+1})ᵀ G (W_{j-1} … W_1)ᵀ.
 */
export function updateProgram({ structure, learningRate, precision, batch }: UpdateProgramOptions): Program {
  const { pixels, tied } = structure;
  const shape = [pixels, pixels];
  const b = new ProgramBuilder('linear_update');
  const weights = weightNames(structure).map((name) => b.input(name, precision, shape));
  const { moment, cross } = batchInputs(b, batch, pixels, precision);

  const products = tied ? [] : productsOf(b, weights);
  const product = tied ? transposed(b, weights, 'transA') : (products.at(-1) ?? '');
  const error = b.op('Sub', [product, b.op('EyeLike', [product])]);
  const explained = b.op('MatMul', [error, moment]);
  const loss = b.op('ReduceSum', [b.op('Mul', [explained, error])], { keepdims: int(0) });
  b.output(b.op('Div', [loss, b.scalar(pixels, precision)], {}, { output: 'loss' }), precision, []);

  const residual = cross === undefined ? explained : b.op('Add', [explained, cross]);
  const descent = b.op('Mul', [residual, b.scalar((-2 * learningRate) / pixels, precision)]);
  const next = (name: string, inputs: readonly [string, string], attributes: Attributes): void =>
    b.output(b.op('Gemm', [...inputs, name], attributes, { output: nextName(name) }), precision, shape);
  if (tied) {
    for (const name of weights) next(name, [name, b.op('Add', [descent, b.op('Transpose', [descent])])], {});
    return b.build();
  }
  let above = descent;
  for (let layer = weights.length - 1; layer >= 0; layer--) {
    const name = weights[layer] ?? '';
    const below = products[layer - 1];
    if (below === undefined) {
      b.output(b.op('Add', [name, above], {}, { output: nextName(name) }), precision, shape);
    } else {
      next(name, [above, below], { transB: int(1) });
      above = transposed(b, [name, above], 'transA');
    }
  }
  return b.build();
}

/** Name of the output that a weight becomes. */
export function nextName(weight: string): string {
  return `${weight}/next`;
}

/** W_1, W_2 W_1, …, W_N … W_1. */
export function productsOf(b: ProgramBuilder, weights: readonly string[]): string[] {
  const products: string[] = [];
  for (const weight of weights) {
    const below = products.at(-1);
    products.push(below === undefined ? weight : b.op('MatMul', [weight, below]));
  }
  return products;
}

/** The product of two matrices, or of one with itself, with the one that is named transposed. */
export function transposed(
  b: ProgramBuilder,
  [left = '', right = left]: readonly string[],
  which: 'transA' | 'transB',
): string {
  return b.op('Gemm', [left, right], { [which]: int(1) });
}

function batchInputs(
  b: ProgramBuilder,
  batch: BatchForm,
  pixels: number,
  precision: Precision,
): { moment: string; cross: string | undefined } {
  const square = [pixels, pixels];
  if (batch.kind === 'moments') {
    const { noiseFactor } = batch;
    const moment = b.input('moment', precision, square);
    if (noiseFactor === undefined) return { moment, cross: undefined };
    const noise = b.input('noise', precision, square);
    return { moment, cross: b.op('MatMul', [noise, b.initializer('noise_factor', noiseFactor)]) };
  }
  const rows = ['batch', pixels];
  const x = b.input('x', precision, rows);
  const share = b.input('batchShare', precision, []);
  const mean = (left: string): string => b.op('Mul', [transposed(b, [left, x], 'transA'), share]);
  return { moment: mean(x), cross: batch.noisy ? mean(b.input('noise', precision, rows)) : undefined };
}

/** √λ_k times the k-th principal component, a row each: Z F has rows of covariance Σ where Z is standard normal. */
export function noiseFactorOf(
  { variance, components }: { readonly variance: Float64Array; readonly components: Float64Array },
  precision: Precision,
): NdArray<Precision> {
  const pixels = variance.length;
  const scaled = components.map(
    (value, index) => value * Math.sqrt(Math.max(0, variance[Math.floor(index / pixels)] ?? 0)),
  );
  const shape = [pixels, pixels];
  return precision === 'float32'
    ? ndarray('float32', shape, Float32Array.from(scaled))
    : ndarray('float64', shape, scaled);
}
