import { float32, ndarray, toNumbers } from '@oblique/arrays';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { NoFloat64Error } from './float64/float64Builder.js';
import { inFloat64 } from './inFloat64.js';
import { dataTypeCode } from './dataTypes.js';
import { float, int, ints, string, type Attributes, type Program } from './program.js';
import { ProgramBuilder } from './programBuilder.js';
import { inferShapes } from './shapes.js';
import { writeProgram } from './writeProgram.js';

const numbers = (count: number, step: number): number[] =>
  Array.from({ length: count }, (_, i) => Math.sin(step * i + 1));

function convolutionOf(weightShape: readonly number[], attributes: Attributes, bias: boolean): Program {
  const b = new ProgramBuilder('convolution');
  const x = b.input('x', 'float32', ['N', 4, 'H', 'W']);
  const size = weightShape.reduce((product, n) => product * n, 1);
  const weight = b.initializer('weight', float32(weightShape, numbers(size, 0.7)));
  const inputs = [
    x,
    weight,
    ...(bias ? [b.initializer('bias', float32([weightShape[0] ?? 0], numbers(weightShape[0] ?? 0, 3)))] : []),
  ];
  b.op('GlobalAveragePool', [b.op('Conv', inputs, attributes, { output: 'y' })], {}, { output: 'mean' });
  b.output('y');
  b.output('mean');
  return b.build();
}

test.each([
  ['3 × 3, padded, at steps', [6, 4, 3, 3], { strides: ints([2, 1]), pads: ints([1, 0, 2, 1]) }, true],
  ['1 × 1', [5, 4, 1, 1], {}, false],
  ['dilated, in groups', [6, 2, 3, 2], { dilations: ints([2, 1]), group: int(2) }, true],
  ['one group a channel', [4, 1, 3, 3], { pads: ints([1, 1, 1, 1]), group: int(4) }, false],
  ['as large as the image', [3, 4, 7, 9], {}, true],
] as const)(
  'a convolution %s gives the numbers of the float32 one',
  async (_name, shape, attributes, bias) => {
    const program = convolutionOf(shape, attributes, bias);
    const image = numbers(2 * 4 * 7 * 9, 0.31);
    const options = { logSeverityLevel: 3 } as const;
    const single = await InferenceSession.create(writeProgram(program), options);
    const double = await InferenceSession.create(writeProgram(inFloat64(program)), options);
    const rounded = Float32Array.from(image);
    const expected = await single.run({ x: new Tensor('float32', rounded, [2, 4, 7, 9]) });
    const got = await double.run({ x: new Tensor('float64', Float64Array.from(rounded), [2, 4, 7, 9]) });
    for (const name of ['y', 'mean']) {
      expect(got[name]?.type).toBe('float64');
      expect(got[name]?.dims).toEqual(expected[name]?.dims);
      const truth = Array.from(expected[name]?.data as Float32Array);
      truth.forEach((value, index) => {
        expect(Math.abs(((got[name]?.data as Float64Array)[index] ?? NaN) - value)).toBeLessThan(1e-5);
      });
    }
  },
);

test('weights keep their values, whole numbers their type', () => {
  const program = inFloat64(convolutionOf([5, 4, 1, 1], {}, true));
  const bias = program.initializers.get('bias') ?? ndarray('bool', [0], new Uint8Array());
  expect(bias.dtype).toBe('float64');
  expect([...toNumbers(bias)]).toEqual(numbers(5, 3).map(Math.fround));
  expect(program.inputs[0]?.dtype).toBe('float64');
});

/** An operator on x of this shape, and float32 inputs behind it. */
type Case = readonly [
  op: string,
  shape: readonly number[],
  attributes?: Attributes,
  others?: readonly (readonly [shape: readonly number[], values?: readonly number[]] | undefined)[],
  opset?: number,
];

const kernel = ints([3, 2]);
const SAME = ['SAME_UPPER', 'SAME_LOWER', 'VALID'].map((mode) => ({ auto_pad: string(mode) }));
const scales = (...values: number[]) => [undefined, [[values.length], values]] as const;
const resizing = (mode: string, coordinates: string, more: Attributes = {}): Attributes => ({
  mode: string(mode),
  coordinate_transformation_mode: string(coordinates),
  ...more,
});
const COORDINATES = ['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric'];

const CASES: readonly Case[] = [
  ...SAME.flatMap((auto): Case[] => [
    ['Conv', [2, 4, 9, 8], { ...auto, strides: ints([2, 3]) }, [[[6, 4, 3, 2]], [[6]]]],
    ['Conv', [2, 4, 9], { ...auto, strides: ints([2]) }, [[[6, 4, 3]]]],
    ['ConvTranspose', [2, 4, 5, 6], { ...auto, strides: ints([2, 1]) }, [[[4, 3, 3, 2]], [[3]]]],
    ['AveragePool', [2, 3, 8, 7], { ...auto, kernel_shape: kernel, strides: ints([2, 1]) }],
    ['MaxPool', [2, 3, 8, 7], { ...auto, kernel_shape: kernel, strides: ints([2, 1]) }],
  ]),
  [
    'ConvTranspose',
    [2, 4, 5, 6],
    { strides: ints([3, 3]), auto_pad: string('SAME_UPPER') },
    [[[4, 3, 2, 2]]],
  ],
  ['Conv', [2, 4, 5, 6, 7], { group: int(2), pads: ints([1, 0, 1, 0, 1, 2]) }, [[[6, 2, 3, 2, 2]], [[6]]]],
  ['Conv', [2, 4, 9], { group: int(4), pads: ints([1, 2]), dilations: ints([2]) }, [[[8, 1, 3]]]],
  [
    'ConvTranspose',
    [2, 4, 5, 6],
    { strides: ints([2, 3]), output_padding: ints([1, 2]), pads: ints([1, 0, 2, 1]), group: int(2) },
    [[[4, 3, 3, 3]], [[6]]],
  ],
  ['ConvTranspose', [2, 4, 5, 6], { strides: ints([2, 2]), output_shape: ints([10, 12]) }, [[[4, 3, 3, 3]]]],
  [
    'ConvTranspose',
    [2, 4, 5],
    { strides: ints([2]), dilations: ints([2]), pads: ints([1, 1]) },
    [[[4, 3, 4]]],
  ],
  ...[0, 1].flatMap((ceil) =>
    [0, 1].flatMap((padding): Case[] => [
      [
        'AveragePool',
        [2, 3, 8, 7],
        {
          kernel_shape: ints([3, 3]),
          strides: ints([2, 3]),
          pads: ints([1, 0, 1, 1]),
          ceil_mode: int(ceil),
          count_include_pad: int(padding),
        },
      ],
      [
        'AveragePool',
        [2, 3, 8, 7],
        {
          kernel_shape: kernel,
          dilations: ints([2, 2]),
          strides: ints([2, 2]),
          pads: ints([1, 1, 1, 1]),
          ceil_mode: int(ceil),
          count_include_pad: int(padding),
        },
        [],
        19,
      ],
    ]),
  ),
  ['AveragePool', [2, 3, 8], { kernel_shape: ints([3]), pads: ints([1, 1]) }],
  ['MaxPool', [2, 3, 8, 7], { kernel_shape: ints([3, 3]), dilations: ints([2, 2]), ceil_mode: int(1) }],
  ['LpPool', [2, 3, 8, 7], { kernel_shape: kernel, p: int(3), pads: ints([1, 1, 0, 1]) }],
  ...['GlobalAveragePool', 'GlobalMaxPool'].flatMap((op): Case[] => [
    [op, [2, 3, 4]],
    [op, [2, 3, 4, 5]],
    [op, [2, 3, 4, 5, 2]],
  ]),
  ['LRN', [2, 5, 4, 3], { size: int(3), alpha: float(0.5), beta: float(0.6), bias: float(1.5) }],
  ['LRN', [2, 5, 4, 3], { size: int(5) }],
  ['InstanceNormalization', [2, 3, 4, 5], { epsilon: float(0.01) }, [[[3]], [[3]]]],
  ['LayerNormalization', [2, 3, 4], {}, [[[4]], [[4]]]],
  ['LayerNormalization', [2, 3, 4], { axis: int(1) }, [[[3, 4]]]],
  ...[
    'Erf',
    'HardSigmoid',
    'HardSwish',
    'Softplus',
    'Mish',
    'Softsign',
    'Elu',
    'Celu',
    'Selu',
    'LeakyRelu',
  ].map((op): Case => [op, [2, 3, 4]]),
  ['Gelu', [2, 3, 4], {}, [], 20],
  ['Gelu', [2, 3, 4], { approximate: string('tanh') }, [], 20],
  ['HardSigmoid', [2, 3, 4], { alpha: float(0.3), beta: float(0.4) }],
  ['Selu', [2, 3, 4], { alpha: float(2), gamma: float(1.2) }],
  ['Celu', [2, 3, 4], { alpha: float(1.5) }],
  ['PRelu', [2, 3, 4], {}, [[[3, 1]]]],
  ['Mean', [2, 3, 4], {}, [[[3, 1]]]],
  ...['Tan', 'Sinh', 'Cosh', 'Shrink', 'ThresholdedRelu'].map((op): Case => [op, [2, 3, 4]]),
  ...COORDINATES.flatMap((coordinates) =>
    [scales(1, 1, 1.5, 2.5), scales(1, 1, 0.5, 0.6), scales(1, 1, 2, 0.7)].flatMap((by): Case[] => [
      ...['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'].map((nearest): Case => {
        return [
          'Resize',
          [2, 3, 6, 5],
          resizing('nearest', coordinates, { nearest_mode: string(nearest) }),
          by,
        ];
      }),
      ['Resize', [2, 3, 6, 5], resizing('linear', coordinates), by],
      ['Resize', [2, 3, 6, 5], resizing('cubic', coordinates), by],
      [
        'Resize',
        [2, 3, 6, 5],
        resizing('cubic', coordinates, { exclude_outside: int(1), cubic_coeff_a: float(-0.5) }),
        by,
      ],
    ]),
  ),
  ['Resize', [2, 3, 6, 5], resizing('linear', 'half_pixel_symmetric'), scales(1, 1, 1.5, 0.7), 19],
  ['Resize', [2, 3, 6], resizing('linear', 'half_pixel'), scales(1, 1, 2)],
  ['Resize', [2, 3, 6, 5], resizing('linear', 'half_pixel', { axes: ints([3, 2]) }), scales(0.5, 2)],
  ...['linear', 'nearest'].map((mode): Case => [
    'Resize',
    [2, 3, 6, 5],
    resizing(mode, 'tf_crop_and_resize', { extrapolation_value: float(7) }),
    [
      [[8], [0, 0, 0.2, -0.3, 1, 1, 0.9, 1.2]],
      [[4], [1, 1, 1.5, 2]],
    ],
  ]),
];

const named = CASES.map(([op, shape, attributes = {}, others = [], opset = 18]) => ({
  op,
  shape,
  attributes,
  others,
  opset,
}));

test.each(named)('$op of $shape gives the numbers of the float32 kernel: $attributes', async (one) => {
  const { op, shape, attributes, others, opset } = one;
  const b = new ProgramBuilder('case', { opset });
  const x = b.input('x', 'float32', ['N', ...shape.slice(1)]);
  const inputs = others.map((other, index) => {
    if (other === undefined) return '';
    const [size, values] = other;
    const count = size.reduce((product, n) => product * n, 1);
    return b.initializer(`other${index}`, float32(size, values ?? numbers(count, 0.9 + index)));
  });
  b.op(op, [x, ...inputs], attributes, { output: 'y' });
  b.output('y');
  const program = b.build();
  const image = Float32Array.from(
    numbers(
      shape.reduce((product, n) => product * n, 1),
      0.31,
    ),
    (n) => 2 * n,
  );
  const options = { logSeverityLevel: 3 } as const;
  const single = await InferenceSession.create(writeProgram(program), options);
  const double = await InferenceSession.create(writeProgram(inFloat64(program)), options);
  const { y: expected } = await single.run({ x: new Tensor('float32', image, shape) });
  const { y: got } = await double.run({ x: new Tensor('float64', Float64Array.from(image), shape) });
  expect(got?.type).toBe('float64');
  expect(got?.dims).toEqual(expected?.dims);
  const known = inferShapes({ ...program, inputs: [{ name: 'x', dtype: 'float32', shape }] }).shapes.get('y');
  expect(known).toEqual(expected?.dims);
  const values = got?.data as Float64Array;
  (expected?.data as Float32Array).forEach((value, index) => {
    expect(Math.abs((values[index] ?? NaN) - value)).toBeLessThan(1e-5 * (1 + Math.abs(value)));
  });
});

/** Digits from mpmath with 40 of them. */
test.each([
  ['Erf', 1e-9, 1.1283791670955126e-9],
  ['Erf', 0.5, 0.5204998778130465],
  ['Erf', 1, 0.8427007929497149],
  ['Erf', -1.25, -0.9229001282564582],
  ['Erf', 3, 0.9999779095030014],
  ['Softplus', -20, 2.0611536203143807e-9],
  ['Softplus', 0.5, 0.9740769841801067],
  ['Elu', -1e-9, -9.999999995e-10],
  ['Elu', -2, -0.8646647167633873],
])('%s(%d) is %d to double precision', async (op, at, expected) => {
  const b = new ProgramBuilder('one');
  b.op(op, [b.input('x', 'float32', ['N'])], {}, { output: 'y' });
  b.output('y');
  const session = await InferenceSession.create(writeProgram(inFloat64(b.build())), { logSeverityLevel: 3 });
  const { y } = await session.run({ x: new Tensor('float64', Float64Array.of(at), [1]) });
  expect(Math.abs(((y?.data as Float64Array)[0] ?? NaN) / expected - 1)).toBeLessThan(1e-15);
});

test('a half-precision network is computed in float64 from what it stores', async () => {
  const b = new ProgramBuilder('half');
  const x = b.input('x', 'float32', ['N']);
  const half = b.op('Cast', [x], { to: int(dataTypeCode('float16')) });
  const third = b.initializer('third', ndarray('float16', [1], Uint16Array.of(0x3555)));
  const scaled = b.op('Mul', [half, third]);
  b.op('Cast', [scaled], { to: int(dataTypeCode('float32')) }, { output: 'y' });
  b.output('y');
  const session = await InferenceSession.create(writeProgram(inFloat64(b.build())), { logSeverityLevel: 3 });
  const { y } = await session.run({ x: new Tensor('float64', Float64Array.of(1 / 7), [1]) });
  expect((y?.data as Float64Array)[0]).toBe((1 / 7) * 0.333251953125);
});

test('names operators that have no float64 kernel', () => {
  const b = new ProgramBuilder('bent');
  b.op('Atan', [b.input('x', 'float32', ['N'])], {}, { output: 'y' });
  b.output('y');
  expect(() => inFloat64(b.build())).toThrow(NoFloat64Error);
  expect(() => inFloat64(b.build())).toThrow(/Atan/);
});
