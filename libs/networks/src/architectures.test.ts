import { ndarray, toNumbers, type NdArray } from '@oblique/arrays';
import { withOutputs, type Program } from '@oblique/onnx';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  buildNetwork,
  findArchitecture,
  UnknownArchitectureError,
  type BuildOptions,
} from './architectures.js';
import { layersOf } from './selectLayers.js';
import { IMAGENET, readPreprocessing } from './preprocessing.js';
import { parametersOf } from './parameters.js';
import { noiseImages } from './testing/images.js';
import { runProgram } from './testing/runProgram.js';

const ERROR_SIGMAS = 5;
const SEED = 7;
/** Of larger weights only so many entries are looked at. */
const SAMPLE = 500_000;

interface Expected {
  readonly architecture: string;
  readonly options?: Omit<BuildOptions, 'seed'>;
  readonly layers: number;
  /** Standard deviation of normal weights by name; 0 where all are 0. */
  readonly normal: Readonly<Record<string, number>>;
  /** Bound of uniform weights by name. */
  readonly uniform: Readonly<Record<string, number>>;
  readonly logits?: 'zero';
}

/** Fan-ins and fan-outs worked out by hand from the layer sizes in the papers. */
const NETWORKS: readonly Expected[] = [
  {
    architecture: 'resnet18',
    options: { inputSizePixels: 64 },
    layers: 12,
    normal: {
      'conv1.weight': Math.sqrt(2 / (64 * 49)),
      'layer2.0.downsample.0.weight': Math.sqrt(2 / 128),
      'layer4.1.conv2.weight': Math.sqrt(2 / (512 * 9)),
      'bn1.bias': 0,
      'bn1.running_mean': 0,
    },
    uniform: { 'fc.weight': 1 / Math.sqrt(512), 'fc.bias': 1 / Math.sqrt(512) },
  },
  {
    architecture: 'vgg16_bn',
    options: { inputSizePixels: 32 },
    layers: 21,
    normal: {
      'features.0.weight': Math.sqrt(2 / (64 * 9)),
      'features.40.weight': Math.sqrt(2 / (512 * 9)),
      'features.0.bias': 0,
      'classifier.0.weight': 0.01,
      'classifier.6.weight': 0.01,
      'classifier.3.bias': 0,
    },
    uniform: {},
  },
  {
    architecture: 'alexnet',
    layers: 11,
    normal: {},
    uniform: {
      'features.0.weight': 1 / Math.sqrt(3 * 121),
      'features.3.bias': 1 / Math.sqrt(64 * 25),
      'features.10.weight': 1 / Math.sqrt(256 * 9),
      'classifier.1.weight': 1 / 96,
      'classifier.6.bias': 1 / 64,
    },
  },
  {
    architecture: 'alexnet_strided',
    layers: 11,
    normal: {},
    uniform: {
      'features.2.0.weight': 1 / 24,
      'features.5.0.bias': 1 / Math.sqrt(192 * 9),
      'features.12.0.weight': 1 / 48,
    },
  },
  {
    architecture: 'vit_b_16',
    layers: 14,
    normal: {
      'conv_proj.weight': 1 / Math.sqrt(768),
      'conv_proj.bias': 0,
      class_token: 0,
      'encoder.pos_embedding': 0.02,
      'encoder.layers.encoder_layer_3.mlp.0.bias': 1e-6,
      'encoder.layers.encoder_layer_3.self_attention.in_proj_bias': 0,
      'encoder.layers.encoder_layer_3.self_attention.out_proj.bias': 0,
      'heads.head.weight': 0,
      'heads.head.bias': 0,
    },
    uniform: {
      'encoder.layers.encoder_layer_0.self_attention.in_proj_weight': Math.sqrt(6 / (768 + 2304)),
      'encoder.layers.encoder_layer_0.self_attention.out_proj.weight': 1 / Math.sqrt(768),
      'encoder.layers.encoder_layer_11.mlp.0.weight': Math.sqrt(6 / (768 + 3072)),
      'encoder.layers.encoder_layer_11.mlp.3.weight': Math.sqrt(6 / (768 + 3072)),
    },
    logits: 'zero',
  },
  {
    architecture: 'small_resnet',
    layers: 8,
    normal: {
      'conv1.weight': Math.sqrt(2 / (16 * 25)),
      'layer2.downsample.0.weight': Math.sqrt(2 / 32),
      'layer4.conv2.weight': Math.sqrt(2 / (128 * 9)),
    },
    uniform: { 'fc.weight': 1 / Math.sqrt(128), 'fc.bias': 1 / Math.sqrt(128) },
  },
  {
    architecture: 'mlp',
    layers: 3,
    normal: {},
    uniform: { 'fc1.weight': 1 / 64, 'fc1.bias': 1 / 64, 'fc2.weight': 1 / 32, 'fc3.bias': 1 / 16 },
  },
];

const FIRST_WEIGHTS = ['conv1.weight', 'features.0.weight'] as const;
let program: Program;
const firstWeights = new Map<string, NdArray>();

describe.each(NETWORKS)('$architecture', ({ architecture, options, layers, normal, uniform, logits }) => {
  const { defaultInputSizePixels, defaultClasses } = findArchitecture(architecture);
  const sizePixels = options?.inputSizePixels ?? defaultInputSizePixels;

  beforeAll(() => {
    program = buildNetwork(architecture, { seed: SEED, ...options });
    const first = FIRST_WEIGHTS.map((name) => program.initializers.get(name)).find(
      (found) => found !== undefined,
    );
    if (first !== undefined) firstWeights.set(architecture, first);
  });

  it('has as many trainable numbers as torchvision says', () => {
    expect(trainableCount(program)).toBe(findArchitecture(architecture).parameterCount);
  });

  it('draws its weights from the distributions of torchvision', () => {
    for (const [name, std] of Object.entries(normal)) {
      const { mean, deviation, kurtosis, size } = moments(weight(program, name));
      expect(Math.abs(mean), name).toBeLessThanOrEqual((ERROR_SIGMAS * std) / Math.sqrt(size));
      expect(Math.abs(deviation - std), name).toBeLessThanOrEqual((ERROR_SIGMAS * std) / Math.sqrt(2 * size));
      if (std > 0 && size > 5000) expect(Math.abs(kurtosis - 3), name).toBeLessThan(0.3);
    }
    for (const [name, bound] of Object.entries(uniform)) {
      const { mean, deviation, largest, size } = moments(weight(program, name));
      const std = bound / Math.sqrt(3);
      expect(Math.abs(mean), name).toBeLessThanOrEqual((ERROR_SIGMAS * std) / Math.sqrt(size));
      expect(Math.abs(deviation - std), name).toBeLessThanOrEqual((ERROR_SIGMAS * std) / Math.sqrt(size));
      expect(largest, name).toBeLessThanOrEqual(bound * (1 + 1e-6));
      expect(largest, name).toBeGreaterThan(bound * (1 - 20 / size));
    }
  });

  it('runs; every declared layer is finite, alive and the same whatever else is in the batch', async () => {
    const declared = layersOf(program);
    expect(declared).toHaveLength(layers);
    expect(readPreprocessing(program)).toEqual(IMAGENET);
    const opened = withOutputs(
      program,
      declared.map(({ tensor }) => tensor),
    );
    const images = noiseImages(2, sizePixels);
    const last = ndarray('float32', [1, ...images.shape.slice(1)], images.data.slice(images.data.length / 2));
    const [both = {}, second = {}] = await runProgram(opened, [images, last]);
    for (const { name, tensor } of declared) {
      const together = both[tensor]?.data ?? new Float32Array();
      const alone = second[tensor]?.data ?? new Float32Array();
      expect(both[tensor]?.shape[0], name).toBe(2);
      expect(together.every(Number.isFinite), name).toBe(true);
      const dead = logits === 'zero' && tensor === 'logits';
      expect(
        together.some((value) => value !== 0),
        name,
      ).toBe(!dead);
      const scale = alone.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
      const error = alone.reduce(
        (worst, value, i) => Math.max(worst, Math.abs(value - (together[alone.length + i] ?? NaN))),
        0,
      );
      expect(error, name).toBeLessThanOrEqual(1e-4 * scale);
    }
    expect(both['logits']?.shape).toEqual([2, defaultClasses]);
  });
});

describe('buildNetwork', () => {
  it('depends on the seed, not on the sizes of image and head', () => {
    const first = (seed: number | bigint): NdArray =>
      weight(buildNetwork('resnet18', { seed, inputSizePixels: 32, classes: 2 }), FIRST_WEIGHTS[0]);
    expect(first(BigInt(SEED))).toEqual(firstWeights.get('resnet18'));
    expect(first(SEED + 1)).not.toEqual(firstWeights.get('resnet18'));
  });

  it('gives the variants of AlexNet the same weights where they agree in shape', () => {
    const [overlapping, strided] = ['alexnet', 'alexnet_strided'].map((name) => firstWeights.get(name));
    expect(overlapping?.shape).toEqual([64, 3, 11, 11]);
    expect(strided).toEqual(overlapping);
  });

  it('scales the width of every architecture for small images; the weights keep their names', async () => {
    const scaled = [
      // Weights, biases, scales and shifts of torchvision's layers with a quarter of the channels, added up by hand.
      { architecture: 'resnet18', inputSizePixels: 32, trainable: 703_386 },
      { architecture: 'vgg16_bn', inputSizePixels: 32 },
      { architecture: 'alexnet', inputSizePixels: 64 },
      { architecture: 'alexnet_nonoverlapping', inputSizePixels: 64 },
      { architecture: 'alexnet_strided', inputSizePixels: 64 },
      { architecture: 'vit_b_16', inputSizePixels: 32 },
      { architecture: 'small_resnet', inputSizePixels: 24 },
      { architecture: 'mlp', inputSizePixels: 16, trainable: 256 * 256 + 256 + 256 * 64 + 64 + 64 * 10 + 10 },
    ];
    for (const { architecture, inputSizePixels, trainable } of scaled) {
      const narrow = buildNetwork(architecture, { seed: SEED, inputSizePixels, classes: 10, width: 0.25 });
      const narrower = buildNetwork(architecture, { seed: SEED, inputSizePixels, classes: 10, width: 0.1 });
      expect(parametersOf(narrow).map(({ tensor }) => tensor)).toEqual(
        parametersOf(narrower).map(({ tensor }) => tensor),
      );
      if (trainable !== undefined) expect(trainableCount(narrow)).toBe(trainable);
      const [output] = await runProgram(narrow, [noiseImages(2, inputSizePixels)]);
      expect(output?.['logits']?.shape).toEqual([2, 10]);
      expect(output?.['logits']?.data.every(Number.isFinite)).toBe(true);
    }
  });

  it('starts with weights and biases times a factor where asked, and leaves normalisations alone', () => {
    const options = { seed: SEED, inputSizePixels: 24 };
    const plain = buildNetwork('small_resnet', options);
    const small = buildNetwork('small_resnet', { ...options, initialScale: 0.25 });
    for (const { tensor, role } of parametersOf(plain)) {
      const factor = role === 'weight' || role === 'bias' ? 0.25 : 1;
      const [before, after] = [plain, small].map((network) => toNumbers(weight(network, tensor)));
      expect(after, tensor).toEqual(before?.map((value) => factor * value));
    }
    expect(() => buildNetwork('mlp', { seed: 1, initialScale: -1 })).toThrow(/initialScale above 0.*not -1/);
  });

  it('looks at the first channel only in the multilayer perceptron', async () => {
    const network = buildNetwork('mlp', { seed: SEED, inputSizePixels: 8 });
    const images = noiseImages(1, 8);
    const other = ndarray(
      'float32',
      images.shape,
      images.data.map((value, index) => (index < 64 ? value : -value)),
    );
    const [first, second] = await runProgram(network, [images, other]);
    expect(second?.['logits']).toEqual(first?.['logits']);
  });

  it('repeats maps that are smaller than what adaptive pooling is to give', async () => {
    // 64 pixels become maps of 2 pixels in the strided AlexNet, which its classifier takes as 6.
    const network = buildNetwork('alexnet_strided', { seed: SEED, inputSizePixels: 64, width: 1 / 64 });
    const [outputs = {}] = await runProgram(withOutputs(network, ['features.12.1.relu', 'avgpool']), [
      noiseImages(1, 64),
    ]);
    const [small, large] = [outputs['features.12.1.relu'], outputs['avgpool']];
    expect(small?.shape).toEqual([1, 4, 2, 2]);
    expect(large?.shape).toEqual([1, 4, 6, 6]);
    const repeated = Array.from({ length: 4 * 36 }, (_, index) => {
      const [channel, row, column] = [Math.floor(index / 36), Math.floor(index / 6) % 6, index % 6];
      return small?.data[channel * 4 + Math.floor(row / 3) * 2 + Math.floor(column / 3)];
    });
    expect([...(large?.data ?? [])]).toEqual(repeated);
  });

  it('says which architectures and sizes there are', () => {
    expect(() => buildNetwork('resnet19', { seed: 1 })).toThrow(UnknownArchitectureError);
    expect(() => buildNetwork('resnet19', { seed: 1 })).toThrow(/"resnet19".*resnet18, vgg16_bn, alexnet/);
    expect(() => buildNetwork('vit_b_16', { seed: 1, inputSizePixels: 100 })).toThrow(/16 pixels.*100/);
    expect(() => buildNetwork('alexnet', { seed: 1, inputSizePixels: 192 })).toThrow(/from 5 to 6 pixels/);
    expect(() => buildNetwork('alexnet', { seed: 1, inputSizePixels: 16 })).toThrow(/too small.*features/);
    expect(() => buildNetwork('resnet18', { seed: 1, classes: 0 })).toThrow(/classes.*not 0/);
    expect(() => buildNetwork('resnet18', { seed: 1, width: 0 })).toThrow(/width above 0.*not 0/);
  });
});

function trainableCount(program: Program): number {
  const trainable = parametersOf(program).filter(({ role }) => role !== 'mean' && role !== 'variance');
  return trainable.reduce((sum, { tensor }) => sum + weight(program, tensor).data.length, 0);
}

function weight(program: Program, name: string): NdArray {
  const found = program.initializers.get(name);
  if (found === undefined) throw new Error(`${program.name} has no weight ${name}.`);
  return found;
}

function moments({ data }: NdArray): Record<'mean' | 'deviation' | 'kurtosis' | 'largest' | 'size', number> {
  let sum = 0;
  let squares = 0;
  let fourths = 0;
  let largest = 0;
  const size = Math.min(data.length, SAMPLE);
  for (let index = 0; index < size; index++) {
    const value = Number(data[index]);
    sum += value;
    squares += value ** 2;
    fourths += value ** 4;
    largest = Math.max(largest, Math.abs(value));
  }
  const variance = squares / size;
  return {
    mean: sum / size,
    deviation: Math.sqrt(variance),
    kurtosis: fourths / size / variance ** 2,
    largest,
    size,
  };
}
