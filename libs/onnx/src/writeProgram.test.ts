import { expect, it } from 'vitest';
import { compose } from './compose.js';
import type { Program } from './program.js';
import { ProgramBuilder } from './programBuilder.js';
import { readProgram } from './readProgram.js';
import { writeProgram } from './writeProgram.js';

function doubling(name: string, input: string, output: string): Program {
  const b = new ProgramBuilder(name);
  const x = b.input(input, 'float32', ['N']);
  b.op('Add', [b.op('Add', [x, x], {}, { name: 'add' }), x], {}, { name: 'add_2', output });
  b.output(output, 'float32', ['N']);
  return b.build();
}

it('gives every node a name of its own when both halves of a composition use the same', () => {
  const program = compose(doubling('front', 'a', 'b'), doubling('back', 'c', 'd'), { c: 'b' });
  const names = readProgram(writeProgram(program)).nodes.map(({ name }) => name);
  expect(new Set(names).size).toBe(4);
  expect(names.slice(0, 2)).toEqual(['add', 'add_2']);
});
