import { float, floatAttribute, int, intAttribute, stringAttribute } from '@oblique/onnx';
import type { Formula } from './formula.js';
import type { JvpEntry, JvpRule, Primals } from './jvpRule.js';
import {
  at,
  bilinear,
  broadcastTotal,
  elementwise,
  linear,
  masked,
  multilinear,
  rule,
  total,
  zero,
} from './ruleMakers.js';

/** `dy = Σ ± dxᵢ` with broadcasting. */
const signedSum = (sign: (index: number) => 1 | -1): JvpEntry =>
  rule((f, { y }, dx) => [
    broadcastTotal(
      f,
      dx.map((d, index) => (d === undefined || sign(index) === 1 ? d : f.neg(d))),
      at(y, 0),
    ),
  ]);

/**
 * dx where y > 0, else 0. The mask is read off the output, so that convolution and activation stay fused in the primal.
 * In float32 it is min(1, 3e38 y), which is 1 for every y > 0 that is not subnormal: ONNX Runtime's blocked layout
 * reaches through HardSigmoid and Mul, not through Where.
 */
const rectifier: JvpRule = (f, { y }, [dx]) => {
  if (dx === undefined) return [undefined];
  const output = at(y, 0);
  if (f.dtype(output) !== 'float32') return [f.where(f.greater(output, 0), dx, 0)];
  return [f.mul(dx, f.op('HardSigmoid', [output], { alpha: float(3e38), beta: float(0) }))];
};

/** The winners' tangents; where several inputs tie, their mean. */
const selection: JvpEntry = rule((f, { x, y }, dx) => {
  const won = x.map((input) => f.cast(f.equal(input, at(y, 0)), at(y, 0)));
  const winners = won.reduce((sum, one) => f.add(sum, one));
  const gain = total(
    f,
    dx.map((d, index) => (d === undefined ? undefined : f.mul(at(won, index), d))),
  );
  return [gain === undefined ? undefined : f.div(gain, winners)];
});

/** As {@link selection}, over the reduced axes of one tensor. */
const reducedSelection: JvpEntry = rule((f, { node, x }, [dx]) => {
  if (dx === undefined) return [undefined];
  const best = f.op(node.op, x, { ...node.attributes, keepdims: int(1) });
  const won = f.cast(f.equal(at(x, 0), best), at(x, 0));
  const over = x.slice(1);
  const { keepdims, noop_with_empty_axes } = node.attributes;
  const attributes = { ...(keepdims && { keepdims }), ...(noop_with_empty_axes && { noop_with_empty_axes }) };
  const reduce = (tensor: string): string => f.op('ReduceSum', [tensor, ...over], attributes);
  return [f.div(reduce(f.mul(won, dx)), reduce(won))];
});

/** A reduction of g(x): `dy = scale(x, y) · Σ g′(x) dx` with the reduction's own axes. */
const reduction = (
  inner: (f: Formula, x: string, dx: string) => string,
  outer?: (f: Formula, sum: string, y: string) => string,
): JvpEntry =>
  rule((f, { node, x, y }, [dx]) => {
    if (dx === undefined) return [undefined];
    const sum = f.op('ReduceSum', [inner(f, at(x, 0), dx), ...x.slice(1)], node.attributes);
    return [outer === undefined ? sum : outer(f, sum, at(y, 0))];
  });

/**
 * Pools read the element that won: MaxPool's Indices number the whole flattened input. GatherElements on vectors was
 * measured to be several times faster than Gather.
 */
const maxPool: JvpEntry = rule((f, { y }, [dx]) => {
  if (dx === undefined) return [undefined, undefined];
  const indices = at(y, 1);
  const won = f.op('GatherElements', [f.reshape(dx, [-1]), f.reshape(indices, [-1])], { axis: int(0) });
  return [f.op('Reshape', [won, f.op('Shape', [indices])]), undefined];
}, 2);

const convolution: JvpRule = (f, { node, x, y }, [dx, dw, db]) => [
  broadcastTotal(
    f,
    [
      total(f, [
        dx === undefined ? undefined : f.again(node, [dx, at(x, 1)]),
        dw === undefined ? undefined : f.again(node, [at(x, 0), dw]),
      ]),
      ...(db === undefined ? [] : [perChannel(f, db, at(y, 0))]),
    ],
    at(y, 0),
  ),
];

/** A vector [C] as [1, C, 1, …] of the rank of `like`, so that it broadcasts over batch and space. */
function perChannel(f: Formula, vector: string, like: string): string {
  const rank = f.op('Size', [f.op('Shape', [like])]);
  const trailing = f.op('Sub', [rank, f.op('Squeeze', [f.ints([2])])]);
  const ones = f.op('Expand', [f.ints([1]), f.op('Reshape', [trailing, f.ints([1])])]);
  return f.op('Reshape', [vector, f.op('Concat', [f.ints([1, -1]), ones], { axis: int(0) })]);
}

const gemm: JvpRule = (f, { node, x, y }, [da, db, dc]) => {
  const { beta, ...product } = node.attributes;
  const scale = beta?.type === 'float' ? beta.value : 1;
  const gemmOf = (a: string, b: string): string => f.op('Gemm', [a, b], product);
  return [
    broadcastTotal(
      f,
      [
        total(f, [
          da === undefined ? undefined : gemmOf(da, at(x, 1)),
          db === undefined ? undefined : gemmOf(at(x, 0), db),
        ]),
        ...(dc === undefined ? [] : [scale === 1 ? dc : f.mul(dc, scale)]),
      ],
      at(y, 0),
    ),
  ];
};

/** y = a/b: `dy = da/b − y·db/b` */
const quotient: JvpRule = (f, { x, y }, [da, db]) => [
  total(f, [
    da === undefined ? undefined : f.div(da, at(x, 1)),
    db === undefined ? undefined : f.neg(f.div(f.mul(at(y, 0), db), at(x, 1))),
  ]),
];

/** y = a^b: `dy = b·a^(b−1)·da + y·ln a·db` */
const power: JvpRule = (f, { x, y }, [da, db]) => [
  total(f, [
    da === undefined ? undefined : f.mul(da, f.mul(at(x, 1), f.pow(at(x, 0), f.sub(at(x, 1), 1)))),
    db === undefined ? undefined : f.mul(db, f.mul(at(y, 0), f.op('Log', [at(x, 0)]))),
  ]),
];

const where: JvpRule = (f, { x, y }, [, da, db]) => {
  if (da === undefined && db === undefined) return [undefined];
  return [f.op('Where', [at(x, 0), da ?? f.zerosLike(at(y, 0)), db ?? f.zerosLike(at(y, 0))])];
};

/** y = softmax(x): `dy = y ∘ (dx − Σ y dx)` */
const softmax: JvpRule = (f, { node, y }, [dx]) => {
  if (dx === undefined) return [undefined];
  const p = at(y, 0);
  return [f.mul(p, f.sub(dx, f.sum(f.mul(p, dx), [intAttribute(node, 'axis', -1)])))];
};

/** y = ln softmax(x): `dy = dx − Σ exp(y) dx` */
const logSoftmax: JvpRule = (f, { node, y }, [dx]) => {
  if (dx === undefined) return [undefined];
  return [f.sub(dx, f.sum(f.mul(f.op('Exp', [at(y, 0)]), dx), [intAttribute(node, 'axis', -1)]))];
};

/** Inference mode: an affine map of x with fixed statistics; its linear part has mean and shift 0. */
const batchNormalization: JvpRule = (f, { node, x }, [dx]) => {
  if (dx === undefined) return [undefined];
  const [scale, , , variance] = x.slice(1);
  const zeros = f.zerosLike(variance ?? '');
  return [f.again(node, [dx, scale ?? '', zeros, zeros, variance ?? ''])];
};

/**
 * With x̂ = (x − μ)/s over the normalised axes: `dx̂ = (dx − mean(dx) − x̂ mean(x̂ dx))/s`, `dy = γ dx̂ + x̂ dγ + dβ`.
 * The node's further outputs are μ and 1/s.
 */
const layerNormalization: JvpRule = (f, { node, x, y }, [dx, dGamma, dBeta]) => {
  const [input, gamma] = [at(x, 0), at(x, 1)];
  const [mean, reciprocalDeviation] = [f.cast(at(y, 1), input), f.cast(at(y, 2), input)];
  const normalised = f.mul(f.sub(input, mean), reciprocalDeviation);
  const axis = intAttribute(node, 'axis', -1);
  const over = (tensor: string): string =>
    axis === -1 ? f.mean(tensor, [-1]) : trailingMean(f, tensor, axis, input);
  const dNormalised =
    dx === undefined
      ? undefined
      : f.mul(
          f.sub(f.sub(dx, over(dx)), f.mul(normalised, over(f.mul(normalised, dx)))),
          reciprocalDeviation,
        );
  return [
    broadcastTotal(
      f,
      [
        dNormalised === undefined ? undefined : f.mul(dNormalised, gamma),
        ...(dGamma === undefined ? [] : [f.mul(normalised, dGamma)]),
        ...(dBeta === undefined ? [] : [dBeta]),
      ],
      at(y, 0),
    ),
    undefined,
    undefined,
  ];
};

/** Mean over all axes from `axis` on, whatever the rank, which is that of `like`. */
function trailingMean(f: Formula, tensor: string, axis: number, like: string): string {
  const rank = f.op('Size', [f.op('Shape', [like])]);
  const scalar = (value: number): string => f.op('Squeeze', [f.ints([value])]);
  const start = axis < 0 ? f.op('Add', [rank, scalar(axis)]) : scalar(axis);
  return f.op('ReduceMean', [tensor, f.op('Range', [start, rank, scalar(1)])]);
}

/** x̂ over space, per example and channel; γ and β as in BatchNormalization. */
const instanceNormalization: JvpRule = (f, { node, x }, [dx]) => {
  if (dx === undefined) return [undefined];
  const [input, gamma] = [at(x, 0), at(x, 1)];
  const flat = (tensor: string): string => f.reshape(tensor, [0, 0, -1]);
  const centred = f.sub(flat(input), f.mean(flat(input), [2]));
  const deviation = f.op('Sqrt', [
    f.add(f.mean(f.square(centred), [2]), floatAttribute(node, 'epsilon', 1e-5)),
  ]);
  const normalised = f.div(centred, deviation);
  const tangent = flat(dx);
  const inner = f.sub(
    f.sub(tangent, f.mean(tangent, [2])),
    f.mul(normalised, f.mean(f.mul(normalised, tangent), [2])),
  );
  const scaled = f.mul(f.div(inner, deviation), f.reshape(gamma, [1, -1, 1]));
  return [f.op('Reshape', [scaled, f.op('Shape', [input])])];
};

/** Φ(x) + x φ(x), or the derivative of the tanh approximation. */
const gelu = (f: Formula, x: string, _y: string, { node }: Primals): string => {
  if (stringAttribute(node, 'approximate', 'none') === 'none') {
    const cumulative = f.mul(f.add(f.op('Erf', [f.mul(x, Math.SQRT1_2)]), 1), 0.5);
    const density = f.mul(f.op('Exp', [f.mul(f.square(x), -0.5)]), 1 / Math.sqrt(2 * Math.PI));
    return f.add(cumulative, f.mul(x, density));
  }
  const c = Math.sqrt(2 / Math.PI);
  const t = f.op('Tanh', [f.mul(f.mul(x, f.add(f.mul(f.square(x), 0.044715), 1)), c)]);
  const dt = f.mul(f.subFrom(1, f.square(t)), f.mul(f.add(f.mul(f.square(x), 3 * 0.044715), 1), c));
  return f.mul(f.add(f.add(t, 1), f.mul(x, dt)), 0.5);
};

/** 1 on the positive side, `slope` on the other. */
const slopes = (f: Formula, x: string, slope: number): string =>
  f.where(f.greater(x, 0), f.number(1, x), slope);

/** With h = max(0, min(1, x/6 + ½)): (x h)′ = h + x h′. */
const hardSwish = (f: Formula, x: string): string => {
  const inside = f.cast(f.and(f.greater(x, -3), f.less(x, 3)), x);
  const hard = f.op('HardSigmoid', [x], {
    alpha: { type: 'float', value: 1 / 6 },
    beta: { type: 'float', value: 0.5 },
  });
  return f.add(hard, f.mul(f.mul(x, inside), 1 / 6));
};

/** With t = tanh(ln(1 + eˣ)): (x t)′ = t + x (1 − t²) sigmoid(x). */
const mish = (f: Formula, x: string): string => {
  const t = f.op('Tanh', [f.op('Softplus', [x])]);
  return f.add(t, f.mul(f.mul(x, f.subFrom(1, f.square(t))), f.op('Sigmoid', [x])));
};

/** The calculus of ONNX: for every operator, how a tangent passes through it. */
export const JVP_RULES: Readonly<Record<string, JvpEntry>> = {
  // Moving and summing numbers: the operator acts on the tangent as on the primal.
  Identity: linear,
  Cast: linear,
  CastLike: linear,
  Neg: linear,
  Reshape: linear,
  Flatten: linear,
  Squeeze: linear,
  Unsqueeze: linear,
  Transpose: linear,
  Expand: linear,
  Tile: linear,
  Slice: linear,
  Split: linear,
  Gather: linear,
  GatherElements: linear,
  GatherND: linear,
  DepthToSpace: linear,
  SpaceToDepth: linear,
  Trilu: linear,
  CumSum: linear,
  ReduceSum: linear,
  ReduceMean: linear,
  AveragePool: linear,
  GlobalAveragePool: linear,
  Resize: linear,
  Concat: multilinear,
  // What is padded in is constant, so its tangent is zero; reflections and copies are linear.
  Pad: rule((f, { node, x }, [dx]) => [
    dx === undefined
      ? undefined
      : f.again(node, [dx, at(x, 1), '', ...x.slice(3)].slice(0, x.length > 3 ? undefined : 2)),
  ]),

  // Sums and products.
  Add: signedSum(() => 1),
  Sum: signedSum(() => 1),
  Sub: signedSum((index) => (index === 0 ? 1 : -1)),
  Mean: rule((f, { x, y }, dx) => {
    const sum = broadcastTotal(f, dx, at(y, 0));
    return [sum === undefined ? undefined : f.div(sum, x.length)];
  }),
  Mul: bilinear,
  MatMul: bilinear,
  Div: rule(quotient),
  Gemm: rule(gemm),
  Conv: rule(convolution),
  ConvTranspose: rule(convolution),

  // Functions of one number.
  Sin: elementwise((f, x) => f.op('Cos', [x])),
  Cos: elementwise((f, x) => f.neg(f.op('Sin', [x]))),
  Exp: elementwise((_f, _x, y) => y),
  Log: elementwise((f, x) => f.op('Reciprocal', [x])),
  Sqrt: elementwise((f, _x, y) => f.div(f.number(0.5, y), y)),
  Reciprocal: elementwise((f, _x, y) => f.neg(f.square(y))),
  Abs: elementwise((f, x) => f.op('Sign', [x])),
  Erf: elementwise((f, x) => f.mul(f.op('Exp', [f.neg(f.square(x))]), 2 / Math.sqrt(Math.PI))),
  Tanh: elementwise((f, _x, y) => f.subFrom(1, f.square(y))),
  Sigmoid: elementwise((f, _x, y) => f.mul(y, f.subFrom(1, y))),
  Softplus: elementwise((f, x) => f.op('Sigmoid', [x])),
  Softsign: elementwise((f, x) => f.op('Reciprocal', [f.square(f.add(f.op('Abs', [x]), 1))])),
  Gelu: elementwise(gelu),
  HardSwish: elementwise(hardSwish),
  Mish: elementwise(mish),
  LeakyRelu: elementwise((f, x, _y, { node }) => slopes(f, x, floatAttribute(node, 'alpha', 0.01))),
  ThresholdedRelu: masked((f, x, _y, { node }) => f.greater(x, floatAttribute(node, 'alpha', 1))),
  // α(eˣ − 1) has the derivative y + α.
  Elu: elementwise((f, x, y, { node }) =>
    f.where(f.greater(x, 0), f.number(1, x), f.add(y, floatAttribute(node, 'alpha', 1))),
  ),
  Selu: elementwise((f, x, y, { node }) => {
    const [alpha, gamma] = [
      floatAttribute(node, 'alpha', 1.6732631921768188),
      floatAttribute(node, 'gamma', 1.0507010221481323),
    ];
    return f.where(f.greater(x, 0), f.number(gamma, x), f.add(y, alpha * gamma));
  }),
  HardSigmoid: elementwise((f, _x, y, { node }) =>
    f.mul(f.cast(f.and(f.greater(y, 0), f.less(y, 1)), y), floatAttribute(node, 'alpha', 0.2)),
  ),
  Relu: rule(rectifier),
  Clip: masked((f, x, y) => f.equal(x, y)),
  PRelu: rule((f, { x, y }, [dx, dSlope]) => {
    const positive = f.greater(at(x, 0), 0);
    return [
      broadcastTotal(
        f,
        [
          dx === undefined ? undefined : f.where(positive, dx, f.mul(dx, at(x, 1))),
          ...(dSlope === undefined
            ? []
            : [f.where(positive, f.zerosLike(at(x, 0)), f.mul(at(x, 0), dSlope))]),
        ],
        at(y, 0),
      ),
    ];
  }),
  Pow: rule(power),
  // x mod m moves with x between its jumps.
  Mod: rule((f, { y }, [dx]) => [dx === undefined ? undefined : f.expand(dx, at(y, 0))]),

  // Choosing.
  Where: rule(where),
  Max: selection,
  Min: selection,
  ReduceMax: reducedSelection,
  ReduceMin: reducedSelection,
  MaxPool: maxPool,
  GlobalMaxPool: rule((f, { x, y }, [dx]) => {
    if (dx === undefined) return [undefined];
    const flat = (tensor: string): string => f.reshape(tensor, [0, 0, -1]);
    const won = f.cast(f.equal(flat(at(x, 0)), flat(at(y, 0))), at(x, 0));
    const mean = f.div(f.sum(f.mul(won, flat(dx)), [2]), f.sum(won, [2]));
    return [f.op('Reshape', [mean, f.op('Shape', [at(y, 0)])])];
  }),

  // Reductions of functions.
  ReduceSumSquare: reduction((f, x, dx) => f.mul(f.mul(x, dx), 2)),
  ReduceL1: reduction((f, x, dx) => f.mul(f.op('Sign', [x]), dx)),
  ReduceL2: reduction(
    (f, x, dx) => f.mul(x, dx),
    (f, sum, y) => f.div(sum, y),
  ),

  // Normalisation and attention.
  Softmax: rule(softmax),
  LogSoftmax: rule(logSoftmax),
  BatchNormalization: rule(batchNormalization),
  LayerNormalization: rule(layerNormalization, 3),
  InstanceNormalization: rule(instanceNormalization),

  // No derivative, or zero wherever there is one.
  Shape: zero,
  Size: zero,
  ConstantOfShape: zero,
  Range: zero,
  ArgMax: zero,
  ArgMin: zero,
  NonZero: zero,
  Sign: zero,
  Floor: zero,
  Ceil: zero,
  Round: zero,
  Equal: zero,
  Greater: zero,
  GreaterOrEqual: zero,
  Less: zero,
  LessOrEqual: zero,
  And: zero,
  Or: zero,
  Xor: zero,
  Not: zero,
  IsNaN: zero,
  IsInf: zero,
};
