import { choice, derived, flag, only, operator, real, required, whole, type Operator } from './operator.js';

const unary = operator(['X'], ['Y']);
const binary = operator(['A', 'B'], ['C']);
const comparison = operator(['A', 'B'], ['#C']);
const logical = operator(['#A', '#B'], ['#C']);
const variadic = operator(['data...'], ['result']);
const reduction = operator(['data', '#axes?'], ['reduced'], {
  keepdims: flag(1),
  noop_with_empty_axes: flag(0),
});
const argument = operator(['data'], ['#reduced'], {
  axis: whole(0),
  keepdims: flag(1),
  select_last_index: flag(0),
});
const along = (axis: number): Operator => operator(['input'], ['output'], { axis: whole(axis) });
const withAlpha = (alpha: number): Operator => operator(['X'], ['Y'], { alpha: real(alpha) });

const windows = {
  auto_pad: choice(['NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID']),
  dilations: derived('ints'),
  pads: derived('ints'),
  strides: derived('ints'),
};
const pooling = { ...windows, kernel_shape: required('ints'), ceil_mode: flag(0) };
const convolution = { ...windows, kernel_shape: derived('ints'), group: whole(1) };
const epsilon = real(1e-5);
const accumulation = only([1]);
const reduce = choice(['none', 'add', 'mul', 'min', 'max']);

/**
 * The one description of every operator that Oblique knows: what is not in it is refused by name where its meaning
 * matters, and each table of operators (types, shapes, derivatives, float64, TensorFlow) is held against it. Inputs,
 * outputs, attributes and defaults are those of ONNX's operator set 18; attributes that came later say since when.
 */
export const OPERATORS = {
  // Moving numbers.
  Identity: unary,
  Cast: operator(['input'], ['output'], { to: required('int'), saturate: flag(1, { since: 19 }) }),
  CastLike: operator(['input', '#target_type'], ['output'], { saturate: flag(1, { since: 19 }) }),
  Reshape: operator(['data', '#shape'], ['reshaped'], { allowzero: flag(0) }),
  Flatten: along(1),
  Squeeze: operator(['data', '#axes?'], ['squeezed']),
  Unsqueeze: operator(['data', '#axes'], ['expanded']),
  Transpose: operator(['data'], ['transposed'], { perm: derived('ints') }),
  Expand: operator(['input', '#shape'], ['output']),
  Tile: operator(['input', '#repeats'], ['output']),
  Concat: operator(['inputs...'], ['concat_result'], { axis: required('int') }),
  Split: operator(['input', '#split?'], ['outputs...'], { axis: whole(0), num_outputs: derived('int') }),
  Slice: operator(['data', '#starts', '#ends', '#axes?', '#steps?'], ['output']),
  Pad: operator(['data', '#pads', 'constant_value?', '#axes?'], ['output'], {
    mode: choice(['constant', 'reflect', 'edge', 'wrap']),
  }),
  Gather: operator(['data', '#indices'], ['output'], { axis: whole(0) }),
  GatherElements: operator(['data', '#indices'], ['output'], { axis: whole(0) }),
  GatherND: operator(['data', '#indices'], ['output'], { batch_dims: whole(0) }),
  ScatterElements: operator(['data', '#indices', 'updates'], ['output'], {
    axis: whole(0),
    reduction: reduce,
  }),
  ScatterND: operator(['data', '#indices', 'updates'], ['output'], { reduction: reduce }),
  DepthToSpace: operator(['input'], ['output'], {
    blocksize: required('int'),
    mode: choice(['DCR', 'CRD']),
  }),
  SpaceToDepth: operator(['input'], ['output'], { blocksize: required('int') }),
  Trilu: operator(['input', '#k?'], ['output'], { upper: flag(1) }),
  Resize: operator(['X', 'roi?', 'scales?', '#sizes?'], ['Y'], {
    mode: choice(['nearest', 'linear', 'cubic']),
    coordinate_transformation_mode: choice([
      ...['half_pixel', 'half_pixel_symmetric', 'pytorch_half_pixel', 'align_corners', 'asymmetric'],
      'tf_crop_and_resize',
    ]),
    nearest_mode: choice(['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil']),
    cubic_coeff_a: real(-0.75),
    exclude_outside: flag(0),
    extrapolation_value: real(0),
    antialias: flag(0),
    axes: derived('ints'),
    keep_aspect_ratio_policy: choice(['stretch', 'not_larger', 'not_smaller']),
  }),

  // Sums and products.
  Add: binary,
  Sub: binary,
  Mul: binary,
  Div: binary,
  Pow: binary,
  Mod: operator(['A', 'B'], ['C'], { fmod: flag(0) }),
  Sum: variadic,
  Mean: variadic,
  Max: variadic,
  Min: variadic,
  MatMul: binary,
  Gemm: operator(['A', 'B', 'C?'], ['Y'], {
    alpha: real(1),
    beta: real(1),
    transA: flag(0),
    transB: flag(0),
  }),
  CumSum: operator(['x', '#axis'], ['y'], { exclusive: flag(0), reverse: flag(0) }),
  ReduceSum: reduction,
  ReduceMean: reduction,
  ReduceMax: reduction,
  ReduceMin: reduction,
  ReduceProd: reduction,
  ReduceSumSquare: reduction,
  ReduceL1: reduction,
  ReduceL2: reduction,
  ReduceLogSum: reduction,
  ReduceLogSumExp: reduction,

  // Functions of one number.
  Neg: unary,
  Abs: unary,
  Exp: unary,
  Log: unary,
  Sqrt: unary,
  Reciprocal: unary,
  Sin: unary,
  Cos: unary,
  Tan: unary,
  Asin: unary,
  Acos: unary,
  Atan: unary,
  Sinh: unary,
  Cosh: unary,
  Asinh: unary,
  Acosh: unary,
  Atanh: unary,
  Erf: unary,
  Tanh: unary,
  Sigmoid: unary,
  Softplus: unary,
  Softsign: unary,
  Relu: unary,
  HardSwish: unary,
  Mish: unary,
  Gelu: operator(['X'], ['Y'], { approximate: choice(['none', 'tanh'], { since: 20 }) }),
  LeakyRelu: withAlpha(0.01),
  ThresholdedRelu: withAlpha(1),
  Elu: withAlpha(1),
  Celu: withAlpha(1),
  Swish: operator(['X'], ['Y'], { alpha: real(1) }),
  Selu: operator(['X'], ['Y'], { alpha: real(1.6732632), gamma: real(1.050701) }),
  HardSigmoid: operator(['X'], ['Y'], { alpha: real(0.2), beta: real(0.5) }),
  Shrink: operator(['input'], ['output'], { lambd: real(0.5), bias: real(0) }),
  PRelu: operator(['X', 'slope'], ['Y']),
  Clip: operator(['input', 'min?', 'max?'], ['output']),
  Dropout: operator(['data', 'ratio?', '#training_mode?'], ['output', '#mask?'], { seed: derived('int') }),

  // Windows over images.
  Conv: operator(['X', 'W', 'B?'], ['Y'], convolution),
  ConvTranspose: operator(['X', 'W', 'B?'], ['Y'], {
    ...convolution,
    output_padding: derived('ints'),
    output_shape: derived('ints'),
  }),
  MaxPool: operator(['X'], ['Y', '#Indices?'], { ...pooling, storage_order: only([0]) }),
  AveragePool: operator(['X'], ['Y'], {
    ...pooling,
    dilations: derived('ints', { since: 19 }),
    count_include_pad: flag(0),
  }),
  LpPool: operator(['X'], ['Y'], { ...pooling, p: whole(2) }),
  GlobalAveragePool: unary,
  GlobalMaxPool: unary,

  // Normalisation and attention.
  Softmax: along(-1),
  LogSoftmax: along(-1),
  Hardmax: along(-1),
  BatchNormalization: operator(
    ['X', 'scale', 'B', 'input_mean', 'input_var'],
    ['Y', 'running_mean?', 'running_var?'],
    { epsilon, momentum: real(0.9), training_mode: flag(0) },
  ),
  InstanceNormalization: operator(['input', 'scale', 'B'], ['output'], { epsilon }),
  LayerNormalization: operator(['X', 'Scale', 'B?'], ['Y', 'Mean?', 'InvStdDev?'], {
    axis: whole(-1),
    epsilon,
    stash_type: accumulation,
  }),
  RMSNormalization: operator(['X', 'scale'], ['Y'], { axis: whole(-1), epsilon, stash_type: accumulation }),
  GroupNormalization: operator(['X', 'scale', 'bias'], ['Y'], {
    num_groups: required('int'),
    epsilon,
    stash_type: only([1], { since: 21 }),
  }),
  MeanVarianceNormalization: operator(['X'], ['Y'], {
    axes: { type: 'ints', default: [0, 2, 3], required: false },
  }),
  LpNormalization: operator(['input'], ['output'], { axis: whole(-1), p: only([2, 1]) }),
  LRN: operator(['X'], ['Y'], {
    size: required('int'),
    alpha: real(1e-4),
    beta: real(0.75),
    bias: real(1),
  }),

  // Choosing and comparing.
  Where: operator(['#condition', 'X', 'Y'], ['output']),
  TopK: operator(['X', '#K'], ['Values', '#Indices'], { axis: whole(-1), largest: flag(1), sorted: flag(1) }),
  ArgMax: argument,
  ArgMin: argument,
  Equal: comparison,
  Greater: comparison,
  GreaterOrEqual: comparison,
  Less: comparison,
  LessOrEqual: comparison,
  And: logical,
  Or: logical,
  Xor: logical,
  Not: operator(['#X'], ['#Y']),
  IsNaN: operator(['X'], ['#Y']),
  IsInf: operator(['X'], ['#Y'], { detect_negative: flag(1), detect_positive: flag(1) }),
  NonZero: operator(['X'], ['#Y']),
  BitShift: operator(['#X', '#Y'], ['#Z'], { direction: required('string') }),
  BitwiseAnd: logical,
  BitwiseOr: logical,
  BitwiseXor: logical,
  BitwiseNot: operator(['#X'], ['#Y']),

  // Steps.
  Sign: unary,
  Floor: unary,
  Ceil: unary,
  Round: unary,
  QuantizeLinear: operator(['x', 'y_scale', '#y_zero_point?'], ['#y'], {
    axis: whole(1),
    saturate: flag(1, { since: 19 }),
    block_size: whole(0, { since: 21 }),
    output_dtype: whole(0, { since: 21 }),
    precision: whole(0, { since: 23 }),
  }),
  DequantizeLinear: operator(['#x', 'x_scale', '#x_zero_point?'], ['y'], {
    axis: whole(1),
    block_size: whole(0, { since: 21 }),
    output_dtype: whole(0, { since: 23 }),
  }),

  // Sizes and constants.
  Shape: operator(['data'], ['#shape'], { start: whole(0), end: derived('int') }),
  Size: operator(['data'], ['#size']),
  Constant: operator([], ['output'], {
    value: derived('tensor'),
    value_int: derived('int'),
    value_ints: derived('ints'),
    value_float: derived('float'),
    value_floats: derived('floats'),
  }),
  ConstantOfShape: operator(['#input'], ['output'], { value: derived('tensor') }),
  EyeLike: operator(['input'], ['output'], { dtype: derived('int'), k: whole(0) }),
  Range: operator(['start', 'limit', 'delta'], ['output']),
} as const satisfies Readonly<Record<string, Operator>>;

/** The name of an operator that Oblique knows. */
export type OperatorName = keyof typeof OPERATORS;

/** Whether this is an operator that Oblique knows. */
export const isOperatorName = (op: string): op is OperatorName => Object.hasOwn(OPERATORS, op);
