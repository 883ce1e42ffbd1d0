import { float32, float64, int64, ndarray, sizeOf, type NdArray } from '@oblique/arrays';
import {
  dataTypeCode,
  float,
  int,
  ints,
  ProgramBuilder,
  string,
  withOutputs,
  writeProgram,
  type Attributes,
  type Program,
} from '@oblique/onnx';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { jvp, tangentName } from './jvp.js';
import { JVP_RULES } from './jvpRules.js';
import { zero } from './ruleMakers.js';

/** One use of an operator: the shapes of the inputs that are differentiated, then constant inputs (null: left out). */
interface Case {
  readonly shapes: readonly (readonly number[])[];
  readonly constants?: readonly (NdArray | null)[];
  readonly attributes?: Attributes;
  /** Where the inputs lie; default: from −2 to 2. */
  readonly range?: readonly [low: number, high: number];
  /**
   * float32 for operators without float64 kernels in ONNX Runtime. Those marked linear are linear in each input, so
   * that a difference over a step of 1 is exact but for rounding.
   */
  readonly precision?: 'float32 linear' | 'float32';
  readonly outputs?: number;
  readonly opset?: number;
}

const unary = (range?: readonly [number, number]): Case[] => [{ shapes: [[2, 3]], ...(range && { range }) }];
const inSingle = (attributes: Attributes = {}): Case[] => [
  { shapes: [[2, 3]], attributes, precision: 'float32' },
];
const reductions: Case[] = [
  { shapes: [[2, 3, 4]], constants: [int64([2], [0, 2])], attributes: { keepdims: int(0) } },
  { shapes: [[2, 3, 4]], constants: [int64([1], [-1])] },
  { shapes: [[2, 3]] },
];
const broadcasts: Case[] = [
  {
    shapes: [
      [2, 3],
      [2, 3],
    ],
  },
  {
    shapes: [
      [2, 1, 3],
      [4, 1],
    ],
  },
  { shapes: [[3]], constants: [float64([2, 3], [1, -2, 3, 0.5, 2, -1])] },
];
const convolutionWeights = float32(
  [4, 3, 3, 3],
  Array.from({ length: 108 }, (_, i) => Math.sin(i)),
);

const CASES: Readonly<Record<string, readonly Case[]>> = {
  Identity: unary(),
  Neg: unary(),
  Cast: [{ shapes: [[2, 3]], attributes: { to: int(dataTypeCode('float64')) } }],
  CastLike: [{ shapes: [[2, 3]], constants: [float64([], [0])] }],
  Reshape: [{ shapes: [[2, 6]], constants: [int64([3], [0, 2, -1])] }],
  Flatten: [{ shapes: [[2, 3, 4]], attributes: { axis: int(2) } }],
  Squeeze: [{ shapes: [[2, 1, 3]], constants: [int64([1], [1])] }],
  Unsqueeze: [{ shapes: [[2, 3]], constants: [int64([1], [-1])] }],
  Transpose: [{ shapes: [[2, 3, 4]], attributes: { perm: ints([2, 0, 1]) } }],
  Expand: [{ shapes: [[2, 1]], constants: [int64([2], [2, 4])] }],
  Tile: [{ shapes: [[2, 3]], constants: [int64([2], [2, 2])] }],
  Slice: [
    {
      shapes: [[4, 6]],
      constants: [int64([2], [3, 1]), int64([2], [0, 6]), int64([2], [0, 1]), int64([2], [-1, 2])],
    },
  ],
  Split: [{ shapes: [[5, 2]], constants: [int64([2], [2, 3])], outputs: 2 }],
  Gather: [{ shapes: [[4, 3]], constants: [int64([2], [2, 0])], attributes: { axis: int(1) } }],
  GatherElements: [
    { shapes: [[2, 3]], constants: [int64([2, 2], [2, 0, 1, 1])], attributes: { axis: int(1) } },
  ],
  GatherND: [{ shapes: [[2, 3]], constants: [int64([2, 2], [0, 2, 1, 0])] }],
  DepthToSpace: [{ shapes: [[1, 8, 2, 3]], attributes: { blocksize: int(2) } }],
  SpaceToDepth: [{ shapes: [[1, 2, 4, 6]], attributes: { blocksize: int(2) } }],
  Trilu: [{ shapes: [[3, 4]] }],
  CumSum: [{ shapes: [[3, 4]], constants: [int64([], [1])] }],
  ReduceSum: reductions,
  ReduceMean: reductions,
  ReduceMax: reductions,
  ReduceMin: reductions,
  ReduceSumSquare: reductions,
  ReduceL1: reductions.map((one) => ({ ...one, precision: 'float32' as const })),
  ReduceL2: reductions.map((one) => ({ ...one, precision: 'float32' as const })),
  Pad: [
    { shapes: [[2, 3]], constants: [int64([4], [1, 0, 0, 2]), float64([], [7])] },
    { shapes: [[3, 4]], constants: [int64([4], [1, 1, 1, 1])], attributes: { mode: string('reflect') } },
  ],
  Concat: [
    {
      shapes: [
        [2, 3],
        [2, 1],
      ],
      attributes: { axis: int(1) },
    },
    { shapes: [[2, 3]], constants: [float64([2, 1], [4, 5])], attributes: { axis: int(1) } },
  ],
  AveragePool: [
    {
      shapes: [[2, 3, 5, 6]],
      attributes: { kernel_shape: ints([3, 3]), strides: ints([2, 2]), pads: ints([1, 1, 1, 1]) },
      precision: 'float32 linear',
    },
    {
      shapes: [[1, 2, 5, 5]],
      attributes: { kernel_shape: ints([2, 2]), count_include_pad: int(1), pads: ints([1, 0, 0, 1]) },
      precision: 'float32 linear',
    },
  ],
  GlobalAveragePool: [{ shapes: [[2, 3, 5, 6]], precision: 'float32 linear' }],
  Resize: [
    {
      shapes: [[1, 2, 3, 4]],
      constants: [null, float32([4], [1, 1, 2, 2])],
      attributes: { mode: string('linear'), coordinate_transformation_mode: string('half_pixel') },
      precision: 'float32 linear',
    },
  ],
  Add: broadcasts,
  Sub: broadcasts,
  Mul: broadcasts,
  Div: broadcasts.map((one) => ({ ...one, range: [0.5, 2] as const })),
  Pow: [
    {
      shapes: [
        [2, 3],
        [2, 3],
      ],
      range: [0.5, 2],
    },
    { shapes: [[2, 3]], constants: [float64([], [3])] },
  ],
  Sum: [{ shapes: [[2, 3], [3], [2, 1]] }],
  Mean: [{ shapes: [[2, 3], [3]], precision: 'float32 linear' }],
  Max: [{ shapes: [[2, 3], [2, 3], [3]] }],
  Min: [
    {
      shapes: [
        [2, 3],
        [2, 3],
      ],
    },
  ],
  MatMul: [
    {
      shapes: [
        [2, 3, 4],
        [4, 5],
      ],
    },
    { shapes: [[2, 2, 3]], constants: [float64([2, 3, 1], [1, 2, 3, 4, 5, 6])] },
  ],
  Gemm: [
    { shapes: [[3, 2], [3, 4], [4]], attributes: { transA: int(1), alpha: float(0.5), beta: float(2) } },
    { shapes: [[2, 3]], constants: [float64([3, 2], [1, 2, 3, 4, 5, 6]), float64([2], [1, 1])] },
  ],
  Conv: [
    {
      shapes: [[2, 3, 5, 6], [4, 3, 3, 3], [4]],
      attributes: { strides: ints([2, 1]), pads: ints([1, 1, 1, 1]) },
      precision: 'float32 linear',
    },
    {
      shapes: [[1, 3, 5, 6]],
      constants: [convolutionWeights, float32([4], [1, 2, 3, 4])],
      precision: 'float32 linear',
    },
    {
      shapes: [
        [1, 4, 7],
        [4, 2, 3],
      ],
      attributes: { group: int(2), dilations: ints([2]) },
      precision: 'float32 linear',
    },
  ],
  ConvTranspose: [
    {
      shapes: [[1, 3, 4, 4], [3, 2, 3, 3], [2]],
      attributes: { strides: ints([2, 2]) },
      precision: 'float32 linear',
    },
  ],
  Sin: unary(),
  Cos: unary(),
  Exp: unary(),
  Log: unary([0.5, 2]),
  Sqrt: unary([0.5, 2]),
  Reciprocal: unary([0.5, 2]),
  Abs: unary(),
  Erf: inSingle(),
  Tanh: unary(),
  Sigmoid: unary(),
  Softplus: inSingle(),
  Softsign: inSingle(),
  Gelu: [
    { shapes: [[2, 3]], opset: 20, precision: 'float32' },
    { shapes: [[2, 3]], opset: 20, precision: 'float32', attributes: { approximate: string('tanh') } },
  ],
  HardSwish: inSingle(),
  Mish: inSingle(),
  LeakyRelu: inSingle({ alpha: float(0.1) }),
  ThresholdedRelu: inSingle({ alpha: float(0.5) }),
  Elu: inSingle({ alpha: float(0.7) }),
  Selu: inSingle(),
  HardSigmoid: inSingle({ alpha: float(0.3) }),
  Relu: [...unary(), ...inSingle()],
  Clip: [{ shapes: [[2, 3]], constants: [float64([], [-1]), float64([], [1])] }],
  PRelu: [{ shapes: [[2, 3], [3]] }],
  Mod: [{ shapes: [[2, 3]], constants: [float64([], [0.75])], attributes: { fmod: int(1) } }],
  Where: [{ shapes: [[2, 3], [3]] }],
  MaxPool: [
    {
      shapes: [[2, 3, 5, 6]],
      attributes: { kernel_shape: ints([3, 3]), strides: ints([2, 2]), pads: ints([1, 1, 1, 1]) },
    },
    {
      shapes: [[1, 2, 6, 6]],
      attributes: { kernel_shape: ints([2, 2]), strides: ints([2, 2]), ceil_mode: int(1) },
    },
  ],
  GlobalMaxPool: [{ shapes: [[2, 3, 5, 6]], precision: 'float32' }],
  Softmax: [{ shapes: [[2, 3, 4]] }, { shapes: [[2, 3]], attributes: { axis: int(0) } }],
  LogSoftmax: [{ shapes: [[2, 3]] }],
  BatchNormalization: [
    {
      shapes: [[2, 3, 4]],
      constants: [
        [1, 2, 3],
        [0.1, 0.2, 0.3],
        [1, 0, -1],
        [1, 2, 0.5],
      ].map((values) => float64([3], values)),
    },
  ],
  // Its mean and deviation are float32 whatever the type of x.
  LayerNormalization: [
    { shapes: [[2, 3, 4], [4], [4]], attributes: { epsilon: float(1e-3) }, precision: 'float32' },
    {
      shapes: [[2, 3, 4]],
      constants: [
        float32(
          [3, 4],
          Array.from({ length: 12 }, (_, i) => 1 + i / 4),
        ),
      ],
      attributes: { axis: int(1) },
      precision: 'float32',
    },
  ],
  InstanceNormalization: [
    {
      shapes: [[2, 3, 4, 5]],
      constants: [float32([3], [1, 2, 3]), float32([3], [0, 0, 0])],
      precision: 'float32',
    },
  ],
};

test('every operator with a derivative has a case', () => {
  const differentiable = Object.entries(JVP_RULES).filter(([, entry]) => entry !== zero);
  expect(differentiable.map(([op]) => op).filter((op) => !(op in CASES))).toEqual([]);
});

for (const [op, cases] of Object.entries(CASES)) {
  test.each(cases.map((one, index) => [index, one] as const))(
    `${op} against central differences (case %i)`,
    async (_index, one) => {
      await checkCase(op, one);
    },
  );
}

async function checkCase(op: string, one: Case): Promise<void> {
  const single = one.precision !== undefined;
  const dtype = single ? 'float32' : 'float64';
  const [step, tolerance] =
    one.precision === 'float32 linear' ? [1, 1e-5] : single ? [2e-2, 2e-3] : [1e-3, 1e-8];
  const program = programOf(op, one, dtype);
  const names = one.shapes.map((_, index) => `x${index}`);
  const outputs = program.outputs.map(({ name }) => name);
  const [low, high] = one.range ?? [-2, 2];
  const point = one.shapes.map((shape, index) => scattered(shape, index, low, high, 0));
  const primal = await InferenceSession.create(writeProgram(program), { logSeverityLevel: 3 });

  // Each input alone, then all together, so that zero tangents are met too.
  const subsets = names.length === 1 ? [names] : [...names.map((name) => [name]), names];
  for (const wrt of subsets) {
    const direction = one.shapes.map((shape, index) =>
      wrt.includes(`x${index}`) ? scattered(shape, index, -1, 1, 7) : new Float64Array(sizeOf(shape)),
    );
    const feeds = feedsOf(names, one.shapes, point, dtype);
    const tangents = feedsOf(names.map(tangentName), one.shapes, direction, dtype);
    const derivative = await InferenceSession.create(writeProgram(jvp(program, { wrt, outputs })), {
      logSeverityLevel: 3,
    });
    const used = Object.fromEntries(
      Object.entries({ ...feeds, ...tangents }).filter(([name]) => derivative.inputNames.includes(name)),
    );
    const got = await derivative.run(used);
    const difference = async (h: number): Promise<Float64Array[]> => {
      const moved = async (sign: number): Promise<Record<string, Tensor>> =>
        primal.run(
          feedsOf(
            names,
            one.shapes,
            point.map((x, i) => x.map((value, k) => value + sign * h * (direction[i]?.[k] ?? 0))),
            dtype,
          ),
        );
      const [up, down] = [await moved(1), await moved(-1)];
      return outputs.map((name) =>
        values(up[name]).map((value, k) => (value - (values(down[name])[k] ?? 0)) / (2 * h)),
      );
    };
    // Richardson: the error of a central difference is of second order in the step.
    const [coarse, fine] = [await difference(step), await difference(step / 2)];
    outputs.forEach((name, index) => {
      const expected = fine[index]?.map((value, k) =>
        one.precision === 'float32 linear' ? value : (4 * value - (coarse[index]?.[k] ?? 0)) / 3,
      );
      const tangent = got[tangentName(name)];
      expect(tangent?.dims, `${op}: shape of the tangent of ${name}`).toEqual(got[name]?.dims);
      values(tangent).forEach((value, k) => {
        expect(
          Math.abs(value - (expected?.[k] ?? NaN)),
          `${op} d${wrt.join()} ${name}[${k}]: ${value} ≠ ${expected?.[k]}`,
        ).toBeLessThan(tolerance * (1 + Math.abs(value)));
      });
    });
  }
}

function programOf(op: string, one: Case, dtype: 'float32' | 'float64'): Program {
  const b = new ProgramBuilder(op, { opset: one.opset ?? 18 });
  const inputs = one.shapes.map((shape, index) => b.input(`x${index}`, dtype, shape));
  const constants = (one.constants ?? []).map((value, index) =>
    value === null ? '' : b.initializer(`c${index}`, value),
  );
  const all = [...inputs, ...constants];
  if (op === 'Where')
    all.unshift(b.initializer('condition', ndarray('bool', [2, 3], Uint8Array.of(1, 0, 1, 0, 0, 1))));
  const outputs = b.node(op, all, { ...one.attributes }, { outputs: one.outputs ?? 1 });
  for (const output of outputs) b.output(output, dtype);
  return withOutputs(b.build(), outputs);
}

/** Numbers spread over the range without order, no two near each other, none near 0: away from kinks and ties. */
function scattered(
  shape: readonly number[],
  index: number,
  low: number,
  high: number,
  shift: number,
): Float64Array {
  const size = sizeOf(shape);
  return Float64Array.from({ length: size }, (_, k) => {
    const unit = ((k * 0.6180339887 + index * 0.271 + shift * 0.137) % 1) * 0.94 + 0.03;
    const value = low + (high - low) * unit;
    return Math.abs(value) < 0.06 ? value + 0.11 : value;
  });
}

function feedsOf(
  names: readonly string[],
  shapes: Case['shapes'],
  data: readonly Float64Array[],
  dtype: 'float32' | 'float64',
): Record<string, Tensor> {
  return Object.fromEntries(
    names.map((name, index) => {
      const dims = shapes[index] ?? [];
      const numbers = data[index] ?? new Float64Array();
      return [
        name,
        dtype === 'float32'
          ? new Tensor('float32', Float32Array.from(numbers), dims)
          : new Tensor('float64', numbers, dims),
      ];
    }),
  );
}

function values(tensor: Tensor | undefined): Float64Array {
  return Float64Array.from((tensor?.data ?? []) as Iterable<number>);
}
