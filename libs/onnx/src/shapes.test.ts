import { float32, int64 } from '@oblique/arrays';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { float, int, ints, string, type Attributes } from './program.js';
import { ProgramBuilder } from './programBuilder.js';
import { inferShapes, withInputShapes } from './shapes.js';
import { withOutputs } from './withOutputs.js';
import { writeProgram } from './writeProgram.js';

const filled = (shape: readonly number[]): ReturnType<typeof float32> =>
  float32(shape, new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(0.5));

/** Images through windows of every kind, then through shape arithmetic as exporters write it. */
function program(): { b: ProgramBuilder; made: string[] } {
  const b = new ProgramBuilder('shapes');
  b.input('x', 'float32', [2, 4, 13, 10]);
  const made: string[] = [];
  const op = (name: string, inputs: readonly string[], attributes: Attributes = {}): string => {
    const output = b.op(name, inputs, attributes);
    made.push(output);
    return output;
  };
  const vector = (...values: number[]): string => b.initializer('vector', int64([values.length], values));
  const scalar = (value: number): string => b.initializer('scalar', int64([], [value]));

  const kernel = b.initializer('kernel', filled([6, 2, 3, 3]));
  const y = op('Conv', ['x', kernel], {
    group: int(2),
    strides: ints([2, 1]),
    dilations: ints([1, 2]),
    pads: ints([1, 0, 1, 2]),
  });
  op('Conv', ['x', kernel], { group: int(2), strides: ints([2, 3]), auto_pad: string('SAME_UPPER') });
  const turned = b.initializer('turned', filled([4, 3, 2, 3]));
  op('ConvTranspose', ['x', turned], {
    strides: ints([2, 3]),
    pads: ints([0, 1, 1, 0]),
    output_padding: ints([1, 0]),
  });
  op('MaxPool', ['x'], { kernel_shape: ints([3, 2]), strides: ints([2, 2]), ceil_mode: int(1) });
  op('AveragePool', ['x'], { kernel_shape: ints([3, 3]), strides: ints([2, 2]), pads: ints([1, 1, 1, 1]) });
  op('GlobalAveragePool', ['x']);
  op('Slice', ['x', vector(-1, 8), vector(-100, 2), vector(2, 3), vector(-2, -3)]);
  op('Slice', ['x', vector(2), vector(2 ** 40), vector(-1)]);
  op('Pad', ['x', vector(1, 2), '', vector(-1)]);
  op('Resize', ['x', '', b.initializer('scales', float32([4], [1, 1, 2, 1.5]))]);
  op('SpaceToDepth', [op('Slice', ['x', vector(0), vector(12), vector(2)])], { blocksize: int(2) });
  op('ReduceSum', ['x', vector(0, -1)], { keepdims: int(0) });
  op('ReduceMean', ['x']);
  op('ReduceMax', ['x', vector()], { noop_with_empty_axes: int(1) });
  op('ArgMax', ['x'], { axis: int(1), keepdims: int(0) });
  op('Transpose', ['x'], { perm: ints([2, 0, 3, 1]) });
  op('Squeeze', [op('Unsqueeze', ['x', vector(0, 3)]), vector(0)]);
  op('Tile', ['x', vector(1, 2, 1, 3)]);
  op('Gather', ['x', b.initializer('indices', int64([2, 2], [0, 1, 2, 3]))], { axis: int(1) });
  op('GatherND', ['x', b.initializer('places', int64([3, 2], [0, 1, 1, 0, 1, 3]))]);
  made.push(...b.node('Split', ['x', vector(1, 3)], { axis: int(1) }, { outputs: 2 }));
  made.push(
    ...b.node(
      'LayerNormalization',
      ['x', b.initializer('gain', filled([13, 10]))],
      { axis: int(2) },
      { outputs: 3 },
    ),
  );

  const shape = op('Shape', [y]);
  const batch = op('Gather', [shape, scalar(0)]);
  const channels = op('Mul', [op('Gather', [shape, scalar(1)]), scalar(1)]);
  const rows = op('Div', [channels, scalar(2)]);
  const sizes = [batch, rows, scalar(2), scalar(-1)].map((size) => op('Unsqueeze', [size, vector(0)]));
  const target = op('Concat', sizes, { axis: int(0) });
  const reshaped = op('Reshape', [y, target]);
  const flat = op('Flatten', [reshaped], { axis: int(2) });
  op('Gemm', [flat, flat], { transB: int(1), alpha: float(0.5) });
  op('MatMul', [reshaped, op('Transpose', [reshaped], { perm: ints([0, 1, 3, 2]) })]);
  op('Expand', [
    op('ConstantOfShape', [vector(1)], { value: { type: 'tensor', value: float32([1], [3]) } }),
    vector(2, 4),
  ]);
  op('Range', [scalar(0), op('Squeeze', [op('Slice', [shape, vector(2), vector(3)])]), scalar(2)]);
  op('Where', [op('Equal', [shape, vector(-1)]), shape, vector(7)]);
  return { b, made };
}

describe('inferShapes', () => {
  it('finds the shapes that ONNX Runtime computes, through arithmetic on shapes too', async () => {
    const { b, made } = program();
    const whole = withOutputs(b.build(), made);
    const { shapes, integers } = inferShapes(whole);
    const session = await InferenceSession.create(writeProgram(whole), { logSeverityLevel: 3 });
    const results = await session.run({
      x: new Tensor('float32', filled([2, 4, 13, 10]).data, [2, 4, 13, 10]),
    });
    await session.release();
    for (const name of made) {
      const result = results[name]!;
      expect([name, shapes.get(name)]).toEqual([name, result.dims]);
      const known = integers.get(name);
      if (known !== undefined) expect([name, known]).toEqual([name, Array.from(result.data, Number)]);
    }
  });

  it('leaves out what depends on a free axis or on data', () => {
    const b = new ProgramBuilder('free');
    b.input('x', 'float32', ['N', 3]);
    b.input('y', 'float32', [2]);
    const sum = b.op('ReduceSum', ['x']);
    const nonzero = b.op('NonZero', ['y']);
    const { shapes } = inferShapes(withOutputs(b.build(), [sum, nonzero]));
    expect(shapes.has(sum)).toBe(false);
    expect(shapes.has(nonzero)).toBe(false);
    expect(shapes.get('y')).toEqual([2]);
    expect(inferShapes(withInputShapes(b.build(), { x: [5, 3] })).shapes.get('x')).toEqual([5, 3]);
  });

  it('refuses sizes that a program does not take', () => {
    const b = new ProgramBuilder('free');
    b.input('x', 'float32', ['N', 3]);
    expect(() => withInputShapes(b.build(), { x: [5, 4] })).toThrow(/\[N, 3\], which \[5, 4\] does not fit/);
    expect(() => withInputShapes(b.build(), { z: [5, 4] })).toThrow(/no input z/);
  });
});
