import { describe, expect, it } from 'vitest';
import { checkOperators, UnreadFormError } from './checkOperators.js';
import { float, int, string, type Attributes, type Program } from './program.js';
import { ProgramBuilder } from './programBuilder.js';

function program(op: string, inputs: readonly string[], attributes: Attributes = {}, outputs = 1): Program {
  const b = new ProgramBuilder('odd');
  for (const name of ['x', 'y', 'z', 'w']) b.input(name, 'float32', [1]);
  b.node(op, inputs, attributes, { name: 'node', outputs });
  return b.build();
}

describe('checkOperators', () => {
  it.each<[string, Program, RegExp]>([
    [
      'an unknown attribute',
      program('Relu', ['x'], { slope: float(1) }),
      /Relu \(node node\): attribute slope is not known; known are none/,
    ],
    ['a type', program('Elu', ['x'], { alpha: int(1) }), /alpha is of type int; float is needed/],
    [
      'a word',
      program('Pad', ['x', 'y'], { mode: string('mirror') }),
      /mode = mirror is not supported; supported: constant, reflect, edge, wrap/,
    ],
    ['a missing attribute', program('Concat', ['x', 'y']), /attribute axis is left out/],
    ['a missing input', program('Add', ['x', '']), /input B is left out/],
    ['an input too many', program('Add', ['x', 'y', 'z']), /it has 3 inputs; known are 2 \(A, B\)/],
    ['an output too many', program('Softmax', ['x'], {}, 2), /it has 2 outputs; known are 1/],
    [
      'an attribute of later sets',
      program('Cast', ['x'], { to: int(1), saturate: int(1) }),
      /belongs to operator sets from 19 on; the program is in 18/,
    ],
  ])('refuses %s by name', (_what, odd, message) => {
    expect(() => checkOperators(odd)).toThrow(UnreadFormError);
    expect(() => checkOperators(odd)).toThrow(message);
  });

  it('lets operators pass that it does not know', () => {
    expect(() => checkOperators(program('NonMaxSuppression', ['x'], { odd: int(1) }))).not.toThrow();
  });
});
