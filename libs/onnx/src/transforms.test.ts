import { float32, toNumbers } from '@oblique/arrays';
import { describe, expect, it } from 'vitest';
import { compose } from './compose.js';
import { foldBatchNormalization } from './foldBatchNormalization.js';
import { int, ints, type Program } from './program.js';
import { ProgramBuilder } from './programBuilder.js';
import { prune } from './prune.js';
import { runInOnnxRuntime } from './testing/runInOnnxRuntime.js';
import { withOutputs } from './withOutputs.js';

const wave = (count: number, offset = 0): number[] =>
  Array.from({ length: count }, (_, index) => Math.sin(index * 1.3 + offset));

/** y = (x + a) · b by tensors of the same names whatever a and b are. */
function affine(name: string, a: number, b: number, input = 'x', output = 'y'): Program {
  const builder = new ProgramBuilder(name);
  builder.input(input, 'float32', [2]);
  const shift = builder.initializer('shift', float32([], [a]));
  const scale = builder.initializer('scale', float32([], [b]));
  builder.op('Mul', [builder.op('Add', [input, shift], {}, { output: 'hidden' }), scale], {}, { output });
  builder.output(output, 'float32', [2]);
  return builder.build();
}

describe('compose', () => {
  it('runs one after the other, though all their tensors have the same names', async () => {
    const both = compose(affine('front', 1, 2), affine('back', 10, 3), { x: 'y' });
    expect(both.inputs.map(({ name }) => name)).toHaveLength(1);
    expect(both.outputs.map(({ name }) => name)).toEqual(['y']);
    const [input] = both.inputs;
    const results = await runInOnnxRuntime(both, { [input?.name ?? '']: float32([2], [1, -4]) });
    expect([...(results.get('y')?.data ?? [])]).toEqual([42, 12]);
    // The back's names stay, so that its layers are found under them.
    expect(both.nodes.at(-1)?.outputs).toEqual(['y']);
    expect(both.nodes.flatMap(({ outputs }) => outputs)).toContain('hidden');
  });

  it('composes any number of times', async () => {
    let chain = affine('link', 1, 2);
    for (let link = 0; link < 5; link++) chain = compose(chain, affine('link', 1, 2), { x: 'y' });
    const results = await runInOnnxRuntime(chain, { [chain.inputs[0]?.name ?? '']: float32([2], [0, 1]) });
    // x → 2x + 2, six times: 64 x + 126.
    expect([...(results.get('y')?.data ?? [])]).toEqual([126, 190]);
  });

  it('leaves inputs that nothing feeds', () => {
    const b = new ProgramBuilder('sum');
    b.input('a', 'float32', [2]);
    b.input('b', 'float32', [2]);
    b.op('Add', ['a', 'b'], {}, { output: 'sum' });
    b.output('sum', 'float32', [2]);
    const composed = compose(affine('front', 1, 2), b.build(), { b: 'y' });
    expect(composed.inputs.map(({ name }) => name)).toEqual(['x', 'a']);
  });

  it('refuses connections that cannot be', () => {
    expect(() => compose(affine('f', 1, 2), affine('b', 1, 2), { z: 'y' })).toThrow(/b has no input z/);
    expect(() => compose(affine('f', 1, 2), affine('b', 1, 2), { x: 'z' })).toThrow(/f has no output z/);
    const b = new ProgramBuilder('wide');
    b.input('x', 'float64', [2]);
    b.op('Neg', ['x'], {}, { output: 'y' });
    b.output('y', 'float64', [2]);
    expect(() => compose(affine('f', 1, 2), b.build(), { x: 'y' })).toThrow(
      /y of f is float32.*takes float64/,
    );
  });
});

describe('prune and withOutputs', () => {
  const program = affine('p', 1, 2);

  it('drop what the outputs do not need, inputs excepted', () => {
    const first = withOutputs(program, ['hidden']);
    expect(first.nodes.map(({ op }) => op)).toEqual(['Add']);
    expect([...first.initializers.keys()]).toEqual(['shift']);
    expect(first.inputs).toEqual(program.inputs);
    expect(first.outputs).toMatchObject([{ name: 'hidden', dtype: 'float32' }]);
    expect(prune(program)).toEqual(program);
  });

  it('give inner tensors as they are in the whole program', async () => {
    const results = await runInOnnxRuntime(withOutputs(program, ['y', 'hidden']), {
      x: float32([2], [3, 4]),
    });
    expect([...results].map(([name, { data }]) => [name, [...data]])).toEqual([
      ['y', [8, 10]],
      ['hidden', [4, 5]],
    ]);
  });

  it('name a tensor that does not exist', () => {
    expect(() => withOutputs(program, ['hiden'])).toThrow(/no tensor named hiden/);
  });
});

describe('foldBatchNormalization', () => {
  /** conv → batch norm, with or without bias; a second output may use the convolution itself. */
  function normalised(bias: boolean, tapped: boolean, group = 1): Program {
    const b = new ProgramBuilder('normalised');
    b.input('x', 'float32', [2, 4, 5, 5]);
    const weights = [b.initializer('w', float32([6, 4 / group, 3, 3], wave((6 * 36) / group)))];
    if (bias) weights.push(b.initializer('b', float32([6], wave(6, 3))));
    const conv = b.op(
      'Conv',
      ['x', ...weights],
      { group: int(group), pads: ints([1, 1, 1, 1]) },
      { output: 'conv' },
    );
    const parameters = [wave(6, 1), wave(6, 2), wave(6, 5), wave(6, 4).map((value) => value + 1.5)].map(
      (values, index) => b.initializer(`bn${index}`, float32([6], values)),
    );
    b.op('Relu', [b.op('BatchNormalization', [conv, ...parameters])], {}, { output: 'y' });
    b.output('y');
    if (tapped) b.output('conv');
    return b.build();
  }

  it.each([
    [true, 1],
    [false, 1],
    [false, 2],
  ])('computes the same without it (bias: %s, groups: %i)', async (bias, group) => {
    const program = normalised(bias, false, group);
    const folded = foldBatchNormalization(program);
    expect(folded.nodes.map(({ op }) => op)).toEqual(['Conv', 'Relu']);
    const feeds = { x: float32([2, 4, 5, 5], wave(200)) };
    const before = toNumbers((await runInOnnxRuntime(program, feeds)).get('y')!);
    const after = toNumbers((await runInOnnxRuntime(folded, feeds)).get('y')!);
    const size = Math.max(...before.map(Math.abs));
    before.forEach((value, index) => {
      expect(Math.abs((after[index] ?? NaN) - value)).toBeLessThan(1e-6 * size);
    });
  });

  it('leaves a convolution whose own output is wanted', () => {
    const program = normalised(true, true);
    expect(foldBatchNormalization(program).nodes).toEqual(program.nodes);
  });
});
