import { float32 } from '@oblique/arrays';
import { compose, ProgramBuilder, writeProgram, type Program } from '@oblique/onnx';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { jvp, tangentName, unsupportedNodes } from './jvp.js';
import { UnsupportedOperatorError } from './unsupportedOperatorError.js';

/** y = sin(x · c) + exp(c); side = exp(c) does not depend on x. */
function program(): Program {
  const b = new ProgramBuilder('program');
  b.input('x', 'float32', ['N', 2]);
  b.input('c', 'float32', [2]);
  const side = b.op('Exp', ['c'], {}, { output: 'side' });
  b.op('Add', [b.op('Sin', [b.op('Mul', ['x', 'c'])]), side], {}, { output: 'y' });
  b.output('y', 'float32', ['N', 2]);
  b.output('side', 'float32', [2]);
  return b.build();
}

/** An elementwise program x → f(x) of tensors named alike whatever f is. */
function elementwise(...operators: readonly string[]): Program {
  const b = new ProgramBuilder('elementwise');
  b.input('x', 'float32', ['N']);
  let value = 'x';
  operators.forEach((op, index) => {
    value = b.op(op, [value], {}, { output: index === operators.length - 1 ? 'y' : `hidden${index}` });
  });
  b.output('y', 'float32', ['N']);
  return b.build();
}

type Feeds = Readonly<Record<string, readonly [shape: number[], values: number[]]>>;

async function run(
  source: Program,
  feeds: Feeds,
): Promise<Map<string, { dims: number[]; values: number[] }>> {
  const session = await InferenceSession.create(writeProgram(source), { logSeverityLevel: 3 });
  try {
    const tensors = Object.entries(feeds).map(
      ([name, [shape, values]]) => [name, new Tensor('float32', Float32Array.from(values), shape)] as const,
    );
    const results = await session.run(Object.fromEntries(tensors));
    return new Map(
      Object.entries(results).map(([name, { dims, data }]) => [
        name,
        { dims: [...dims], values: Array.from(data, Number) },
      ]),
    );
  } finally {
    await session.release();
  }
}

function expectClose(found: readonly number[] | undefined, expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  found?.forEach((value, index) => {
    expect(value).toBeCloseTo(expected[index] ?? NaN, 5);
  });
}

describe('jvp', () => {
  it('gives outputs with their tangents, in any batch', async () => {
    const tangents = jvp(program(), { wrt: ['x'], outputs: ['y'] });
    expect(tangents.inputs.map(({ name, dtype, shape }) => [name, dtype, shape])).toEqual([
      ['x', 'float32', ['N', 2]],
      ['c', 'float32', [2]],
      [tangentName('x'), 'float32', ['N', 2]],
    ]);
    expect(tangents.outputs.map(({ name }) => name)).toEqual(['y', tangentName('y')]);
    for (const batch of [1, 3]) {
      const x = Array.from({ length: 2 * batch }, (_, index) => 0.3 * index - 0.4);
      const dx = Array.from({ length: 2 * batch }, (_, index) => index - 1.5);
      const c = [0.5, -2];
      const results = await run(tangents, {
        x: [[batch, 2], x],
        [tangentName('x')]: [[batch, 2], dx],
        c: [[2], c],
      });
      expect(results.get(tangentName('y'))?.dims).toEqual([batch, 2]);
      const at = (index: number): number => c[index % 2] ?? NaN;
      expectClose(
        results.get('y')?.values,
        x.map((value, index) => Math.sin(value * at(index)) + Math.exp(at(index))),
      );
      expectClose(
        results.get(tangentName('y'))?.values,
        x.map((value, index) => Math.cos(value * at(index)) * at(index) * (dx[index] ?? NaN)),
      );
    }
  });

  it('adds up the tangents of several inputs', async () => {
    const tangents = jvp(program(), { wrt: ['x', 'c'], outputs: ['y', 'side'] });
    const [x, c, dx, dc] = [0.7, 0.5, 2, -3];
    const results = await run(tangents, {
      x: [
        [1, 2],
        [x, x],
      ],
      c: [[2], [c, c]],
      [tangentName('x')]: [
        [1, 2],
        [dx, 0],
      ],
      [tangentName('c')]: [[2], [dc, dc]],
    });
    const slope = (by: number): number => Math.cos(x * c) * (by * c + x * dc) + Math.exp(c) * dc;
    expectClose(results.get(tangentName('y'))?.values, [slope(dx), slope(0)]);
    expectClose(results.get(tangentName('side'))?.values, [Math.exp(c) * dc, Math.exp(c) * dc]);
  });

  it('gives zeros of the right shape where an output does not depend on wrt', async () => {
    const tangents = jvp(program(), { wrt: ['x'], outputs: ['side'] });
    const results = await run(tangents, {
      c: [[2], [1, 2]],
      x: [
        [1, 2],
        [0, 0],
      ],
      [tangentName('x')]: [
        [1, 2],
        [1, 1],
      ],
    });
    expect(results.get(tangentName('side'))).toEqual({ dims: [2], values: [0, 0] });
    expectClose(results.get('side')?.values, [Math.E, Math.E ** 2]);
  });

  it('keeps what does not depend on wrt single, and drops what no output needs', () => {
    const tangents = jvp(program(), { wrt: ['x'], outputs: ['y'] });
    const count = (op: string): number => tangents.nodes.filter((node) => node.op === op).length;
    expect(count('Exp')).toBe(1);
    expect(tangents.nodes.flatMap(({ outputs }) => outputs)).not.toContain(tangentName('side'));
    expect(jvp(program(), { wrt: ['x'], outputs: ['side'] }).nodes.some(({ op }) => op === 'Sin')).toBe(
      false,
    );
  });

  it('obeys the chain rule: the tangents of g ∘ f are those of g at f, fed with those of f', async () => {
    const [f, g] = [elementwise('Sin', 'Exp'), elementwise('Tanh', 'Sigmoid')];
    const whole = compose(f, g, { x: 'y' });
    const input = whole.inputs[0]?.name ?? '';
    const x: [number[], number[]] = [[3], [-0.8, 0.1, 1.4]];
    const dx: [number[], number[]] = [[3], [1, -2, 0.5]];
    const at = async (source: Program, name: string, value: typeof x, tangent: typeof x) => {
      const results = await run(jvp(source, { wrt: [name], outputs: ['y'] }), {
        [name]: value,
        [tangentName(name)]: tangent,
      });
      return {
        y: [[3], results.get('y')?.values ?? []] satisfies typeof x,
        dy: [[3], results.get(tangentName('y'))?.values ?? []] satisfies typeof x,
      };
    };
    const inner = await at(f, 'x', x, dx);
    const outer = await at(g, 'x', inner.y, inner.dy);
    const direct = await at(whole, input, x, dx);
    expectClose(direct.y[1], outer.y[1]);
    expectClose(direct.dy[1], outer.dy[1]);
    expectClose(
      inner.dy[1],
      x[1].map((value, index) => Math.cos(value) * Math.exp(Math.sin(value)) * (dx[1][index] ?? NaN)),
    );
  });

  it('differentiates inner tensors', async () => {
    const tangents = jvp(elementwise('Sin', 'Exp'), { wrt: ['x'], outputs: ['hidden0'] });
    expect(tangents.nodes.some(({ op }) => op === 'Exp')).toBe(false);
    const results = await run(tangents, { x: [[1], [0.3]], [tangentName('x')]: [[1], [2]] });
    expectClose(results.get(tangentName('hidden0'))?.values, [2 * Math.cos(0.3)]);
  });

  it('names inputs and outputs that do not exist', () => {
    expect(() => jvp(program(), { wrt: ['z'], outputs: ['y'] })).toThrow(
      /program has no input z; it has x, c/,
    );
    expect(() => jvp(program(), { wrt: ['x'], outputs: ['w'] })).toThrow(/no tensor named w/);
  });
});

describe('operators without a rule', () => {
  /** Two foreign operators on the way from x, one that the constants alone go through, and one behind the output. */
  function foreign(): Program {
    const b = new ProgramBuilder('foreign', { domains: new Map([['com.example', 1]]) });
    b.input('x', 'float32', ['N', 2]);
    const weight = b.initializer('w', float32([1, 2], [1, 2]));
    const constant = b.op('Det', [weight], {}, { name: 'harmless' });
    const strange = b.op('Strange', ['x'], {}, { name: 'culprit', domain: 'com.example' });
    const again = b.op('Strange', [strange], {}, { name: 'accomplice', domain: 'com.example' });
    b.op('Add', [b.op('Det', [again], {}, { name: 'other' }), constant], {}, { output: 'y' });
    b.op('Det', ['y'], {}, { output: 'beyond', name: 'beyond' });
    b.output('y', 'float32', ['N', 2]);
    b.output('beyond');
    return b.build();
  }

  it('are named with node and domain, and what is supported, before anything is built', () => {
    const attempt = (): Program => jvp(foreign(), { wrt: ['x'], outputs: ['y'] });
    expect(attempt).toThrow(UnsupportedOperatorError);
    expect(attempt).toThrow(
      /Strange \(node culprit, domain com\.example\); Det \(node other, domain ai\.onnx\)\. Supported.* Conv, .* Relu/,
    );
    try {
      attempt();
    } catch (error) {
      if (!(error instanceof UnsupportedOperatorError)) throw error;
      expect(error.nodes.map(({ name }) => name)).toEqual(['culprit', 'other']);
      expect(error.supported).toContain('MaxPool');
    }
  });

  it('do not matter off the path', () => {
    expect(unsupportedNodes(foreign(), []).map(({ name }) => name)).toEqual([]);
    const b = new ProgramBuilder('beside');
    b.input('x', 'float32', [2, 2]);
    b.input('c', 'float32', [2, 2]);
    b.op('Add', ['x', b.op('Det', ['c'])], {}, { output: 'y' });
    b.output('y', 'float32', [2, 2]);
    expect(jvp(b.build(), { wrt: ['x'], outputs: ['y'] }).outputs).toHaveLength(2);
    expect(() => jvp(b.build(), { wrt: ['c'], outputs: ['y'] })).toThrow(UnsupportedOperatorError);
  });
});
