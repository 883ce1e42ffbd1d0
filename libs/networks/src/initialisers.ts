import { ndarray, sizeOf, type NdArray } from '@oblique/arrays';
import type { RandomStream } from '@oblique/random';

/** Fills a new weight of this shape with its starting values. */
export type Initialiser = (shape: readonly number[], stream: RandomStream) => NdArray<'float32'>;

/**
 * Inputs and outputs of one unit of a weight in PyTorch's layout [out, in, …kernel]
 * (`torch.nn.init._calculate_fan_in_and_fan_out`).
 */
export function fans(shape: readonly number[]): { readonly fanIn: number; readonly fanOut: number } {
  const [out = 1, input = 1, ...kernel] = shape;
  return { fanIn: input * sizeOf(kernel), fanOut: out * sizeOf(kernel) };
}

/** Every element the same. */
export function constant(value: number): Initialiser {
  return (shape) => ndarray('float32', shape, new Float32Array(sizeOf(shape)).fill(value));
}

/** Normal with mean 0. */
export function normal(std: number): Initialiser {
  return (shape, stream) => {
    const data = new Float32Array(sizeOf(shape));
    stream.fillNormal(data, std);
    return ndarray('float32', shape, data);
  };
}

/** Uniform in [-bound, bound]. */
export function uniform(bound: number): Initialiser {
  return (shape, stream) => {
    const data = new Float32Array(sizeOf(shape));
    stream.fillUniform(data, -bound, bound);
    return ndarray('float32', shape, data);
  };
}

/** PyTorch's default of the weights and biases of Conv and Linear: uniform in ±1/√(inputs of a unit). */
export function pytorchDefault(fanIn: number): Initialiser {
  return uniform(1 / Math.sqrt(fanIn));
}

/** He et al. 2015 for ReLU, by fan-out (`kaiming_normal_(mode='fan_out', nonlinearity='relu')`). */
export const kaimingNormalFanOut: Initialiser = (shape, stream) =>
  normal(Math.sqrt(2 / fans(shape).fanOut))(shape, stream);

/** Glorot & Bengio 2010 (`xavier_uniform_`). */
export const xavierUniform: Initialiser = (shape, stream) => {
  const { fanIn, fanOut } = fans(shape);
  return uniform(Math.sqrt(6 / (fanIn + fanOut)))(shape, stream);
};
