import { float64, isDType, ndarray, toNumbers, type NdArray } from '@oblique/arrays';
import { dataTypeCode } from './dataTypes.js';
import {
  int,
  intAttribute,
  ints,
  intsAttribute,
  type Attribute,
  type Attributes,
  type Node,
  type Program,
  type Value,
} from './program.js';
import { ProgramBuilder } from './programBuilder.js';
import type { Shape } from './shapeRules.js';
import { inferShapes } from './shapes.js';
import { upgradeOpset } from './upgradeOpset.js';

/** Operators that ONNX Runtime computes in float32 only, on the CPU, and that nothing here stands in for. */
const FLOAT32_ONLY = new Set([
  ...['AveragePool', 'ConvTranspose', 'Elu', 'Erf', 'Gelu', 'GlobalMaxPool', 'HardSigmoid', 'HardSwish'],
  ...['InstanceNormalization', 'LeakyRelu', 'LRN', 'Mish', 'PRelu', 'Resize', 'Selu', 'Softplus', 'Softsign'],
]);

/** A program that cannot be computed in float64; the message names the operators. */
export class NoFloat64Error extends Error {
  override readonly name = 'NoFloat64Error';
}

/**
 * The same program with every float32 tensor in float64, inputs and outputs included. Convolutions, for which ONNX
 * Runtime has float32 kernels only, become matrix products over shifted copies of the input, and global average pooling
 * a mean.
 *
 * @throws NoFloat64Error where an operator has no float64 kernel.
 */
export function inFloat64(program: Program): Program {
  const source = upgradeOpset(program);
  const missing = [...new Set(source.nodes.filter(({ op }) => FLOAT32_ONLY.has(op)).map(({ op }) => op))];
  if (missing.length > 0) {
    throw new NoFloat64Error(
      `${program.name} cannot be computed in float64: ONNX Runtime has no float64 kernel for ${missing.join(', ')}.`,
    );
  }
  const doubled: Program = {
    ...source,
    inputs: source.inputs.map(wideValue),
    initializers: new Map([...source.initializers].map(([name, value]) => [name, wide(value)])),
  };
  const b = ProgramBuilder.extending({ ...doubled, nodes: [] }, { reserved: source.nodes });
  const { shapes } = inferShapes(source);
  for (const node of source.nodes) {
    const weight = node.inputs[1] ?? '';
    if (node.op === 'Conv') convolution(b, node, shapes.get(weight), source.initializers.get(weight));
    else if (node.op === 'GlobalAveragePool') globalAverage(b, node);
    else b.push({ ...node, attributes: wideAttributes(node) });
  }
  for (const { name, dtype, shape } of source.outputs.map(wideValue)) b.output(name, dtype, shape);
  return b.build();
}

function wide(value: NdArray): NdArray {
  return isDType(value, 'float32') ? ndarray('float64', value.shape, toNumbers(value)) : value;
}

function wideValue(value: Value): Value {
  return value.dtype === 'float32' ? { ...value, dtype: 'float64' } : value;
}

function wideAttributes(node: Node): Attributes {
  return Object.fromEntries(
    Object.entries(node.attributes).map(([name, attribute]): [string, Attribute] => {
      if (attribute.type === 'tensor') return [name, { type: 'tensor', value: wide(attribute.value) }];
      const toFloat32 =
        node.op === 'Cast' && name === 'to' && intAttribute(node, 'to', 0) === dataTypeCode('float32');
      return [name, toFloat32 ? int(dataTypeCode('float64')) : attribute];
    }),
  );
}

function globalAverage(b: ProgramBuilder, node: Node): void {
  const [x = ''] = node.inputs;
  const flat = b.op('Reshape', [x, b.ints([0, 0, -1])], {}, { name: `${node.name}/flat` });
  const mean = b.op('ReduceMean', [flat, b.ints([2])], {}, { name: `${node.name}/mean` });
  b.push({ ...node, op: 'Unsqueeze', inputs: [mean, b.ints([3])], attributes: {} });
}

/** y = Σ over the kernel's places and input channels: one matrix product over the places' shifted copies of x. */
function convolution(
  b: ProgramBuilder,
  node: Node,
  weightShape: Shape | undefined,
  constant: NdArray | undefined,
): void {
  if (weightShape?.length !== 4) {
    throw new NoFloat64Error(
      `Convolution ${node.name} cannot be computed in float64: the shape of its weight is not known to be [C, c, h, w].`,
    );
  }
  const [outChannels = 0, inChannels = 0, height = 0, width = 0] = weightShape;
  const [strideY = 1, strideX = 1] = intsAttribute(node, 'strides') ?? [];
  const [dilationY = 1, dilationX = 1] = intsAttribute(node, 'dilations') ?? [];
  const [top = 0, left = 0, bottom = 0, right = 0] = intsAttribute(node, 'pads') ?? [];
  const groups = intAttribute(node, 'group', 1);
  const name = (part: string): { name: string } => ({ name: `${node.name}/${part}` });

  const [x = '', , bias = ''] = node.inputs;
  const padded =
    top + left + bottom + right === 0
      ? x
      : b.op('Pad', [x, b.ints([0, 0, top, left, 0, 0, bottom, right])], {}, name('padded'));
  const places = Array.from({ length: height * width }, (_, place) => {
    const [row, column] = [Math.floor(place / width), place % width];
    const end = (left_: number): number => (left_ === 0 ? Number.MAX_SAFE_INTEGER : -left_);
    const starts = b.ints([row * dilationY, column * dilationX]);
    const ends = b.ints([end((height - 1 - row) * dilationY), end((width - 1 - column) * dilationX)]);
    return b.op(
      'Slice',
      [padded, starts, ends, b.ints([2, 3]), b.ints([strideY, strideX])],
      {},
      name('place'),
    );
  });
  const perGroup = outChannels / groups;
  const products = Array.from({ length: groups }, (_, group) => {
    const channels = places.map((place) =>
      groups === 1
        ? place
        : b.op(
            'Slice',
            [place, b.ints([group * inChannels]), b.ints([(group + 1) * inChannels]), b.ints([1])],
            {},
            name('group'),
          ),
    );
    const stacked = b.op('Concat', channels, { axis: int(1) }, name('stacked'));
    const columns = b.op('Reshape', [stacked, b.ints([0, 0, -1])], {}, name('columns'));
    const rows =
      constant !== undefined && isDType(constant, 'float32')
        ? b.initializer(`${node.name}/rows`, matrix(constant, group * perGroup, perGroup))
        : computedMatrix(b, node, group * perGroup, perGroup, height * width * inChannels);
    return b.op('MatMul', [rows, columns], {}, name('product'));
  });
  const product =
    groups === 1 ? (products[0] ?? '') : b.op('Concat', products, { axis: int(1) }, name('groups'));
  const space = b.op('Shape', [places[0] ?? ''], { start: int(2) }, name('space'));
  const shape = b.op('Concat', [b.ints([0, 0]), space], { axis: int(0) }, name('shape'));
  if (bias === '') {
    b.push({ ...node, op: 'Reshape', inputs: [product, shape], attributes: {} });
    return;
  }
  const image = b.op('Reshape', [product, shape], {}, name('image'));
  const perChannel = b.op('Reshape', [bias, b.ints([1, outChannels, 1, 1])], {}, name('bias'));
  b.push({ ...node, op: 'Add', inputs: [image, perChannel], attributes: {} });
}

/** As {@link matrix} of a weight that is not known before the program runs. */
function computedMatrix(
  b: ProgramBuilder,
  node: Node,
  first: number,
  count: number,
  columns: number,
): string {
  const name = (part: string): { name: string } => ({ name: `${node.name}/${part}` });
  const bounds = [b.ints([first]), b.ints([first + count]), b.ints([0])];
  const rows = b.op('Slice', [node.inputs[1] ?? '', ...bounds], {}, name('rows'));
  const channelsLast = b.op('Transpose', [rows], { perm: ints([0, 2, 3, 1]) }, name('rows/turned'));
  return b.op('Reshape', [channelsLast, b.ints([count, columns])], {}, name('rows/matrix'));
}

/** Rows `first` to `first + count` of W [C, c, h, w] as a matrix [count, h·w·c]. */
function matrix(weight: NdArray<'float32'>, first: number, count: number): NdArray {
  const [, channels = 0, height = 0, width = 0] = weight.shape;
  const places = height * width;
  const values = new Float64Array(count * places * channels);
  for (let row = 0; row < count; row++) {
    for (let channel = 0; channel < channels; channel++) {
      for (let place = 0; place < places; place++) {
        values[(row * places + place) * channels + channel] =
          weight.data[((first + row) * channels + channel) * places + place] ?? NaN;
      }
    }
  }
  return float64([count, places * channels], values);
}
