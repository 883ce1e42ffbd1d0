import { float32, float64, toNumbers } from '@oblique/arrays';
import { jvp } from '@oblique/autodiff';
import { dataTypeCode, int, ProgramBuilder, writeProgram, type Program } from '@oblique/onnx';
import { Runtime } from '@oblique/runtime';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { centralDifference } from './centralDifference.js';

const X = [-1.2, 0, 0.4, 2];
const RATE = 3;
const STEP = 0.1;

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ device: 'cpu', workers: 1 });
});

afterAll(async () => {
  await runtime.close();
});

/** wave = sin(3 x), an inner tensor, and square = wave²; single: 0.5 · wave in float32; half: wave in float16. */
function program(): Program {
  const b = new ProgramBuilder('waves');
  const x = b.input('x', 'float64', ['N']);
  const wave = b.op('Sin', [b.op('Mul', [x, b.scalar(RATE, 'float64')])], {}, { output: 'wave' });
  b.op('Mul', [wave, wave], {}, { output: 'square' });
  const weight = b.initializer('weight', float32([1], [0.5]));
  b.op('Mul', [b.op('Cast', [wave], { to: int(dataTypeCode('float32')) }), weight], {}, { output: 'single' });
  b.op('Cast', [wave], { to: int(dataTypeCode('float16')) }, { output: 'half' });
  b.output('square', 'float64', ['N']);
  return b.build();
}

async function tangents(derivative: Program, tangent = 1): Promise<Record<string, number[]>> {
  const handle = runtime.load(writeProgram(derivative));
  const results = await runtime.run(handle, {
    x: float64([X.length], X),
    'tangent/x': float64(
      [X.length],
      X.map(() => tangent),
    ),
  });
  return Object.fromEntries(Object.entries(results).map(([name, array]) => [name, [...toNumbers(array)]]));
}

function expectClose(
  found: readonly number[] | undefined,
  expected: readonly number[],
  digits: number,
): void {
  expect(found).toHaveLength(expected.length);
  found?.forEach((value, index) => {
    expect(value).toBeCloseTo(expected[index] ?? NaN, digits);
  });
}

const OUTPUTS = ['wave', 'square', 'single', 'half'];
const sinc = (angle: number): number => Math.sin(angle) / angle;

it('of a sine is its derivative times sin(kh)/(kh), of every tensor asked for', async () => {
  const found = await tangents(centralDifference(program(), { wrt: 'x', outputs: OUTPUTS, step: STEP }));
  const wave = X.map((x) => RATE * Math.cos(RATE * x) * sinc(RATE * STEP));
  expectClose(found['tangent/wave'], wave, 13);
  expectClose(
    found['tangent/square'],
    X.map((x) => RATE * Math.sin(2 * RATE * x) * sinc(2 * RATE * STEP)),
    13,
  );
  expectClose(
    found['tangent/single'],
    wave.map((value) => value / 2),
    6,
  );
  // The rounding of two numbers up to 1 in float16, over the step.
  expectClose(found['tangent/half'], wave, 2);
});

it('follows the tangent, which sets how far each side lies', async () => {
  const found = await tangents(centralDifference(program(), { wrt: 'x', outputs: ['wave'], step: STEP }), 2);
  expectClose(
    found['tangent/wave'],
    X.map((x) => 2 * RATE * Math.cos(RATE * x) * sinc(2 * RATE * STEP)),
    13,
  );
});

it('stands where the program of the exact derivative could', () => {
  const central = centralDifference(program(), { wrt: 'x', outputs: OUTPUTS, step: STEP });
  const exact = jvp(program(), { wrt: ['x'], outputs: OUTPUTS });
  const names = (values: Program['inputs']): string[] => values.map(({ name }) => name).sort();
  expect(names(central.inputs)).toEqual(names(exact.inputs));
  expect(names(central.outputs)).toEqual(
    expect.arrayContaining(OUTPUTS.map((output) => `tangent/${output}`)),
  );
  expect([...central.initializers.keys()].filter((name) => name === 'weight')).toHaveLength(1);
});
