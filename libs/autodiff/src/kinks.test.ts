import { float32, float64, int64, type NdArray } from '@oblique/arrays';
import { dataTypeCode, float, int, ints, ProgramBuilder, type Attributes, type Program } from '@oblique/onnx';
import { Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { gradient, gradientName } from './gradient.js';
import { jvp, tangentName } from './jvp.js';
import { runOnce } from './testing/checkOperator.js';
import { values } from './testing/operatorCases.js';
import { UnsupportedOperatorError } from './unsupportedOperatorError.js';

type Use = readonly [op: string, attributes: Attributes, constants: readonly (NdArray | null)[]];

function program(
  [op, attributes, constants]: Use,
  dtype: 'float32' | 'float64',
  shape: readonly number[],
): Program {
  const b = new ProgramBuilder('kink', { opset: 20 });
  const rest = constants.map((value, index) => (value === null ? '' : b.initializer(`c${index}`, value)));
  b.input('x', dtype, shape);
  b.op(op, ['x', ...rest], attributes, { output: 'y' });
  b.output('y', dtype);
  return b.build();
}

const tensor = (dtype: 'float32' | 'float64', data: readonly number[], shape: readonly number[]): Tensor =>
  dtype === 'float32'
    ? new Tensor('float32', Float32Array.from(data), shape)
    : new Tensor('float64', Float64Array.from(data), shape);

/** The tangent along `direction`. */
async function tangent(
  use: Use,
  dtype: 'float32' | 'float64',
  x: readonly number[],
  shape: readonly number[] = [x.length],
  direction: readonly number[] = x.map(() => 1),
): Promise<number[]> {
  const forward = jvp(program(use, dtype, shape), { wrt: ['x'], outputs: ['y'] });
  const got = await runOnce(forward, {
    x: tensor(dtype, x, shape),
    [tangentName('x')]: tensor(dtype, direction, shape),
  });
  return [...values(got[tangentName('y')])];
}

const scalar = (value: number): NdArray => float32([], [value]);

describe('at kinks the derivative is that of PyTorch 2.15, forwards', () => {
  it.each<[what: string, use: Use, x: readonly number[], expected: readonly number[]]>([
    ['relu', ['Relu', {}, []], [-1, 0, 1], [0, 0, 1]],
    ['clamp', ['Clip', {}, [scalar(0), scalar(1)]], [-1, 0, 0.5, 1, 2], [0, 0, 1, 0, 0]],
    ['relu6', ['Clip', {}, [scalar(0), scalar(6)]], [0, 3, 6], [0, 1, 0]],
    ['clamp from below', ['Clip', {}, [scalar(0)]], [0, 1], [0, 1]],
    ['clamp from above', ['Clip', {}, [null, scalar(0)]], [0, -1], [0, 1]],
    ['prelu', ['PRelu', {}, [scalar(0.25)]], [-1, 0, 1], [0.25, 1, 1]],
    ['leaky_relu', ['LeakyRelu', { alpha: float(0.125) }, []], [-1, 0, 1], [0.125, 0.125, 1]],
    ['threshold', ['ThresholdedRelu', {}, []], [1, 2], [0, 1]],
    ['hardsigmoid', ['HardSigmoid', { alpha: float(0.25) }, []], [-2, 0, 2], [0, 0.25, 0]],
    ['hardswish', ['HardSwish', {}, []], [-3, 3, 4], [0, 1, 1]],
    ['elu', ['Elu', { alpha: float(0.5) }, []], [0], [0.5]],
    ['celu', ['Celu', { alpha: float(0.5) }, []], [0], [1]],
    ['softshrink', ['Shrink', { lambd: float(0.5), bias: float(0.5) }, []], [-0.5, 0, 0.5, 1], [0, 0, 0, 1]],
    ['abs', ['Abs', {}, []], [-2, 0, 2], [-1, 0, 1]],
    ['sign', ['Sign', {}, []], [0, 1], [0, 0]],
    ['round', ['Round', {}, []], [0.5, 1], [0, 0]],
    ['maximum', ['Max', {}, [scalar(1)]], [0, 1, 2], [0, 0.5, 1]],
    ['minimum', ['Min', {}, [scalar(1)]], [0, 1, 2], [1, 0.5, 0]],
    ['pow to 0', ['Pow', {}, [scalar(0)]], [0, 2], [0, 0]],
    ['pow to 2', ['Pow', {}, [scalar(2)]], [0, -1], [0, -2]],
    ['pow to 1.5', ['Pow', {}, [scalar(1.5)]], [0], [0]],
    ['pow to a whole number', ['Pow', {}, [int64([], [3])]], [0, -2], [0, 12]],
    ['vector_norm 2', ['ReduceL2', { keepdims: int(0) }, []], [0, 0], [0]],
    ['vector_norm 1', ['ReduceL1', { keepdims: int(0) }, []], [0, 3], [1]],
    ['amax', ['ReduceMax', { keepdims: int(0) }, []], [1, 1, 0], [1]],
    ['prod at one zero', ['ReduceProd', { keepdims: int(0) }, []], [0, 2, 3], [6]],
    ['prod at two zeros', ['ReduceProd', { keepdims: int(0) }, []], [0, 0, 3], [0]],
    ['logsumexp', ['ReduceLogSumExp', { keepdims: int(0) }, []], [1000, 0], [1]],
    ['softplus', ['Softplus', {}, []], [-200, 0, 200], [0, 0.5, 1]],
    ['mish', ['Mish', {}, []], [-100, 100], [0, 1]],
    ['gelu', ['Gelu', {}, []], [-1e20, 1e20], [0, 1]],
  ])('%s', async (_what, use, x, expected) => {
    const found = await tangent(use, 'float32', x);
    found.forEach((value, index) => {
      expect(value).toBeCloseTo(expected[index] ?? NaN, 6);
    });
  });

  it('of tied pixels, pools read the first', async () => {
    const shape = [1, 1, 2, 2];
    const window: Attributes = { kernel_shape: ints([2, 2]) };
    for (const [op, attributes] of [
      ['MaxPool', window],
      ['GlobalMaxPool', {}],
    ] as const)
      expect(await tangent([op, attributes, []], 'float32', [1, 1, 1, 1], shape, [1, 2, 4, 8])).toEqual([1]);
    expect(await tangent(['LpPool', window, []], 'float32', [0, 0, 0, 0], shape)).toEqual([0]);
  });

  it('moving bounds share a tie, as bounds that are tensors do', async () => {
    const b = new ProgramBuilder('bounds');
    for (const name of ['low', 'high']) b.input(name, 'float64', []);
    b.input('x', 'float64', [4]);
    b.op('ReduceSum', [b.op('Clip', ['x', 'low', 'high'])], { keepdims: int(0) }, { output: 'loss' });
    b.output('loss', 'float64', []);
    const got = await runOnce(gradient(b.build(), { loss: 'loss', wrt: ['x', 'low', 'high'] }), {
      x: tensor('float64', [0.5, 2, 0, 3], [4]),
      low: tensor('float64', [0.5], []),
      high: tensor('float64', [2], []),
    });
    expect([...values(got[gradientName('x')])]).toEqual([0.5, 0.5, 0, 0]);
    expect([...values(got[gradientName('low')])]).toEqual([1.5]);
    expect([...values(got[gradientName('high')])]).toEqual([1.5]);
  });
});

describe('where a slope is infinite', () => {
  it.each(['float32', 'float64'] as const)('nothing moves where x does not, in %s', async (dtype) => {
    for (const use of [
      ['Sqrt', {}, []],
      ['Pow', {}, [dtype === 'float32' ? float32([], [0.5]) : float64([], [0.5])]],
    ] satisfies Use[])
      expect(await tangent(use, dtype, [0, 4], [2], [0, 1])).toEqual([0, 0.25]);
  });

  it('what does move overflows, so that its square is seen not to be finite', async () => {
    const [slope = NaN] = await tangent(['Sqrt', {}, []], 'float32', [0], [1], [0.01]);
    expect(Number.isFinite(Math.fround(slope * slope))).toBe(false);
  });

  it('√(a² + b²) has the slope 0 at exact zeros, and where squares underflow', async () => {
    const b = new ProgramBuilder('energy');
    b.input('x', 'float32', [2, 3]);
    const energy = b.op('ReduceSum', [b.op('Mul', ['x', 'x']), b.ints([0])], { keepdims: int(0) });
    b.op('Sqrt', [energy], {}, { output: 'y' });
    b.output('y', 'float32', [3]);
    const got = await runOnce(jvp(b.build(), { wrt: ['x'], outputs: ['y'] }), {
      // As in the tails of a Gabor, whose slope fades with it.
      x: tensor('float32', [0, 3e-23, 3, 0, 1e-25, 4], [2, 3]),
      [tangentName('x')]: tensor('float32', [1, 3e-20, 1, 1, 1e-22, 1], [2, 3]),
    });
    const [zero, small, plain] = values(got[tangentName('y')]);
    expect(zero).toBe(0);
    expect(Math.abs(small ?? NaN)).toBeLessThan(1e-9);
    expect(plain).toBeCloseTo(1.4, 6);
  });
});

describe('what has no derivative has none', () => {
  it.each(['int32', 'int64', 'bool', 'uint8'] as const)('through a cast to %s and back', async (dtype) => {
    const b = new ProgramBuilder('gate');
    b.input('x', 'float32', [3]);
    const whole = b.op('Cast', ['x'], { to: int(dataTypeCode(dtype)) });
    const gate = b.op('Cast', [whole], { to: int(dataTypeCode('float32')) });
    b.op('Mul', ['x', gate], {}, { output: 'y' });
    b.output('y', 'float32', [3]);
    const got = await runOnce(jvp(b.build(), { wrt: ['x'], outputs: ['y'] }), {
      x: tensor('float32', [0, 1, 3], [3]),
      [tangentName('x')]: tensor('float32', [1, 1, 1], [3]),
    });
    expect([...values(got[tangentName('y')])]).toEqual(dtype === 'bool' ? [0, 1, 1] : [0, 1, 3]);
  });

  it('quantisation is refused by name', () => {
    const b = new ProgramBuilder('quantised');
    b.input('x', 'float32', [3]);
    const scale = b.scalar(0.1);
    const whole = b.op('QuantizeLinear', ['x', scale], {}, { name: 'quantise' });
    b.op('DequantizeLinear', [whole, scale], {}, { output: 'y' });
    b.output('y', 'float32', [3]);
    expect(() => jvp(b.build(), { wrt: ['x'], outputs: ['y'] })).toThrow(
      /QuantizeLinear \(node quantise.*it rounds/,
    );
  });
});

describe('a tangent that a rule does not take is refused by name, before anything is built', () => {
  const refused = (
    op: string,
    place: number,
    count: number,
    attributes: Attributes = {},
  ): (() => Program) => {
    const b = new ProgramBuilder('refused');
    const inputs = Array.from({ length: count }, (_, index) => b.input(`x${index}`, 'float32', [4]));
    b.op(op, inputs, attributes, { name: 'node', output: 'y' });
    b.output('y', 'float32', undefined);
    return () => jvp(b.build(), { wrt: [`x${place}`], outputs: ['y'] });
  };

  it('an input', () => {
    expect(refused('Resize', 2, 3)).toThrow(UnsupportedOperatorError);
    expect(refused('Resize', 2, 3)).toThrow(
      /Resize \(node node, domain ai\.onnx\) cannot be differentiated: its input scales \(tensor x2\) depends on what is differentiated/,
    );
  });

  it('an attribute, or a value of one', () => {
    expect(refused('Relu', 0, 1, { slope: float(1) })).toThrow(
      /Relu \(node node.*attribute slope is not known/,
    );
    const multiplied = { reduction: { type: 'string', value: 'mul' } } as const;
    expect(refused('ScatterElements', 0, 3, multiplied)).toThrow(/reduction = mul has no derivative rule/);
    const training = { training_mode: int(1) };
    expect(refused('BatchNormalization', 0, 5, training)).toThrow(/supported in inference mode/);
  });
});
