import { float32 } from '@oblique/arrays';
import { describe, expect, it } from 'vitest';
import { float, int, ints, tensor, type Attributes } from './program.js';
import { OPSET, ProgramBuilder } from './programBuilder.js';
import { runInOnnxRuntime } from './testing/runInOnnxRuntime.js';
import { upgradeOpset } from './upgradeOpset.js';

const SHAPE = [2, 3, 4];
const X = float32(
  SHAPE,
  Array.from({ length: 24 }, (_, index) => 2 * Math.sin(index * 1.7)),
);

/** What was said by attributes in older sets, or meant something else. */
const CASES: readonly (readonly [opset: number, op: string, attributes?: Attributes, outputs?: number])[] = [
  [9, 'Clip', { min: float(-0.5), max: float(0.7) }],
  [9, 'Clip', { min: float(0) }],
  [9, 'Pad', { pads: ints([0, 1, 0, 0, 0, 2]), value: float(3) }],
  [9, 'Slice', { starts: ints([1, 0]), ends: ints([3, 2]), axes: ints([1, 2]) }],
  [9, 'Slice', { starts: ints([1]), ends: ints([2]) }],
  [9, 'Unsqueeze', { axes: ints([0, 4]) }],
  [9, 'Dropout', { ratio: float(0.3) }],
  [9, 'ReduceSum', { axes: ints([0, 2]), keepdims: int(0) }],
  [11, 'Softmax'],
  [11, 'Softmax', { axis: int(0) }],
  [11, 'Softmax', { axis: int(2) }],
  [11, 'LogSoftmax', { axis: int(-2) }],
  [11, 'Squeeze', { axes: ints([0]) }],
  [11, 'Split', { axis: int(2), split: ints([1, 3]) }, 2],
  [11, 'Split', { axis: int(1) }, 3],
  [11, 'ReduceMax', { axes: ints([-1]) }],
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

  it('makes constants initializers', async () => {
    const b = new ProgramBuilder('constants', { opset: 12 });
    b.input('x', 'float32', SHAPE);
    const two = b.op('Constant', [], { value: tensor(float32([], [2])) });
    const three = b.op('Constant', [], { value_float: float(3) });
    b.op('Add', [b.op('Mul', ['x', two]), three], {}, { output: 'y' });
    b.output('y');
    const upgraded = upgradeOpset(b.build());
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
