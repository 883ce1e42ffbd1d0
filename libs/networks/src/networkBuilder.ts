import { float32, sizeOf } from '@oblique/arrays';
import { float, int, ints, ProgramBuilder, type Program } from '@oblique/onnx';
import { randomStream, type Seed } from '@oblique/random';
import { adaptiveWindow } from './adaptiveWindow.js';
import { constant, pytorchDefault, type Initialiser } from './initialisers.js';
import { LAYERS_KEY } from './layer.js';
import { IMAGENET, PREPROCESSING_KEY } from './preprocessing.js';

/** A GiB of float32, twice the largest architecture: more would not be an ONNX file for long (2 GiB). */
const MOST_WEIGHTS = 2 ** 28;

/** Activations with a channel axis and square maps: [N, channels, sizePixels, sizePixels]. */
export interface Maps {
  readonly tensor: string;
  readonly channels: number;
  readonly sizePixels: number;
}

/** Activations with one axis of features behind the batch: [N, features] or [N, tokens, features]. */
export interface Features {
  readonly tensor: string;
  readonly features: number;
}

export interface Convolution {
  readonly channels: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly pad?: number;
  readonly weight: Initialiser | 'default';
  /** Left out: no bias. */
  readonly bias?: Initialiser | 'default';
}

/**
 * Builds networks as PyTorch describes them: modules with `state_dict` names, each weight drawn from a random stream
 * of its own name, layers declared as they are made.
 */
export class NetworkBuilder {
  readonly program: ProgramBuilder;
  readonly #family: string;
  readonly #seed: Seed;
  #weights = 0;
  readonly #layers: { name: string; tensor: string }[] = [];

  /** @param family architectures of one family and seed share the values of the weights that they have in common. */
  constructor(name: string, family: string, seed: Seed) {
    this.program = new ProgramBuilder(name);
    this.#family = family;
    this.#seed = seed;
  }

  /** The network's input: images, float32 [N, 3, sizePixels, sizePixels], preprocessed. */
  image(sizePixels: number): Maps {
    return {
      tensor: this.program.input('input', 'float32', ['N', 3, sizePixels, sizePixels]),
      channels: 3,
      sizePixels,
    };
  }

  firstChannel(input: Maps, name: string): Maps {
    const [start, end, axis] = [this.program.ints([0]), this.program.ints([1]), this.program.ints([1])];
    const tensor = this.program.op('Slice', [input.tensor, start, end, axis], {}, { name });
    return { ...input, channels: 1, tensor };
  }

  /**
   * A weight drawn from the stream of its name.
   * @throws RangeError before it is made, where the network would have more than {@link MOST_WEIGHTS}.
   */
  weight(name: string, shape: readonly number[], initialiser: Initialiser): string {
    this.#weights += sizeOf(shape);
    if (this.#weights > MOST_WEIGHTS) {
      throw new RangeError(
        `${name} [${shape.join(', ')}] would bring the network to ${this.#weights} weights; at most ${MOST_WEIGHTS} are made. Choose smaller images, fewer classes or less width.`,
      );
    }
    const stream = randomStream(this.#seed, `initialise/${this.#family}/${name}`);
    return this.program.initializer(name, initialiser(shape, stream));
  }

  convolve(input: Maps, module: string, options: Convolution): Maps {
    const { channels, kernel, stride = 1, pad = 0 } = options;
    const fanIn = input.channels * kernel * kernel;
    const drawn = (initialiser: Initialiser | 'default'): Initialiser =>
      initialiser === 'default' ? pytorchDefault(fanIn) : initialiser;
    const inputs = [
      input.tensor,
      this.weight(`${module}.weight`, [channels, input.channels, kernel, kernel], drawn(options.weight)),
    ];
    if (options.bias !== undefined)
      inputs.push(this.weight(`${module}.bias`, [channels], drawn(options.bias)));
    const tensor = this.program.op('Conv', inputs, window(kernel, stride, pad), { name: module });
    return { tensor, channels, sizePixels: outputSize(module, input.sizePixels, kernel, stride, pad) };
  }

  /** Batch normalisation in evaluation mode, freshly initialised: with ε = 1e-5 it divides by √(1 + ε). */
  batchNormalize(input: Maps, module: string): Maps {
    const parameter = (name: string, value: number): string =>
      this.weight(`${module}.${name}`, [input.channels], constant(value));
    const inputs = [
      input.tensor,
      parameter('weight', 1),
      parameter('bias', 0),
      parameter('running_mean', 0),
      parameter('running_var', 1),
    ];
    return {
      ...input,
      tensor: this.program.op('BatchNormalization', inputs, { epsilon: float(1e-5) }, { name: module }),
    };
  }

  relu<T extends Maps | Features>(input: T, name: string): T {
    return { ...input, tensor: this.program.op('Relu', [input.tensor], {}, { name }) };
  }

  maxPool(input: Maps, name: string, kernel: number, stride: number, pad = 0): Maps {
    const sizePixels = outputSize(name, input.sizePixels, kernel, stride, pad);
    return {
      ...input,
      sizePixels,
      tensor: this.program.op('MaxPool', [input.tensor], window(kernel, stride, pad), { name }),
    };
  }

  averagePool(input: Maps, name: string, kernel: number, stride: number): Maps {
    const sizePixels = outputSize(name, input.sizePixels, kernel, stride, 0);
    const tensor = this.program.op('AveragePool', [input.tensor], window(kernel, stride, 0), { name });
    return { ...input, sizePixels, tensor };
  }

  /**
   * PyTorch's AdaptiveAvgPool2d.
   * @throws RangeError where its windows are not all alike, which one AveragePool cannot say.
   */
  adaptiveAveragePool(input: Maps, name: string, sizePixels: number): Maps {
    if (input.sizePixels === sizePixels) return input;
    if (sizePixels % input.sizePixels === 0) return this.#repeat(input, name, sizePixels);
    const { kernel, stride } = adaptiveWindow(input.sizePixels, sizePixels);
    return this.averagePool(input, name, kernel, stride);
  }

  /** Each pixel as a square of equal pixels. */
  #repeat(input: Maps, name: string, sizePixels: number): Maps {
    const { channels, sizePixels: from } = input;
    const apart = this.program.op(
      'Reshape',
      [input.tensor, this.program.ints([0, channels, from, 1, from, 1])],
      {},
      { name: `${name}.apart` },
    );
    const times = sizePixels / from;
    const squares = this.program.op(
      'Expand',
      [apart, this.program.ints([1, channels, from, times, from, times])],
      {},
      { name: `${name}.squares` },
    );
    const tensor = this.program.op(
      'Reshape',
      [squares, this.program.ints([0, channels, sizePixels, sizePixels])],
      {},
      { name },
    );
    return { ...input, sizePixels, tensor };
  }

  /** Mean over each map: [N, channels]. */
  globalAveragePool(input: Maps, name: string): Features {
    const pooled = this.program.op('GlobalAveragePool', [input.tensor], {}, { name: `${name}.mean` });
    return {
      tensor: this.program.op('Flatten', [pooled], { axis: int(1) }, { name }),
      features: input.channels,
    };
  }

  /** All maps in one vector: [N, channels · sizePixels²]. */
  flatten(input: Maps, name: string): Features {
    const tensor = this.program.op('Flatten', [input.tensor], { axis: int(1) }, { name });
    return { tensor, features: input.channels * input.sizePixels ** 2 };
  }

  /** PyTorch's Linear on [N, features]. */
  linear(
    input: Features,
    module: string,
    features: number,
    options: {
      readonly weight: Initialiser | 'default';
      readonly bias: Initialiser | 'default';
      readonly output?: string;
    },
  ): Features {
    const drawn = (initialiser: Initialiser | 'default'): Initialiser =>
      initialiser === 'default' ? pytorchDefault(input.features) : initialiser;
    const inputs = [
      input.tensor,
      this.weight(`${module}.weight`, [features, input.features], drawn(options.weight)),
      this.weight(`${module}.bias`, [features], drawn(options.bias)),
    ];
    const tensor = this.program.op(
      'Gemm',
      inputs,
      { transB: int(1) },
      { name: module, output: options.output ?? module },
    );
    return { tensor, features };
  }

  /** PyTorch's Dropout in evaluation mode, where it does nothing; training finds it by its operator and draws. */
  dropout(input: Features, module: string, ratio: number): Features {
    const tensor = this.program.op(
      'Dropout',
      [input.tensor, this.program.scalar(ratio)],
      {},
      { name: module },
    );
    return { ...input, tensor };
  }

  /** Declares these activations as the layer `name`, in the order of depth. */
  layer<T extends Maps | Features>(name: string, activations: T): T {
    this.#layers.push({ name, tensor: activations.tensor });
    return activations;
  }

  /** A float32 number as an initializer of its own. */
  number(name: string, value: number): string {
    return this.program.initializer(name, float32([], [value]));
  }

  /** The program, with its layers and ImageNet's preprocessing in its metadata. */
  build(logits: Features): Program {
    this.program.output(logits.tensor, 'float32', ['N', logits.features]);
    this.program.metadata(LAYERS_KEY, JSON.stringify(this.#layers));
    this.program.metadata(PREPROCESSING_KEY, JSON.stringify(IMAGENET));
    return this.program.build();
  }
}

function window(kernel: number, stride: number, pad: number): Record<string, ReturnType<typeof ints>> {
  return {
    kernel_shape: ints([kernel, kernel]),
    pads: ints([pad, pad, pad, pad]),
    strides: ints([stride, stride]),
  };
}

function outputSize(name: string, input: number, kernel: number, stride: number, pad: number): number {
  const size = Math.floor((input + 2 * pad - kernel) / stride) + 1;
  if (size < 1) {
    throw new RangeError(
      `The images are too small: ${name} takes ${kernel} pixels and gets ${input}. Choose a larger inputSizePixels.`,
    );
  }
  return size;
}
