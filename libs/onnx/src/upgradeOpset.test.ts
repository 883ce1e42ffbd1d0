import { float32, ndarray } from '@oblique/arrays';
import { describe, expect, it } from 'vitest';
import { dataTypeCode } from './dataTypes.js';
import { ModelProto } from './generated/onnx.js';
import { float, int, ints, string, tensor, type Attribute, type Attributes } from './program.js';
import { OPSET, ProgramBuilder } from './programBuilder.js';
import { readProgram } from './readProgram.js';
import { runInOnnxRuntime } from './testing/runInOnnxRuntime.js';
import { upgradeOpset } from './upgradeOpset.js';
import { writeProgram } from './writeProgram.js';

const SHAPE = [2, 3, 4];
const X = float32(
  SHAPE,
  Array.from({ length: 24 }, (_, index) => 2 * Math.sin(index * 1.7)),
);

/** "To the end", as a reader holds int64's largest number. */
const END = Number.MAX_SAFE_INTEGER;

/** What was said by attributes in older sets, or meant something else. */
const CASES: readonly (readonly [opset: number, op: string, attributes?: Attributes, outputs?: number])[] = [
  [9, 'Clip', { min: float(-0.5), max: float(0.7) }],
  [9, 'Clip', { min: float(0) }],
  [9, 'Pad', { pads: ints([0, 1, 0, 0, 0, 2]), value: float(3) }],
  [9, 'Slice', { starts: ints([1, 0]), ends: ints([3, 2]), axes: ints([1, 2]) }],
  [9, 'Slice', { starts: ints([1]), ends: ints([2]) }],
  [9, 'Unsqueeze', { axes: ints([0, 4]) }],
  [9, 'Clip'],
  [9, 'Slice', { starts: ints([1, -3]), ends: ints([END, END]), axes: ints([1, 2]) }],
  [9, 'Dropout', { ratio: float(0.3) }],
  [9, 'Dropout', { ratio: float(0.3) }, 2],
  [9, 'ReduceSum', { axes: ints([0, 2]), keepdims: int(0) }],
  [11, 'Softmax'],
  [11, 'Softmax', { axis: int(0) }],
  [11, 'Softmax', { axis: int(2) }],
  [11, 'LogSoftmax', { axis: int(-2) }],
  [11, 'Squeeze', { axes: ints([0]) }],
  [11, 'Split', { axis: int(2), split: ints([1, 3]) }, 2],
  [11, 'Split', { axis: int(1) }, 3],
  [11, 'ReduceMax', { axes: ints([-1]) }],
  [11, 'Hardmax'],
  [11, 'Hardmax', { axis: int(0) }],
  [12, 'Dropout'],
  [12, 'ReduceSum'],
  [12, 'ReduceL2', { axes: ints([1]) }],
  [12, 'Softmax', { axis: int(1) }],
  [13, 'ReduceMean', { axes: ints([1, 2]), keepdims: int(0) }],
  [13, 'Split', { axis: int(2) }, 2],
  [13, 'Softmax', { axis: int(1) }],
];

describe('upgradeOpset', () => {
  it.each(CASES.map(([opset, op, attributes = {}, outputs = 1]) => ({ opset, op, attributes, outputs })))(
    'of set $opset keeps what $op $attributes computes',
    async ({ opset, op, attributes, outputs }) => {
      const squeezed = op === 'Squeeze';
      const b = new ProgramBuilder('old', { opset });
      b.input('x', 'float32', squeezed ? [1, ...SHAPE] : SHAPE);
      const names = Array.from({ length: outputs }, (_, index) => `y${index}`);
      b.node(op, ['x'], attributes, { outputs: names });
      for (const name of names) b.output(name);
      const old = b.build();
      const upgraded = upgradeOpset(old);
      expect(upgraded.opset).toBe(OPSET);
      const feeds = { x: squeezed ? float32([1, ...SHAPE], X.data) : X };
      const [before, after] = [await runInOnnxRuntime(old, feeds), await runInOnnxRuntime(upgraded, feeds)];
      expect(before.size).toBe(outputs);
      expect(after).toEqual(before);
    },
  );

  it.each([
    ['Upsample', 9, 'nearest', [1, 1, 2, 3]],
    ['Upsample', 9, 'linear', [1, 1, 2, 1.5]],
    ['Resize', 10, 'nearest', [1, 1, 1.5, 2.5]],
    ['Resize', 10, 'nearest', [1, 1, 0.6, 0.5]],
    ['Resize', 10, 'nearest', [1, 1, 0.6, 2.5]],
    ['Resize', 10, 'linear', [1, 1, 1.5, 0.7]],
  ] as const)('%s of set %i (%s) samples where it did, by %j', async (op, opset, mode, scales) => {
    const shape = [1, 2, 5, 4];
    const b = new ProgramBuilder('old', { opset });
    b.input('x', 'float32', shape);
    b.op(op, ['x', b.initializer('scales', float32([4], scales))], { mode: string(mode) }, { output: 'y' });
    b.output('y');
    const x = float32(
      shape,
      Array.from({ length: 40 }, (_, index) => Math.sin(index * 1.7)),
    );
    expect(await runInOnnxRuntime(upgradeOpset(b.build()), { x })).toEqual(
      await runInOnnxRuntime(b.build(), { x }),
    );
  });

  it.each([9, 11, 12, 13])('the mask of Dropout in set %i is what ONNX Runtime makes it', async (opset) => {
    const b = new ProgramBuilder('old', { opset });
    b.input('x', 'float32', SHAPE);
    const [, mask = ''] = b.node('Dropout', ['x'], {}, { outputs: ['d', 'mask'] });
    b.op('Cast', [mask], { to: int(dataTypeCode('float32')) }, { output: 'y' });
    b.output('y');
    const old = b.build();
    expect(await runInOnnxRuntime(upgradeOpset(old), { x: X })).toEqual(
      await runInOnnxRuntime(old, { x: X }),
    );
  });

  it.each([
    [18, [2, 3]],
    [21, [4, 3]],
  ] as const)('GroupNormalization of set %i is spelled out', async (opset, [count]) => {
    const shape = [2, 4, 3];
    const b = new ProgramBuilder('old', { opset });
    b.input('x', 'float32', shape);
    const vector = (name: string) => b.initializer(name, float32([count], X.data.subarray(0, count)));
    b.op(
      'GroupNormalization',
      ['x', vector('scale'), vector('shift')],
      { num_groups: int(2) },
      { output: 'y' },
    );
    b.output('y');
    const old = b.build();
    const upgraded = upgradeOpset(old);
    expect(upgraded.nodes.some(({ op }) => op === 'GroupNormalization')).toBe(false);
    const x = float32(shape, X.data);
    const [before, after] = [await runInOnnxRuntime(old, { x }), await runInOnnxRuntime(upgraded, { x })];
    before.get('y')?.data.forEach((value, index) => {
      expect(after.get('y')?.data[index]).toBeCloseTo(value, 5);
    });
  });

  it.each([12, 13, 15])('exponents of another type are cast in set %i', async (opset) => {
    const b = new ProgramBuilder('old', { opset });
    b.input('x', 'float32', SHAPE);
    b.op('Pow', ['x', b.ints([3])], {}, { output: 'cube' });
    const base = b.op('Cast', ['x'], { to: int(dataTypeCode('int32')) });
    const power = b.op('Pow', [base, b.scalar(1.5)]);
    b.op('Cast', [power], { to: int(dataTypeCode('float32')) }, { output: 'whole' });
    b.output('cube');
    b.output('whole');
    const upgraded = upgradeOpset(b.build());
    const x = float32(SHAPE, X.data.map(Math.abs));
    expect(await runInOnnxRuntime(upgraded, { x })).toEqual(await runInOnnxRuntime(b.build(), { x }));
  });

  it('BatchNormalization with statistics among its outputs took those of the batch before set 14', () => {
    const b = new ProgramBuilder('old', { opset: 9 });
    b.input('x', 'float32', [2, 3, 4]);
    const vector = b.initializer('v', float32([3], [1, 1, 1]));
    b.node('BatchNormalization', ['x', vector, vector, vector, vector], {}, { outputs: ['y', 'm', 'v2'] });
    b.output('y');
    expect(upgradeOpset(b.build()).nodes[0]?.attributes['training_mode']).toEqual(int(1));
  });

  it('keeps a Dropout that drops, which has no derivative', () => {
    const b = new ProgramBuilder('old', { opset: 13 });
    b.input('x', 'float32', SHAPE);
    const training = b.initializer('training', ndarray('bool', [], Uint8Array.of(1)));
    b.op('Dropout', ['x', b.scalar(0.5), training], {}, { output: 'y' });
    b.output('y');
    expect(upgradeOpset(b.build()).nodes.map(({ op }) => op)).toEqual(['Dropout']);
  });

  it('upgrades what is inside subgraphs', async () => {
    const b = new ProgramBuilder('branches', { opset: 11 });
    b.input('x', 'float32', SHAPE);
    const condition = b.op('Greater', [b.op('ReduceMax', ['x'], { keepdims: int(0) }), b.scalar(0)]);
    const branch = (axis: number): Attribute => {
      const inner = new ProgramBuilder('branch', { opset: 11 });
      inner.input('x', 'float32', SHAPE);
      inner.op('ReduceSum', ['x'], { axes: ints([axis]), keepdims: int(0) }, { output: `sum${axis}` });
      inner.output(`sum${axis}`);
      const { graph } = ModelProto.decode(writeProgram(inner.build()));
      return { type: 'graph', value: { ...graph!, input: [] } };
    };
    b.op('If', [condition], { then_branch: branch(0), else_branch: branch(1) }, { output: 'y' });
    b.output('y');
    const old = b.build();
    expect(await runInOnnxRuntime(upgradeOpset(old), { x: X })).toEqual(
      await runInOnnxRuntime(old, { x: X }),
    );
  });

  it('makes constants initializers', async () => {
    const b = new ProgramBuilder('constants', { opset: 12 });
    b.input('x', 'float32', SHAPE);
    const two = b.op('Constant', [], { value: tensor(float32([], [2])) });
    const three = b.op('Constant', [], { value_float: float(3) });
    b.op('Add', [b.op('Mul', ['x', two]), three], {}, { output: 'y' });
    b.output('y');
    const upgraded = upgradeOpset(readProgram(writeProgram(b.build())));
    expect(upgraded.nodes.map(({ op }) => op)).toEqual(['Mul', 'Add']);
    expect(await runInOnnxRuntime(upgraded, { x: X })).toEqual(await runInOnnxRuntime(b.build(), { x: X }));
  });

  it('leaves newer sets as they are, and refuses those that are too old', () => {
    const at = (opset: number) => {
      const b = new ProgramBuilder('p', { opset });
      b.input('x', 'float32', [1]);
      b.op('Relu', ['x'], {}, { output: 'y' });
      b.output('y');
      return b.build();
    };
    expect(upgradeOpset(at(OPSET + 2)).opset).toBe(OPSET + 2);
    expect(() => upgradeOpset(at(8))).toThrow(/operator set 8; sets from 9 on.*Export it anew/);
  });
});
