import { float32, ndarray, toNumbers } from '@oblique/arrays';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { inFloat64, NoFloat64Error } from './inFloat64.js';
import { int, ints, type Attributes, type Program } from './program.js';
import { ProgramBuilder } from './programBuilder.js';
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

test('names operators that have no float64 kernel', () => {
  const b = new ProgramBuilder('smooth');
  b.op('Erf', [b.input('x', 'float32', ['N'])], {}, { output: 'y' });
  b.output('y');
  expect(() => inFloat64(b.build())).toThrow(NoFloat64Error);
  expect(() => inFloat64(b.build())).toThrow(/Erf/);
});
