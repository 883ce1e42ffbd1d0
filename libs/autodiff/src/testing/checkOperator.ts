import { float32, float64, sizeOf } from '@oblique/arrays';
import { ProgramBuilder, writeProgram, type Program } from '@oblique/onnx';
import { InferenceSession, type Tensor } from 'onnxruntime-node';
import { gradient, gradientName, type DerivativeTables } from '../gradient.js';
import { jvp, tangentName } from '../jvp.js';
import { feedsOf, programOf, scattered, values, type OperatorCase } from './operatorCases.js';

/** What is true of one use of an operator: its outputs at a point, and how they change along directions. */
export interface Truth {
  readonly op: string;
  readonly one: OperatorCase;
  readonly program: Program;
  readonly dtype: 'float32' | 'float64';
  /** Where the inputs are; x0, x1, …. */
  readonly point: readonly Float64Array[];
  readonly outputs: readonly {
    readonly name: string;
    readonly dims: readonly number[];
    readonly values: Float64Array;
  }[];
  /** For each input alone, then for all together: a direction, and the derivative of each output along it. */
  readonly moves: readonly {
    readonly wrt: readonly string[];
    readonly direction: readonly Float64Array[];
    readonly derivative: readonly Float64Array[];
  }[];
  /** Relative to 1 + |value|. */
  readonly tolerance: number;
}

type Numbers = readonly Float64Array[];

/** Runs a program once. */
export async function runOnce(
  program: Program,
  feeds: Readonly<Record<string, Tensor>>,
): Promise<Record<string, Tensor>> {
  const session = await InferenceSession.create(writeProgram(program), { logSeverityLevel: 3 });
  try {
    const used = Object.fromEntries(
      Object.entries(feeds).filter(([name]) => session.inputNames.includes(name)),
    );
    return await session.run(used);
  } finally {
    await session.release();
  }
}

/** Numbers spread as the case asks, without order. */
const pointOf = (one: OperatorCase): Float64Array[] => {
  const [low, high] = one.range ?? [-2, 2];
  return one.shapes.map((shape, index) => {
    const [reach, middle] = [one.spread?.[index], one.offset?.[index] ?? 0];
    return reach === undefined
      ? scattered(shape, index, low, high, 0)
      : scattered(shape, index, middle - reach, middle + reach, 0);
  });
};

/** The case in ONNX Runtime, differentiated by Richardson-extrapolated central differences. */
export async function truthOf(op: string, one: OperatorCase): Promise<Truth> {
  const dtype = one.precision === undefined ? 'float64' : 'float32';
  const program = programOf(op, one, dtype);
  const point = one.at?.point.map((values) => Float64Array.from(values)) ?? pointOf(one);
  const names = one.shapes.map((_, index) => `x${index}`);
  const session = await InferenceSession.create(writeProgram(program), { logSeverityLevel: 3 });
  const run = async (at: Numbers): Promise<Record<string, Tensor>> =>
    session.run(feedsOf(names, one.shapes, at, dtype));
  const results = await run(point);
  const outputs = program.outputs.map(({ name }) => ({
    name,
    dims: [...(results[name]?.dims ?? [])],
    values: values(results[name]),
  }));
  if (one.at !== undefined) {
    await session.release();
    const direction = one.at.direction.map((values) => Float64Array.from(values));
    const moves = [{ wrt: names, direction, derivative: [Float64Array.from(one.at.derivative)] }];
    return { op, one, program, dtype, point, outputs: outputs.slice(0, 1), moves, tolerance: 1e-6 };
  }
  const { reference } = one;
  const evaluate = async (at: Numbers): Promise<Numbers> => {
    if (reference !== undefined) return [reference(...at)];
    const moved = await run(at);
    return outputs.map(({ name }) => values(moved[name]));
  };
  const difference = async (direction: Numbers, h: number): Promise<Numbers> => {
    const shifted = (sign: number): Numbers =>
      point.map((x, i) => x.map((value, k) => value + sign * h * (direction[i]?.[k] ?? 0)));
    const [up, down] = [await evaluate(shifted(1)), await evaluate(shifted(-1))];
    return up.map((of, index) => of.map((value, k) => (value - (down[index]?.[k] ?? 0)) / (2 * h)));
  };
  const linear = one.precision === 'float32 linear';
  const step = linear ? 1 : one.precision === undefined || reference !== undefined ? 1e-3 : 2e-2;
  const subsets = names.length === 1 ? [names] : [...names.map((name) => [name]), names];
  const moves = [];
  for (const wrt of subsets) {
    const direction = one.shapes.map((shape, index) =>
      wrt.includes(`x${index}`) ? scattered(shape, index, -1, 1, 7) : new Float64Array(sizeOf(shape)),
    );
    // Linear in each input alone: along all together, the sum of the parts.
    const [coarse, fine] = linear
      ? [[], await difference(direction, step / 2)]
      : [await difference(direction, step), await difference(direction, step / 2)];
    const derivative = fine.map((of, index) =>
      linear ? of : of.map((value, k) => (4 * value - (coarse[index]?.[k] ?? 0)) / 3),
    );
    moves.push({ wrt, direction, derivative });
  }
  await session.release();
  const tolerance = linear
    ? 1e-5
    : one.precision === undefined
      ? 1e-8
      : reference === undefined
        ? 2e-3
        : 1e-5;
  return { op, one, program, dtype, point, outputs, moves, tolerance };
}

/** The first outputs, those that there is a truth of. */
const checked = ({ outputs, one }: Truth): Truth['outputs'] =>
  outputs.slice(0, one.reference === undefined ? undefined : 1);

/** For u weighed differently in every element: ⟨Jv, u⟩ = ⟨v, Jᵀu⟩. */
const weightsOf = (truth: Truth): Numbers =>
  checked(truth).map(({ dims }, index) => scattered(dims, index, -1, 1, 3));

/** The derivative along each move, and the gradient of Σ u · y, as programs. */
export function programsOf(truth: Truth, { rules, transposes }: Partial<DerivativeTables> = {}): Program[] {
  const { program, moves, point } = truth;
  const outputs = checked(truth).map(({ name }) => name);
  const tables = { ...(rules && { rules }), ...(transposes && { transposes }) };
  return [
    ...moves.map(({ wrt }) => jvp(program, { wrt, outputs }, rules)),
    gradient(
      weighed(truth, weightsOf(truth)),
      { loss: 'loss', wrt: point.map((_, index) => `x${index}`) },
      tables,
    ),
  ];
}

/** What the tables get wrong about this use of an operator; undefined where all is right. */
export async function faultOf(
  truth: Truth,
  tables: Partial<DerivativeTables> = {},
): Promise<string | undefined> {
  const { one, dtype, point, moves, tolerance } = truth;
  const names = point.map((_, index) => `x${index}`);
  const feeds = feedsOf(names, one.shapes, point, dtype);
  const near = (found: number, expected: number, by: number): boolean =>
    Math.abs(found - expected) <= by * (1 + Math.abs(expected));
  const outputs = checked(truth);
  const programs = programsOf(truth, tables);

  for (const [move, { wrt, direction, derivative }] of moves.entries()) {
    const tangents = feedsOf(names.map(tangentName), one.shapes, direction, dtype);
    const got = await runOnce(programs[move] ?? truth.program, { ...feeds, ...tangents });
    for (const [index, { name, dims }] of outputs.entries()) {
      const tangent = got[tangentName(name)];
      if (tangent?.dims.join() !== dims.join())
        return `d${wrt.join()} ${name}: shape [${tangent?.dims.join()}]`;
      const found = values(tangent);
      const wrong = found.findIndex((value, k) => !near(value, derivative[index]?.[k] ?? NaN, tolerance));
      if (wrong !== -1)
        return `d${wrt.join()} ${name}[${wrong}]: ${found[wrong]} ≠ ${derivative[index]?.[wrong]}`;
    }
  }

  const gradients = await runOnce(programs.at(-1) ?? truth.program, feeds);
  const largest = Math.max(1, ...outputs.map(({ dims }) => sizeOf(dims) / 8));
  for (const { wrt, direction, derivative } of moves) {
    const expected = dot(derivative, weightsOf(truth));
    const found = dot(
      names.map((name) => values(gradients[gradientName(name)])),
      direction,
    );
    if (!near(found, expected, (dtype === 'float64' ? 1e-7 : tolerance) * largest))
      return `transposed, d${wrt.join()}: ${found} ≠ ${expected}`;
  }
  const shape = names.find(
    (name, index) => gradients[gradientName(name)]?.dims.join() !== one.shapes[index]?.join(),
  );
  return shape === undefined ? undefined : `transposed: shape of the gradient of ${shape}`;
}

const dot = (a: Numbers, b: Numbers): number =>
  a.reduce((sum, row, i) => sum + row.reduce((part, value, k) => part + value * (b[i]?.[k] ?? NaN), 0), 0);

/** With the output loss = Σ u · y. */
function weighed({ program, outputs, dtype }: Truth, weights: Numbers): Program {
  const b = ProgramBuilder.extending(program);
  const terms = weights.map((u, index) => {
    const { name = '', dims = [] } = outputs[index] ?? {};
    const weight = b.initializer(
      `weights${index}`,
      dtype === 'float64' ? float64(dims, u) : float32(dims, u),
    );
    return b.op('ReduceSum', [b.op('Mul', [name, weight])], { keepdims: { type: 'int', value: 0 } });
  });
  b.op('Sum', terms, {}, { output: 'loss' });
  b.output('loss', dtype, []);
  return { ...b.build(), outputs: [{ name: 'loss', dtype, shape: [] }] };
}
