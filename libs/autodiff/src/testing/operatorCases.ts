import { float32, float64, int64, ndarray, sizeOf, type NdArray } from '@oblique/arrays';
import {
  dataTypeCode,
  float,
  int,
  ints,
  ProgramBuilder,
  string,
  withOutputs,
  type Attributes,
  type Program,
} from '@oblique/onnx';
import { Tensor } from 'onnxruntime-node';

/** One use of an operator: the shapes of the inputs that are differentiated, then constant inputs (null: left out). */
export interface OperatorCase {
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

const unary = (range?: readonly [number, number]): OperatorCase[] => [
  { shapes: [[2, 3]], ...(range && { range }) },
];
const inSingle = (attributes: Attributes = {}): OperatorCase[] => [
  { shapes: [[2, 3]], attributes, precision: 'float32' },
];
const reductions: OperatorCase[] = [
  { shapes: [[2, 3, 4]], constants: [int64([2], [0, 2])], attributes: { keepdims: int(0) } },
  { shapes: [[2, 3, 4]], constants: [int64([1], [-1])] },
  { shapes: [[2, 3]] },
];
const broadcasts: OperatorCase[] = [
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

/** Every differentiable operator in its uses. */
export const OPERATOR_CASES: Readonly<Record<string, readonly OperatorCase[]>> = {
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
    // Few and many channels, short and long rows, one to three axes: the weights' cotangent has a way for each.
    {
      shapes: [
        [2, 3, 9],
        [2, 3, 4],
      ],
      attributes: { strides: ints([2]), pads: ints([1, 0]) },
      precision: 'float32 linear',
    },
    {
      shapes: [
        [1, 2, 3, 4, 3],
        [2, 2, 2, 3, 2],
      ],
      attributes: { pads: ints([1, 0, 1, 0, 1, 0]) },
      precision: 'float32 linear',
    },
    {
      shapes: [
        [2, 16, 5, 6],
        [3, 16, 3, 2],
      ],
      attributes: { strides: ints([2, 1]), dilations: ints([1, 2]), pads: ints([1, 0, 1, 2]) },
      precision: 'float32 linear',
    },
    {
      shapes: [
        [2, 17, 6],
        [2, 17, 1],
      ],
      attributes: { strides: ints([2]) },
      precision: 'float32 linear',
    },
    {
      shapes: [
        [1, 33, 3, 11],
        [2, 33, 2, 2],
      ],
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

/** The operator alone as a program of inputs x0, x1, …. */
export function programOf(op: string, one: OperatorCase, dtype: 'float32' | 'float64'): Program {
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
export function scattered(
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

/** Tensors for the inputs of these names. */
export function feedsOf(
  names: readonly string[],
  shapes: OperatorCase['shapes'],
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

/** The numbers of a tensor. */
export function values(tensor: Tensor | undefined): Float64Array {
  return Float64Array.from((tensor?.data ?? []) as Iterable<number>);
}
