import { float32, int64, ndarray, type NdArray } from '@oblique/arrays';
import { int, ints, ProgramBuilder, tensor, type Program } from '@oblique/onnx';
import { randomStream } from '@oblique/random';
import { describe, expect, it } from 'vitest';
import { parametersOf } from './parameters.js';
import { reinitialise, shuffleOutputChannels, shuffleWithinTensors } from './weightTransforms.js';

const network = mixedNetwork();

/** What must never change: preprocessing, scalars, shapes, a mask on attention scores. */
const FIXED = ['mean', 'std', 'order', 'flat', 'mask'];

const LEARNED = [
  'conv.weight',
  'conv.bias',
  'ln.scale',
  'ln.shift',
  'position',
  'fc.weight',
  'fc.bias',
  'bn.scale',
  'bn.shift',
];

describe('parametersOf', () => {
  it('finds learned tensors by their role and nothing else', () => {
    const found = parametersOf(network).map(({ tensor, role, fanIn }) => [tensor, role, fanIn]);
    expect(found).toEqual([
      ['conv.weight', 'weight', 27],
      ['bn.scale', 'scale', undefined],
      ['bn.shift', 'shift', undefined],
      ['bn.mean', 'mean', undefined],
      ['bn.variance', 'variance', undefined],
      ['conv.bias', 'shift', undefined],
      ['position', 'embedding', undefined],
      ['ln.scale', 'scale', undefined],
      ['ln.shift', 'shift', undefined],
      ['fc.weight', 'weight', 64],
      ['fc.bias', 'bias', 64],
    ]);
  });
});

describe.each([
  { name: 'shuffleWithinTensors', shuffle: shuffleWithinTensors },
  { name: 'shuffleOutputChannels', shuffle: shuffleOutputChannels },
])('$name', ({ shuffle }) => {
  const shuffled = shuffle(network, 3);

  it('keeps every value, moves those of learned tensors and leaves all others', () => {
    for (const name of LEARNED) {
      expect(values(shuffled, name).toSorted(), name).toEqual(values(network, name).toSorted());
      expect(values(shuffled, name), name).not.toEqual(values(network, name));
    }
    for (const name of [...FIXED, 'bn.mean', 'bn.variance'])
      expect(array(shuffled, name), name).toBe(array(network, name));
  });

  it('is fixed by the seed, and independent from tensor to tensor', () => {
    expect(values(shuffle(network, 3n), 'fc.weight')).toEqual(values(shuffled, 'fc.weight'));
    expect(values(shuffle(network, 4), 'fc.weight')).not.toEqual(values(shuffled, 'fc.weight'));
    const orderOf = (name: string): number[] =>
      values(shuffled, name).map((value) => values(network, name).indexOf(value));
    expect(orderOf('ln.scale')).not.toEqual(orderOf('ln.shift'));
  });
});

describe('shuffleOutputChannels', () => {
  const shuffled = shuffleOutputChannels(network, 3);

  it('permutes whole input vectors among output channels, for every kernel position separately', () => {
    const vectors = (program: Program, position: number): string[] =>
      Array.from({ length: 8 }, (_, output) =>
        [0, 1, 2].map((input) => values(program, 'conv.weight')[(output * 3 + input) * 9 + position]).join(),
      );
    const orders = Array.from({ length: 9 }, (_, position) => {
      const before = vectors(network, position);
      const order = vectors(shuffled, position).map((vector) => before.indexOf(vector));
      expect(order.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
      return order.join();
    });
    expect(new Set(orders).size).toBeGreaterThan(6);
  });

  it('permutes rows and columns of matrices as wholes', () => {
    const rows = (program: Program): string[] =>
      Array.from({ length: 10 }, (_, row) =>
        values(program, 'fc.weight')
          .slice(row * 64, row * 64 + 64)
          .toSorted()
          .join(),
      );
    const columns = (program: Program): string[] =>
      Array.from({ length: 64 }, (_, column) =>
        values(program, 'fc.weight')
          .filter((_value, index) => index % 64 === column)
          .toSorted()
          .join(),
      );
    expect(rows(shuffled).toSorted()).toEqual(rows(network).toSorted());
    expect(columns(shuffled).toSorted()).toEqual(columns(network).toSorted());
    expect(rows(shuffled)).not.toEqual(rows(network));
    expect(columns(shuffled)).not.toEqual(columns(network));
  });
});

describe('reinitialise', () => {
  const fresh = reinitialise(network, 3);

  it('draws weights by PyTorch’s default from the inputs of a unit, and resets normalisation', () => {
    const bound = (name: string): number => Math.max(...values(fresh, name).map(Math.abs));
    expect(bound('conv.weight')).toBeLessThanOrEqual(1 / Math.sqrt(27));
    expect(bound('conv.weight')).toBeGreaterThan(0.95 / Math.sqrt(27));
    expect(bound('fc.weight')).toBeLessThanOrEqual(1 / 8);
    expect(bound('fc.weight')).toBeGreaterThan(0.98 / 8);
    expect(bound('fc.bias')).toBeLessThanOrEqual(1 / 8);
    for (const name of ['bn.scale', 'bn.variance', 'ln.scale'])
      expect(new Set(values(fresh, name)), name).toEqual(new Set([1]));
    for (const name of ['bn.shift', 'bn.mean', 'ln.shift', 'conv.bias'])
      expect(new Set(values(fresh, name)), name).toEqual(new Set([0]));
    for (const name of FIXED) expect(array(fresh, name), name).toBe(array(network, name));
  });

  it('is fixed by the seed', () => {
    expect(values(reinitialise(network, 3), 'conv.weight')).toEqual(values(fresh, 'conv.weight'));
    expect(values(reinitialise(network, 4), 'conv.weight')).not.toEqual(values(fresh, 'conv.weight'));
  });

  it('refuses a network without weights', () => {
    const b = new ProgramBuilder('plain');
    b.output(b.op('Relu', [b.input('image', 'float32', ['N', 3, 4, 4])]));
    expect(() => reinitialise(b.build(), 1)).toThrow(/plain has no learned weights/);
  });
});

function array(program: Program, name: string): NdArray {
  const found = program.initializers.get(name);
  if (found === undefined) throw new Error(`There is no ${name}.`);
  return found;
}

function values(program: Program, name: string): number[] {
  const constant = program.nodes.find(({ outputs }) => outputs[0] === name)?.attributes['value'];
  return Array.from((constant?.type === 'tensor' ? constant.value : array(program, name)).data, Number);
}

/**
 * Preprocessing, Conv (weight in a Constant node), batch normalisation, a per-channel summand, tokens with positions,
 * masked self-attention, LayerNormalization, and a head with a transposed weight as PyTorch exports Linear.
 */
function mixedNetwork(): Program {
  const b = new ProgramBuilder('mixed');
  const random = (name: string, shape: readonly number[]): NdArray => {
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
    randomStream(0, name).fillUniform(data, 1, 2);
    return ndarray('float32', shape, data);
  };
  const weight = (name: string, shape: readonly number[]): string => b.initializer(name, random(name, shape));
  const op = (type: string, inputs: string[], output: string, attributes = {}): string =>
    b.op(type, inputs, attributes, { output });
  const image = b.input('image', 'float32', ['N', 3, 4, 4]);
  const centred = op('Add', [image, weight('mean', [1, 3, 1, 1])], 'centred');
  const scaled = op('Mul', [centred, weight('std', [1, 3, 1, 1])], 'scaled');
  const swapped = op('Gather', [scaled, b.initializer('order', int64([3], [2, 1, 0]))], 'swapped', {
    axis: int(1),
  });
  const kernel = op('Constant', [], 'conv.weight', { value: tensor(random('conv.weight', [8, 3, 3, 3])) });
  const conv = op('Conv', [swapped, kernel], 'conv', { pads: ints([1, 1, 1, 1]) });
  const statistics = ['bn.scale', 'bn.shift', 'bn.mean', 'bn.variance'].map((name) => weight(name, [8]));
  const normal = op('BatchNormalization', [conv, ...statistics], 'bn');
  const biased = op('Add', [normal, weight('conv.bias', [1, 8, 1, 1])], 'biased');
  const rows = op('Reshape', [biased, b.initializer('flat', int64([3], [0, 8, 16]))], 'rows');
  const placed = op('Add', [rows, weight('position', [1, 8, 16])], 'placed');
  const turned = op('Transpose', [placed], 'turned', { perm: ints([0, 2, 1]) });
  const scores = op('MatMul', [placed, turned], 'scores');
  const masked = op(
    'Add',
    [
      scores,
      b.initializer(
        'mask',
        float32(
          [8, 8],
          Array.from({ length: 64 }, (_, i) => -(i % 2) * 1e9),
        ),
      ),
    ],
    'masked',
  );
  const read = op('MatMul', [op('Softmax', [masked], 'attention'), placed], 'read');
  const layer = op('LayerNormalization', [read, weight('ln.scale', [16]), weight('ln.shift', [16])], 'ln');
  const half = op('Mul', [layer, b.scalar(0.5)], 'half');
  const features = op(
    'Reshape',
    [op('Slice', [half, b.ints([0]), b.ints([4]), b.ints([1])], 'some'), b.ints([0, 64])],
    'features',
  );
  const head = op('Transpose', [weight('fc.weight', [10, 64])], 'fc.turned', { perm: ints([1, 0]) });
  b.output(op('Add', [op('MatMul', [features, head], 'product'), weight('fc.bias', [10])], 'logits'));
  return b.build();
}
