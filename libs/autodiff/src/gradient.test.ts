import { ProgramBuilder, writeProgram, type Program } from '@oblique/onnx';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { gradient, gradientName } from './gradient.js';
import { UnsupportedOperatorError } from './unsupportedOperatorError.js';

/** loss = Σ (a b + a)², where a is used twice; `sum` = a + b is another output, and c is used by nothing. */
function program(): Program {
  const b = new ProgramBuilder('program');
  b.input('a', 'float64', [2]);
  b.input('b', 'float64', [1]);
  b.input('c', 'float64', [3]);
  const inner = b.op('Add', [b.op('Mul', ['a', 'b']), 'a']);
  b.op('ReduceSumSquare', [inner], { keepdims: { type: 'int', value: 0 } }, { output: 'loss' });
  b.op('Add', ['a', 'b'], {}, { output: 'sum' });
  b.output('loss', 'float64', []);
  b.output('sum', 'float64', [2]);
  return b.build();
}

describe('gradient', () => {
  it('adds up over the uses of a tensor and over broadcasting, and keeps the outputs', async () => {
    const both = gradient(program(), { loss: 'loss', wrt: ['a', 'b', 'c'] });
    expect(both.inputs.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(both.outputs.map(({ name }) => name)).toEqual([
      'loss',
      'sum',
      ...['a', 'b', 'c'].map(gradientName),
    ]);
    const session = await InferenceSession.create(writeProgram(both), { logSeverityLevel: 3 });
    const tensor = (...values: number[]): Tensor => new Tensor('float64', values, [values.length]);
    const results = await session.run({ a: tensor(2, -3), b: tensor(0.5), c: tensor(1, 2, 3) });
    await session.release();
    // loss = (1 + b)² Σ a²
    expect(Array.from(results['loss']!.data, Number)).toEqual([2.25 * 13]);
    expect(Array.from(results['sum']!.data, Number)).toEqual([2.5, -2.5]);
    expect(Array.from(results[gradientName('a')]!.data, Number)).toEqual([9, -13.5]);
    expect(Array.from(results[gradientName('b')]!.data, Number)).toEqual([39]);
    expect(Array.from(results[gradientName('c')]!.data, Number)).toEqual([0, 0, 0]);
  });

  it('names what cannot be differentiated before anything runs', () => {
    const b = new ProgramBuilder('unusual');
    b.input('x', 'float32', [1]);
    b.op('Det', [b.op('Reshape', ['x', b.ints([1, 1])])], {}, { output: 'loss', name: 'determinant' });
    b.output('loss', 'float32', []);
    expect(() => gradient(b.build(), { loss: 'loss', wrt: ['x'] })).toThrow(UnsupportedOperatorError);
    expect(() => gradient(b.build(), { loss: 'loss', wrt: ['x'] })).toThrow(/Det \(node determinant/);
  });

  it('says what is wrong with the loss, the variables or the shapes', () => {
    expect(() => gradient(program(), { loss: 'sum', wrt: ['a'] })).toThrow(/sum has the shape \[2\]/);
    expect(() => gradient(program(), { loss: 'loss', wrt: ['z'] })).toThrow(/no input z; it has a, b, c/);
    const free = {
      ...program(),
      inputs: program().inputs.map((input) => ({ ...input, shape: ['N'] })),
    };
    expect(() => gradient(free, { loss: 'loss', wrt: ['a'] })).toThrow(/Give every input a fixed shape/);
  });
});
