import { ndarray, sizeOf, type NdArray } from '@oblique/arrays';
import type { Program } from '@oblique/onnx';
import { randomStream, type RandomStream, type Seed } from '@oblique/random';
import { constant, normal, pytorchDefault, type Initialiser } from './initialisers.js';
import { liftConstants } from './liftConstants.js';
import { parametersOf, type Parameter } from './parameters.js';

type FloatData = Float32Array | Float64Array | Uint16Array;

/**
 * The control of the paper's text: the entries of every learned tensor in random order within that tensor. Running
 * statistics of batch normalisation stay.
 * @throws RangeError where the network has no learned tensors.
 */
export function shuffleWithinTensors(program: Program, seed: Seed): Program {
  return shuffled(program, seed, 'within-tensors', (_, data, stream) => stream.shuffle(data.slice()));
}

/**
 * The control of the authors' code: in 4-D tensors [out, in, row, column] the output channels are permuted, for every
 * kernel position separately; in others every axis is permuted. Running statistics stay.
 * @throws RangeError where the network has no learned tensors.
 */
export function shuffleOutputChannels(program: Program, seed: Seed): Program {
  return shuffled(program, seed, 'output-channels', (shape, data, stream) => {
    if (shape.length === 4 && shape.filter((size) => size > 1).length > 1)
      return permuteOutputs(shape, data, stream);
    return shape.reduce((permuted, _, axis) => permuteAxis(shape, permuted, axis, stream), data);
  });
}

/**
 * An untrained twin of any network: weights and biases of linear operators by PyTorch's default (uniform in
 * ±1/√(inputs of a unit)), normalisations the identity with running mean 0 and variance 1, PRelu's slopes 0.25,
 * embeddings normal with standard deviation 0.02. Where batch normalisation was folded into the convolutions the twin
 * has none.
 * @throws RangeError where the network has no learned tensors, or one whose number of inputs cannot be told.
 */
export function reinitialise(program: Program, seed: Seed): Program {
  return withParameters(
    program,
    () => true,
    (parameter, array) => {
      const stream = randomStream(seed, `reinitialise/${parameter.tensor}`);
      const drawn = initialiserOf(parameter)(array.shape, stream);
      if (array.dtype === 'float64') return ndarray('float64', array.shape, Float64Array.from(drawn.data));
      if (array.dtype === 'float32') return drawn;
      throw new RangeError(
        `The weight ${parameter.tensor} is ${array.dtype}; reinitialising needs float32 or float64.`,
      );
    },
  );
}

/**
 * Weights and biases of linear operators times a factor; normalisations, embeddings and the like stay.
 * @throws RangeError where the network has no learned tensors.
 */
export function scaleWeights(program: Program, factor: number): Program {
  const linear = ({ role }: Parameter): boolean => role === 'weight' || role === 'bias';
  return withParameters(program, linear, ({ tensor }, array) => {
    if (array.dtype === 'float32')
      return ndarray(
        'float32',
        array.shape,
        array.data.map((value) => factor * value),
      );
    if (array.dtype === 'float64')
      return ndarray(
        'float64',
        array.shape,
        array.data.map((value) => factor * value),
      );
    throw new RangeError(`The weight ${tensor} is ${array.dtype}; scaling needs float32 or float64.`);
  });
}

function initialiserOf({ tensor, role, fanIn }: Parameter): Initialiser {
  switch (role) {
    case 'weight':
    case 'bias':
      if (fanIn === undefined)
        throw new RangeError(`How many inputs a unit of the weight ${tensor} has cannot be told.`);
      return pytorchDefault(fanIn);
    case 'scale':
    case 'variance':
      return constant(1);
    case 'shift':
    case 'mean':
      return constant(0);
    case 'slope':
      return constant(0.25);
    case 'embedding':
      return normal(0.02);
  }
}

function shuffled(
  program: Program,
  seed: Seed,
  kind: string,
  shuffle: (shape: readonly number[], data: FloatData, stream: RandomStream) => FloatData,
): Program {
  const learned = ({ role }: Parameter): boolean => role !== 'mean' && role !== 'variance';
  return withParameters(program, learned, ({ tensor }, array) => {
    const stream = randomStream(seed, `shuffle/${kind}/${tensor}`);
    switch (array.dtype) {
      case 'float32':
      case 'float64':
      case 'float16':
        return ndarray(array.dtype, array.shape, shuffle(array.shape, array.data, stream));
      default:
        throw new Error(`The weight ${tensor} is ${array.dtype}, not a float.`);
    }
  });
}

function withParameters(
  program: Program,
  chosen: (parameter: Parameter) => boolean,
  change: (parameter: Parameter, array: NdArray) => NdArray,
): Program {
  const lifted = liftConstants(program);
  const parameters = parametersOf(lifted).filter(chosen);
  if (parameters.length === 0) throw new RangeError(`The network ${program.name} has no learned weights.`);
  const initializers = new Map(lifted.initializers);
  for (const parameter of parameters) {
    const array = initializers.get(parameter.tensor);
    if (array !== undefined) initializers.set(parameter.tensor, change(parameter, array));
  }
  return { ...lifted, initializers };
}

function permuteOutputs(shape: readonly number[], data: FloatData, stream: RandomStream): FloatData {
  const [outputs = 1, ...rest] = shape;
  const [inputs = 1, ...kernel] = rest;
  const positions = sizeOf(kernel);
  const permuted = data.slice();
  for (let position = 0; position < positions; position++) {
    stream.permutation(outputs).forEach((from, to) => {
      for (let input = 0; input < inputs; input++) {
        permuted[(to * inputs + input) * positions + position] =
          data[(from * inputs + input) * positions + position] ?? NaN;
      }
    });
  }
  return permuted;
}

function permuteAxis(
  shape: readonly number[],
  data: FloatData,
  axis: number,
  stream: RandomStream,
): FloatData {
  const size = shape[axis] ?? 1;
  const inner = sizeOf(shape.slice(axis + 1));
  const order = stream.permutation(size);
  const permuted = data.slice();
  for (let start = 0; start < data.length; start += size * inner) {
    order.forEach((from, to) => {
      const source = start + from * inner;
      permuted.set(data.subarray(source, source + inner), start + to * inner);
    });
  }
  return permuted;
}
