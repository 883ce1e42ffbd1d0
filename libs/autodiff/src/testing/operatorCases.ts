import { float32, float64, int64, ndarray, sizeOf, toNumbers, type NdArray } from '@oblique/arrays';
import {
  dataTypeCode,
  elementTypes,
  float,
  int,
  ints,
  ProgramBuilder,
  string,
  withOutputs,
  type Attribute,
  type Attributes,
  type Program,
} from '@oblique/onnx';
import { Tensor } from 'onnxruntime-node';

/** One use of an operator: the shapes of the inputs that are differentiated, then constant inputs (null: left out). */
export interface OperatorCase {
  readonly shapes: readonly (readonly number[])[];
  readonly constants?: readonly (NdArray | null)[];
  /** Constant inputs behind the first that is differentiated. */
  readonly between?: readonly NdArray[];
  readonly attributes?: Attributes;
  /** Where the inputs lie; default: from −2 to 2. */
  readonly range?: readonly [low: number, high: number];
  /** Of each input, how far it reaches to either side, and of what; in place of the range. */
  readonly spread?: readonly number[];
  readonly offset?: readonly number[];
  /**
   * float32 for operators without float64 kernels in ONNX Runtime. Those marked linear are linear in each input, so
   * that a difference over a step of 1 is exact but for rounding.
   */
  readonly precision?: 'float32 linear' | 'float32';
  readonly outputs?: number;
  readonly opset?: number;
  /**
   * The first output in plain numbers, for operators that run in float32 only: so that their tangents are compared with
   * differences taken in float64.
   */
  readonly reference?: (...inputs: readonly Float64Array[]) => Float64Array;
  /** A kink: where the inputs are, and the derivative of the first output along a direction, from PyTorch. */
  readonly at?: {
    readonly point: readonly (readonly number[])[];
    readonly direction: readonly (readonly number[])[];
    readonly derivative: readonly number[];
  };
}

/** Vectors at a kink. */
const kink = (
  point: readonly (readonly number[])[],
  direction: readonly (readonly number[])[],
  derivative: readonly number[],
  more: Partial<OperatorCase> = {},
): OperatorCase => ({
  shapes: point.map(({ length }) => [length]),
  at: { point, direction, derivative },
  ...more,
});

/** A case for each combination of these values of attributes; null leaves the attribute out. */
function across(
  base: OperatorCase,
  values: Readonly<Record<string, readonly (Attribute | null)[]>>,
): OperatorCase[] {
  return Object.entries(values).reduce<OperatorCase[]>(
    (cases, [name, choices]) =>
      cases.flatMap((one) =>
        choices.map((value) =>
          value === null ? one : { ...one, attributes: { ...one.attributes, [name]: value } },
        ),
      ),
    [base],
  );
}
const flags = [int(0), int(1)];
const words = (...values: readonly string[]): Attribute[] => values.map(string);

/** A function of one number, in float32, with its values in plain arithmetic. */
const scalar = (
  of: (x: number) => number,
  attributes: Attributes = {},
  more: Pick<OperatorCase, 'opset' | 'range'> = {},
): OperatorCase => ({
  shapes: [[4, 6]],
  attributes,
  precision: 'float32',
  reference: (x = new Float64Array()) => x.map(of),
  ...more,
});
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const bounded = (x: number): number => Math.min(1, Math.max(0, x));

/** Abramowitz and Stegun 7.1.5: the series of erf, exact in double where |x| is small. */
function erf(x: number): number {
  let [term, sum] = [x, x];
  for (let n = 1; n < 80; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

/** Of images [1, 6, 2, 2]. */
function lrn(attributes: Attributes): (x?: Float64Array) => Float64Array {
  const number = (name: string, otherwise: number): number => {
    const attribute = attributes[name];
    return attribute?.type === 'float' || attribute?.type === 'int' ? attribute.value : otherwise;
  };
  const [size, alpha, beta, bias] = [
    number('size', 1),
    number('alpha', 1e-4),
    number('beta', 0.75),
    number('bias', 1),
  ];
  return (x = new Float64Array()) =>
    x.map((value, index) => {
      let sum = 0;
      for (let shift = -Math.floor((size - 1) / 2); shift <= Math.ceil((size - 1) / 2); shift++)
        sum += (x[index + 4 * shift] ?? 0) ** 2;
      return value / (bias + (alpha / size) * sum) ** beta;
    });
}

/** Rows of this length, normalised and scaled. */
const normalised = (
  x: Float64Array,
  length: number,
  epsilon: number,
  affine: (value: number, index: number) => number,
): Float64Array =>
  x.map((value, index) => {
    const start = index - (index % length);
    const row = x.subarray(start, start + length);
    const mean = row.reduce((sum, each) => sum + each, 0) / length;
    const variance = row.reduce((sum, each) => sum + (each - mean) ** 2, 0) / length;
    return affine((value - mean) / Math.sqrt(variance + epsilon), index);
  });

const unary = (range?: readonly [number, number]): OperatorCase[] => [
  { shapes: [[2, 3]], ...(range && { range }) },
];
const reductionsOf = (more: Partial<OperatorCase> = {}): OperatorCase[] => [
  ...across({ shapes: [[2, 3, 4]], constants: [int64([2], [0, 2])], ...more }, { keepdims: flags }),
  { shapes: [[2, 3, 4]], constants: [int64([1], [-1])], ...more },
  ...across({ shapes: [[2, 3]], ...more }, { noop_with_empty_axes: [int(0)], keepdims: flags }),
  { shapes: [[2, 3]], attributes: { noop_with_empty_axes: int(1) }, ...more },
];
const reductions = reductionsOf();
/** Several strides, paddings and steps over images. */
const windows: readonly Attributes[] = [
  {},
  { strides: ints([2, 1]), pads: ints([1, 0, 0, 1]) },
  { strides: ints([2, 2]), auto_pad: string('SAME_UPPER') },
  { strides: ints([2, 2]), auto_pad: string('SAME_LOWER') },
  { strides: ints([1, 2]), auto_pad: string('VALID') },
];
const dilated: Attributes = { dilations: ints([2, 1]) };
const pools = (more: Partial<OperatorCase>): OperatorCase[] =>
  [...windows, dilated].map((attributes) => ({
    shapes: [[1, 2, 5, 6]],
    ...(attributes === dilated ? { opset: 22 } : {}),
    ...more,
    attributes: { kernel_shape: ints([2, 3]), ...more.attributes, ...attributes },
  }));
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
  Reshape: [
    { shapes: [[2, 6]], constants: [int64([3], [0, 2, -1])] },
    { shapes: [[2, 6]], constants: [int64([2], [3, 4])], attributes: { allowzero: int(1) } },
  ],
  Flatten: across({ shapes: [[2, 3, 4]] }, { axis: [null, int(0), int(2), int(-1)] }),
  Squeeze: [{ shapes: [[2, 1, 3]], constants: [int64([1], [1])] }, { shapes: [[1, 3, 1]] }],
  Unsqueeze: [{ shapes: [[2, 3]], constants: [int64([1], [-1])] }],
  Transpose: across({ shapes: [[2, 3, 4]] }, { perm: [null, ints([2, 0, 1])] }),
  Expand: [{ shapes: [[2, 1]], constants: [int64([2], [2, 4])] }],
  Tile: [{ shapes: [[2, 3]], constants: [int64([2], [2, 2])] }],
  Slice: [
    {
      shapes: [[4, 6]],
      constants: [int64([2], [3, 1]), int64([2], [0, 6]), int64([2], [0, 1]), int64([2], [-1, 2])],
    },
    { shapes: [[4, 6]], constants: [int64([2], [-3, 1]), int64([2], [2 ** 31, -1])] },
  ],
  Split: [
    { shapes: [[5, 2]], constants: [int64([2], [2, 3])], outputs: 2 },
    { shapes: [[2, 5]], attributes: { axis: int(-1), num_outputs: int(2) }, outputs: 2 },
  ],
  Gather: across({ shapes: [[4, 3]], constants: [int64([2], [2, -3])] }, { axis: [null, int(1)] }),
  GatherElements: across(
    { shapes: [[2, 3]], constants: [int64([2, 2], [1, 0, -1, 1])] },
    { axis: [null, int(1)] },
  ),
  GatherND: [
    { shapes: [[2, 3]], constants: [int64([2, 2], [0, 2, 1, 0])] },
    { shapes: [[2, 3]], constants: [int64([2, 1], [2, 0])], attributes: { batch_dims: int(1) } },
  ],
  ScatterElements: [
    ...across(
      {
        shapes: [
          [3, 3],
          [2, 2],
        ],
        between: [int64([2, 2], [2, 0, 0, 1])],
      },
      { axis: [null, int(1)], reduction: [null, ...words('none', 'add')] },
    ),
    {
      shapes: [[3], [4]],
      between: [int64([4], [0, 2, 2, 2])],
      attributes: { reduction: string('add') },
    },
  ],
  ScatterND: across(
    {
      shapes: [
        [3, 2],
        [2, 2],
      ],
      between: [int64([2, 1], [2, 0])],
    },
    { reduction: [null, ...words('none', 'add')] },
  ),
  DepthToSpace: across(
    { shapes: [[1, 8, 2, 3]], attributes: { blocksize: int(2) } },
    { mode: [null, ...words('DCR', 'CRD')] },
  ).concat([{ shapes: [[1, 9, 2, 1]], attributes: { blocksize: int(3) } }]),
  SpaceToDepth: across({ shapes: [[1, 2, 6, 6]] }, { blocksize: [int(2), int(3)] }),
  Trilu: [
    ...across({ shapes: [[3, 4]] }, { upper: [null, ...flags] }),
    { shapes: [[3, 4]], constants: [int64([], [1])] },
  ],
  CumSum: across({ shapes: [[3, 4]], constants: [int64([], [1])] }, { exclusive: flags, reverse: flags }),
  ReduceSum: reductions,
  ReduceMean: reductions,
  ReduceMax: [...reductions, kink([[1, 1, 0]], [[1, 3, 9]], [2])],
  ReduceMin: [...reductions, kink([[1, 1, 2]], [[1, 3, 9]], [2])],
  ReduceSumSquare: reductions,
  ReduceL1: reductionsOf({ precision: 'float32' }),
  ReduceL2: [
    ...reductionsOf({ precision: 'float32' }),
    kink([[0, 0]], [[1, 2]], [0], { precision: 'float32' }),
  ],
  ReduceLogSum: reductionsOf({ range: [0.5, 2], precision: 'float32' }),
  ReduceLogSumExp: reductionsOf(),
  ReduceProd: [
    ...reductionsOf({ precision: 'float32' }),
    kink([[0, 2, 3]], [[1, 5, 9]], [6], { precision: 'float32' }),
    kink([[0, 0, 3]], [[1, 5, 9]], [0], { precision: 'float32' }),
  ],
  Pad: [
    { shapes: [[2, 3]], constants: [int64([4], [1, 0, 0, 2]), float64([], [7])] },
    { shapes: [[2, 3]], constants: [int64([2], [1, 2]), null, int64([1], [-1])] },
    { shapes: [[3, 4]], constants: [int64([4], [1, -1, -2, 2])] },
    { shapes: [[2, 3], []], between: [int64([4], [1, 0, 0, 2])] },
    { shapes: [[2, 3], []], between: [int64([2], [1, 2])], constants: [int64([1], [0])] },
    ...across(
      { shapes: [[3, 4]], constants: [int64([4], [1, 1, 1, 2])], opset: 19 },
      { mode: words('constant', 'reflect', 'edge', 'wrap') },
    ),
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
    {
      shapes: [
        [2, 3],
        [1, 3],
      ],
      attributes: { axis: int(-2) },
    },
  ],
  AveragePool: [
    ...pools({ precision: 'float32 linear' }),
    ...across(
      {
        shapes: [[1, 2, 5, 6]],
        attributes: { kernel_shape: ints([3, 2]), strides: ints([2, 2]), pads: ints([1, 1, 1, 0]) },
        precision: 'float32 linear',
        // In set 18, ONNX Runtime counts what a window has beyond the padding.
        opset: 22,
      },
      { count_include_pad: flags, ceil_mode: flags },
    ),
  ],
  GlobalAveragePool: [{ shapes: [[2, 3, 5, 6]], precision: 'float32 linear' }],
  Resize: [
    ...across(
      {
        shapes: [[1, 2, 3, 4]],
        constants: [null, float32([4], [1, 1, 2.5, 0.75])],
        precision: 'float32 linear',
      },
      {
        mode: words('nearest', 'linear', 'cubic'),
        coordinate_transformation_mode: [
          null,
          ...words('half_pixel', 'half_pixel_symmetric', 'pytorch_half_pixel', 'align_corners', 'asymmetric'),
        ],
      },
    ),
    ...across(
      {
        shapes: [[1, 2, 3, 4]],
        constants: [null, null, int64([4], [1, 2, 5, 7])],
        precision: 'float32 linear',
      },
      { nearest_mode: words('round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil') },
    ),
    ...across(
      {
        shapes: [[1, 2, 3, 4]],
        constants: [null, null, int64([2], [6, 7])],
        attributes: { axes: ints([2, 3]) },
        precision: 'float32 linear',
      },
      { keep_aspect_ratio_policy: words('stretch', 'not_larger', 'not_smaller') },
    ),
    ...across(
      {
        shapes: [[1, 2, 6, 6]],
        constants: [null, float32([4], [1, 1, 0.5, 0.5])],
        attributes: { mode: string('linear') },
        precision: 'float32 linear',
      },
      { antialias: flags },
    ),
    ...across(
      {
        shapes: [[1, 2, 4, 4]],
        constants: [null, float32([4], [1, 1, 1.5, 1.5])],
        attributes: { mode: string('cubic') },
        precision: 'float32 linear',
      },
      { cubic_coeff_a: [float(-0.5)], exclude_outside: flags },
    ),
    {
      shapes: [[1, 2, 4, 4]],
      constants: [float32([8], [0, 0, 0, 0.25, 1, 1, 1.5, 1]), float32([4], [1, 1, 1.5, 1.5])],
      attributes: {
        mode: string('linear'),
        coordinate_transformation_mode: string('tf_crop_and_resize'),
        extrapolation_value: float(3),
      },
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
    { shapes: [[2, 3]], constants: [int64([], [3])] },
    kink(
      [
        [0, 0, 2],
        [0, 2, 0],
      ],
      [
        [1, 1, 1],
        [0, 0, 0],
      ],
      [0, 0, 0],
    ),
    kink(
      [
        [0, 0, 2],
        [0.5, 2, 3],
      ],
      [
        [0, 0, 0],
        [1, 1, 1],
      ],
      [0, 0, 8 * Math.LN2],
    ),
    { shapes: [[3]], constants: [float64([2, 1], [0.5, 2])], range: [0.5, 2] },
  ],
  Sum: [{ shapes: [[2, 3], [3], [2, 1]] }],
  Mean: [{ shapes: [[2, 3], [3]], precision: 'float32 linear' }],
  Max: [
    { shapes: [[2, 3], [2, 3], [3]] },
    kink(
      [
        [1, 0],
        [1, 2],
      ],
      [
        [1, 1],
        [3, 3],
      ],
      [2, 3],
    ),
  ],
  Min: [
    {
      shapes: [
        [2, 3],
        [2, 3],
      ],
    },
    { shapes: [[2, 3], [3]] },
    kink(
      [
        [1, 0],
        [1, 2],
      ],
      [
        [1, 1],
        [3, 3],
      ],
      [2, 1],
    ),
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
    ...across({ shapes: [[3, 3], [3, 3], [1]] }, { transA: flags, transB: flags }),
    {
      shapes: [
        [2, 3],
        [3, 2],
      ],
      attributes: { alpha: float(2) },
    },
  ],
  Conv: [
    ...[...windows, dilated].map((attributes): OperatorCase => ({
      shapes: [
        [1, 2, 6, 5],
        [3, 2, 2, 3],
      ],
      attributes,
      precision: 'float32 linear',
    })),
    {
      shapes: [[1, 2, 4, 4], [2, 2, 3, 3], [2]],
      attributes: { kernel_shape: ints([3, 3]) },
      precision: 'float32 linear',
    },
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
    ...[
      { pads: ints([1, 0, 0, 1]), output_padding: ints([1, 0]), strides: ints([2, 2]) },
      { auto_pad: string('SAME_UPPER'), strides: ints([2, 2]) },
      { auto_pad: string('SAME_LOWER'), strides: ints([2, 2]) },
      { auto_pad: string('VALID') },
      { output_shape: ints([8, 9]), strides: ints([2, 2]) },
      { kernel_shape: ints([3, 3]), dilations: ints([2, 1]) },
    ].map((attributes): OperatorCase => ({
      shapes: [
        [1, 2, 4, 4],
        [2, 2, 3, 3],
      ],
      attributes,
      precision: 'float32 linear',
    })),
    {
      shapes: [
        [1, 4, 4],
        [4, 2, 3],
      ],
      attributes: { group: int(2) },
      precision: 'float32 linear',
    },
  ],
  Sin: unary(),
  Cos: unary(),
  Exp: unary(),
  Log: unary([0.5, 2]),
  Sqrt: [...unary([0.5, 2]), kink([[0, 4]], [[0, 1]], [0.0, 0.25])],
  Reciprocal: unary([0.5, 2]),
  Abs: [...unary(), kink([[-2, 0, 2]], [[1, 1, 1]], [-1, 0, 1])],
  Tan: [scalar(Math.tan, {}, { range: [-1.2, 1.2] })],
  Asin: [scalar(Math.asin, {}, { range: [-0.9, 0.9] })],
  Acos: [scalar(Math.acos, {}, { range: [-0.9, 0.9] })],
  Atan: [scalar(Math.atan)],
  Sinh: [scalar(Math.sinh)],
  Cosh: [scalar(Math.cosh)],
  Asinh: [scalar(Math.asinh)],
  Acosh: [scalar(Math.acosh, {}, { range: [1.2, 3] })],
  Atanh: [scalar(Math.atanh, {}, { range: [-0.9, 0.9] })],
  Erf: [scalar(erf)],
  Tanh: unary(),
  Sigmoid: unary(),
  Softplus: [scalar((x) => Math.log1p(Math.exp(x)))],
  Softsign: [scalar((x) => x / (1 + Math.abs(x)))],
  Gelu: [
    scalar((x) => 0.5 * x * (1 + erf(x * Math.SQRT1_2)), {}, { opset: 20 }),
    scalar(
      (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
      { approximate: string('tanh') },
      { opset: 20 },
    ),
    scalar((x) => 0.5 * x * (1 + erf(x * Math.SQRT1_2)), { approximate: string('none') }, { opset: 20 }),
  ],
  HardSwish: [scalar((x) => x * bounded(x / 6 + 0.5), {}, { range: [-5, 5] })],
  Mish: [scalar((x) => x * Math.tanh(Math.log1p(Math.exp(x))))],
  LeakyRelu: [
    scalar((x) => (x > 0 ? x : 0.1 * x), { alpha: float(0.1) }),
    scalar((x) => (x > 0 ? x : 0.01 * x)),
  ],
  ThresholdedRelu: [scalar((x) => (x > 0.5 ? x : 0), { alpha: float(0.5) }), scalar((x) => (x > 1 ? x : 0))],
  Elu: [
    scalar((x) => (x > 0 ? x : 0.7 * Math.expm1(x)), { alpha: float(0.7) }),
    scalar((x) => (x > 0 ? x : Math.expm1(x))),
  ],
  Celu: [
    scalar((x) => (x > 0 ? x : 0.7 * Math.expm1(x / 0.7)), { alpha: float(0.7) }),
    scalar((x) => (x > 0 ? x : Math.expm1(x))),
  ],
  Swish: [
    scalar((x) => x * sigmoid(x), {}, { opset: 24 }),
    scalar((x) => x * sigmoid(1.5 * x), { alpha: float(1.5) }, { opset: 24 }),
  ],
  Selu: [
    scalar((x) => 1.050701 * (x > 0 ? x : 1.6732632 * Math.expm1(x))),
    scalar((x) => 0.9 * (x > 0 ? x : 1.2 * Math.expm1(x)), { alpha: float(1.2), gamma: float(0.9) }),
  ],
  HardSigmoid: [
    scalar((x) => bounded(0.2 * x + 0.5), {}, { range: [-4, 4] }),
    scalar((x) => bounded(0.3 * x + 0.4), { alpha: float(0.3), beta: float(0.4) }),
  ],
  Shrink: [
    scalar((x) => (x > 0.5 ? x : x < -0.5 ? x : 0)),
    scalar((x) => (x > 0.8 ? x - 0.3 : x < -0.8 ? x + 0.3 : 0), { lambd: float(0.8), bias: float(0.3) }),
  ],
  Relu: [
    ...unary(),
    { shapes: [[2, 3]], precision: 'float32' },
    kink([[-1, 0, 1]], [[1, 1, 1]], [0, 0, 1]),
    kink([[-1, 0, 1]], [[1, 1, 1]], [0, 0, 1], { precision: 'float32' }),
  ],
  Clip: [
    { shapes: [[2, 3]], constants: [float64([], [-1]), float64([], [1])] },
    { shapes: [[2, 3]], constants: [float64([], [-0.5])] },
    { shapes: [[2, 3]], constants: [null, float64([], [0.5])] },
    { shapes: [[2, 3]] },
    { shapes: [[2, 6], [], []], spread: [2, 0.5, 0.5], offset: [0, -0.9, 0.9] },
    kink([[0.5, 2, 1], [0.5], [2]], [[1, 1, 1], [3], [7]], [2, 4, 1], { shapes: [[3], [], []] }),
    kink([[0.5, 2, 1]], [[1, 1, 1]], [0, 0, 1], { constants: [float64([], [0.5]), float64([], [2])] }),
    { shapes: [[2, 6], []], spread: [2, 0.5], offset: [0, -0.9] },
  ],
  PRelu: [
    { shapes: [[2, 3], [3]] },
    {
      shapes: [
        [2, 3, 2],
        [3, 1],
      ],
    },
    kink([[-1, 0, 1], [0.25]], [[1, 1, 1], [0]], [0.25, 1, 1]),
  ],
  Mod: [
    { shapes: [[2, 3]], constants: [float64([], [0.75])], attributes: { fmod: int(1) } },
    { shapes: [[2, 3], [3]], attributes: { fmod: int(1) }, offset: [0, 3], spread: [4, 1] },
  ],
  Where: [
    { shapes: [[2, 3], [3]] },
    {
      shapes: [
        [1, 3],
        [2, 1],
      ],
    },
  ],
  MaxPool: [
    ...pools({}),
    ...across(
      { shapes: [[1, 2, 6, 6]], attributes: { kernel_shape: ints([3, 3]), strides: ints([2, 2]) } },
      { ceil_mode: flags, storage_order: [null, int(0)] },
    ),
  ],
  GlobalMaxPool: [{ shapes: [[2, 3, 5, 6]], precision: 'float32' }],
  LpPool: [
    ...pools({ precision: 'float32' }),
    ...across(
      {
        shapes: [[1, 2, 5, 5]],
        attributes: { kernel_shape: ints([2, 2]), strides: ints([2, 2]) },
        precision: 'float32',
        opset: 22,
      },
      { p: [int(1), int(3)], ceil_mode: flags },
    ),
  ],
  TopK: across(
    { shapes: [[3, 4]], constants: [int64([1], [2])], outputs: 2 },
    { axis: [null, int(0)], largest: flags, sorted: [null, int(1)] },
  ),
  Softmax: across({ shapes: [[2, 3, 4]] }, { axis: [null, int(0), int(1)] }),
  LogSoftmax: across({ shapes: [[2, 3, 4]] }, { axis: [null, int(0), int(1)] }),
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
    ...across(
      { shapes: [[2, 3, 4, 2], [3], [3], [3], [3]], offset: [0, 0, 0, 0, 3], spread: [2, 2, 2, 2, 1] },
      { epsilon: [null, float(0.5)], momentum: [null, float(0.5)], training_mode: [null, int(0)] },
    ),
  ],
  // Its mean and deviation are float32 whatever the type of x.
  LayerNormalization: [
    {
      shapes: [[2, 3, 4], [4], [4]],
      attributes: { epsilon: float(0.5) },
      precision: 'float32',
      reference: (x = new Float64Array(), scale = x, bias = x) =>
        normalised(x, 4, 0.5, (value, index) => value * (scale[index % 4] ?? NaN) + (bias[index % 4] ?? NaN)),
    },
    {
      shapes: [[2, 3, 4], [4]],
      attributes: { stash_type: int(1) },
      outputs: 3,
      precision: 'float32',
    },
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
      reference: (x = new Float64Array()) =>
        normalised(x, 12, 1e-5, (value, index) => value * (1 + (index % 12) / 4)),
    },
  ],
  InstanceNormalization: across(
    {
      shapes: [[2, 3, 4, 5], [3], [3]],
      precision: 'float32',
    },
    { epsilon: [null, float(0.5)] },
  ).map((one, index) => ({
    ...one,
    reference: (x = new Float64Array(), scale = x, bias = x) =>
      normalised(x, 20, index === 0 ? 1e-5 : 0.5, (value, at) => {
        const channel = Math.floor(at / 20) % 3;
        return value * (scale[channel] ?? NaN) + (bias[channel] ?? NaN);
      }),
  })),
  GroupNormalization: [
    {
      shapes: [[2, 4, 3], [2], [2]],
      attributes: { num_groups: int(2) },
      precision: 'float32',
      reference: (x = new Float64Array(), scale = x, bias = x) =>
        normalised(x, 6, 1e-5, (value, at) => {
          const group = Math.floor(at / 6) % 2;
          return value * (scale[group] ?? NaN) + (bias[group] ?? NaN);
        }),
    },
    {
      shapes: [[2, 4, 3], [4], [4]],
      attributes: { num_groups: int(2), epsilon: float(0.5), stash_type: int(1) },
      opset: 21,
      precision: 'float32',
      reference: (x = new Float64Array(), scale = x, bias = x) =>
        normalised(x, 6, 0.5, (value, at) => {
          const channel = Math.floor(at / 3) % 4;
          return value * (scale[channel] ?? NaN) + (bias[channel] ?? NaN);
        }),
    },
    { shapes: [[2, 4, 3], [4], [4]], attributes: { num_groups: int(4) }, opset: 21, precision: 'float32' },
  ],
  RMSNormalization: across(
    { shapes: [[2, 3, 4], [4]], opset: 23 },
    { axis: [null, int(1)], epsilon: [null, float(0.5)], stash_type: [null, int(1)] },
  ),
  MeanVarianceNormalization: [
    // ONNX Runtime's own has float32 only.
    { shapes: [[2, 3, 4, 2]], precision: 'float32' },
    { shapes: [[2, 3, 4]], attributes: { axes: ints([0, 2]) }, precision: 'float32' },
  ],
  LpNormalization: across({ shapes: [[2, 3, 4]] }, { axis: [null, int(1)], p: [null, int(1), int(2)] }),
  LRN: across(
    { shapes: [[1, 6, 2, 2]], precision: 'float32' },
    {
      size: [int(3), int(5)],
      alpha: [float(0.3), null],
      beta: [float(0.6), null],
      bias: [float(2), null],
    },
  ).map((one) => ({ ...one, reference: lrn(one.attributes ?? {}) })),
};

/** Real constants in the type of the inputs; those that are float32 whatever the inputs are stay. */
const inPrecision = (value: NdArray, dtype: 'float32' | 'float64'): NdArray =>
  value.dtype === 'float64' && dtype === 'float32' ? float32(value.shape, toNumbers(value)) : value;

/** The operator alone as a program of inputs x0, x1, …. */
export function programOf(op: string, one: OperatorCase, dtype: 'float32' | 'float64'): Program {
  const b = new ProgramBuilder(op, { opset: one.opset ?? 18 });
  const inputs = one.shapes.map((shape, index) => b.input(`x${index}`, dtype, shape));
  const constants = (one.constants ?? []).map((value, index) =>
    value === null ? '' : b.initializer(`c${index}`, inPrecision(value, dtype)),
  );
  const between = (one.between ?? []).map((value, index) => b.initializer(`b${index}`, value));
  const all = [...inputs.slice(0, 1), ...between, ...inputs.slice(1), ...constants];
  if (op === 'Where')
    all.unshift(b.initializer('condition', ndarray('bool', [2, 3], Uint8Array.of(1, 0, 1, 0, 0, 1))));
  const outputs = b.node(op, all, { ...one.attributes }, { outputs: one.outputs ?? 1 });
  // Indices have another type.
  const types = elementTypes(b.build());
  const real = outputs.filter((output) => types.get(output)?.startsWith('float') === true);
  for (const output of real) b.output(output, types.get(output) ?? dtype);
  return withOutputs(b.build(), real);
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
