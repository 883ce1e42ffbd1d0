import {
  float,
  floatAttribute,
  int,
  intAttribute,
  stringAttribute,
  type Node,
  type ComposedName,
  type OperatorName,
} from '@oblique/onnx';
import type { Formula } from './formula.js';
import type { JvpEntry, JvpRule, Primals, Tangent } from './jvpRule.js';
import {
  at,
  bilinear,
  broadcastTotal,
  elementwise,
  except,
  linear,
  masked,
  multilinear,
  refused,
  rule,
  total,
  zero,
} from './ruleMakers.js';

/** `dy = Σ ± dxᵢ` with broadcasting. */
const signedSum = (sign: (index: number) => 1 | -1): JvpEntry =>
  rule('all', (f, { y }, dx) => [
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
const winners = (f: Formula, x: readonly string[], y: string, dx: readonly Tangent[]): Tangent => {
  const won = x.map((input) => f.cast(f.equal(input, y), y));
  const count = won.reduce((sum, one) => f.add(sum, one));
  const gain = total(
    f,
    dx.map((d, index) => (d === undefined ? undefined : f.mul(at(won, index), d))),
  );
  return gain === undefined ? undefined : f.div(gain, count);
};

const selection: JvpEntry = rule('all', (f, { x, y }, dx) => [winners(f, x, at(y, 0), dx)]);

/** As {@link selection}, over the reduced axes of one tensor. */
const reducedSelection: JvpEntry = rule([0], (f, { node, x }, [dx]) => {
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
  rule([0], (f, { node, x, y }, [dx]) => {
    if (dx === undefined) return [undefined];
    const sum = f.op('ReduceSum', [inner(f, at(x, 0), dx), ...x.slice(1)], node.attributes);
    return [outer === undefined ? sum : outer(f, sum, at(y, 0))];
  });

/**
 * Pools read the element that won: MaxPool's Indices number the whole flattened input. GatherElements on vectors was
 * measured to be several times faster than Gather.
 */
const maxPool: JvpRule = (f, { y }, [dx]) => {
  if (dx === undefined) return [undefined, undefined];
  const indices = at(y, 1);
  const won = f.op('GatherElements', [f.reshape(dx, [-1]), f.reshape(indices, [-1])], { axis: int(0) });
  return [f.op('Reshape', [won, f.op('Shape', [indices])]), undefined];
};

/** Of all pixels, the first that is the largest. */
const globalMaxPool: JvpRule = (f, { x, y }, [dx]) => {
  if (dx === undefined) return [undefined];
  const flat = (tensor: string): string => f.reshape(tensor, [0, 0, -1]);
  const best = f.op('ArgMax', [flat(at(x, 0))], { axis: int(2) });
  const won = f.op('GatherElements', [flat(dx), best], { axis: int(2) });
  return [f.op('Reshape', [won, f.op('Shape', [at(y, 0)])])];
};

/** Reads the elements that were chosen. */
const topK: JvpRule = (f, { node, y }, [dx]) => {
  if (dx === undefined) return [undefined, undefined];
  const won = f.op('GatherElements', [dx, at(y, 1)], { axis: int(intAttribute(node, 'axis', -1)) });
  return [won, undefined];
};

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

/**
 * y = a^b: `dy = b·a^(b−1)·da + y·ln a·db`, where b = 0 has no slope in a, even at a = 0, and a = 0 none in b. Whole
 * exponents are numbers like others.
 */
const power: JvpRule = (f, { x, y }, [da, db]) => {
  const [a, b] = [at(x, 0), f.cast(at(x, 1), at(x, 0))];
  const slope = (): string => {
    const less = f.where(f.equal(b, 0), f.number(1, b), f.sub(b, 1));
    return f.finite(f.mul(b, f.pow(a, less)));
  };
  return [
    total(f, [
      da === undefined ? undefined : f.mul(da, slope()),
      db === undefined
        ? undefined
        : f.mul(db, f.mul(at(y, 0), f.where(f.equal(a, 0), f.number(0, a), f.op('Log', [a])))),
    ]),
  ];
};

/** y = x − m·trunc(x/m), which moves with x between its jumps: `dy = dx − trunc(x/m)·dm`, where trunc(x/m) = (x − y)/m. */
const remainder: JvpRule = (f, { x, y }, [dx, dm]) => [
  broadcastTotal(
    f,
    [dx, dm === undefined ? undefined : f.mul(dm, f.div(f.sub(at(y, 0), at(x, 0)), at(x, 1)))],
    at(y, 0),
  ),
];

/**
 * dx strictly between the bounds, else 0, read off y, so that convolution and bound stay fused in the primal. Bounds
 * that move themselves share ties with x, as in min(max(x, low), high).
 */
const clip: JvpRule = (f, { x, y }, [dx, dLow, dHigh]) => {
  const [input, low, high] = [at(x, 0), at(x, 1), at(x, 2)];
  if (dLow === undefined && dHigh === undefined) {
    if (dx === undefined || (low === '' && high === '')) return [dx];
    const inside = [
      ...(low === '' ? [] : [f.greater(at(y, 0), low)]),
      ...(high === '' ? [] : [f.less(at(y, 0), high)]),
    ];
    return [f.where(inside.reduce(f.and), dx, 0)];
  }
  const raised = low === '' ? input : f.op('Max', [input, low]);
  const dRaised = low === '' ? dx : winners(f, [input, low], raised, [dx, dLow]);
  return [high === '' ? dRaised : winners(f, [raised, high], at(y, 0), [dRaised, dHigh])];
};

/** What is padded in moves with the padding's value; reflections and copies are linear in x. */
const pad: JvpRule = (f, { node, x }, [dx, , dValue]) => {
  const constant = stringAttribute(node, 'mode', 'constant') === 'constant';
  const value = constant ? dValue : undefined;
  if (dx === undefined && value === undefined) return [undefined];
  const inputs = [dx ?? f.zerosLike(at(x, 0)), at(x, 1), value ?? '', at(x, 3)];
  return [f.again(node, inputs.slice(0, inputs.findLastIndex((input) => input !== '') + 1))];
};

/** Linear in x, but for the constant that stands where nothing is sampled. */
const resize: JvpRule = (f, { node, x }, [dx]) => {
  if (dx === undefined) return [undefined];
  return [f.op('Resize', [dx, ...x.slice(1)], { ...node.attributes, extrapolation_value: float(0) })];
};

/** Products and extremes of what is scattered have no rule. */
const movedOrAdded = (node: Node): string | undefined => {
  const reduction = stringAttribute(node, 'reduction', 'none');
  if (reduction === 'none' || reduction === 'add') return undefined;
  return `reduction = ${reduction} has no derivative rule; none and add have one.`;
};

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

/**
 * Inference mode, y = γ (x − μ) r + β with r = 1/√(v + ε): linear in x with mean and shift 0, and in (γ, β) together,
 * into which the statistics' tangents go: `dγ − γ r² dv/2` and `dβ − γ r dμ`.
 */
const batchNormalization: JvpRule = (f, { node, x }, [dx, dGamma, dBeta, dMean, dVariance]) => {
  const [input, gamma, beta, mean, variance] = [at(x, 0), at(x, 1), at(x, 2), at(x, 3), at(x, 4)];
  const fixed =
    dx === undefined ? undefined : f.again(node, [dx, gamma, f.zerosLike(beta), f.zerosLike(mean), variance]);
  if ([dGamma, dBeta, dMean, dVariance].every((tangent) => tangent === undefined)) return [fixed];
  const r = f.op('Reciprocal', [f.op('Sqrt', [f.add(variance, floatAttribute(node, 'epsilon', 1e-5))])]);
  const gain = f.mul(gamma, r);
  const scale = total(f, [
    dGamma,
    dVariance === undefined ? undefined : f.mul(dVariance, f.mul(f.mul(gain, r), -0.5)),
  ]);
  const shift = total(f, [dBeta, dMean === undefined ? undefined : f.neg(f.mul(dMean, gain))]);
  const moved = f.again(node, [
    input,
    scale ?? f.zerosLike(gamma),
    shift ?? f.zerosLike(beta),
    mean,
    variance,
  ]);
  return [total(f, [fixed, moved])];
};

/** Statistics of a batch that the operator itself takes change with everything in it. */
const inferenceOnly = (node: Node): string | undefined =>
  intAttribute(node, 'training_mode', 0) === 0
    ? undefined
    : 'it is in training mode, where it normalises by the statistics of its batch. BatchNormalization is supported in inference mode: export the model in evaluation mode.';

/**
 * With x̂ = (x − μ)/s over the normalised axes: `dx̂ = (dx − mean(dx) − x̂ mean(x̂ dx))/s`, `dy = γ dx̂ + x̂ dγ + dβ`.
 * The node's further outputs are μ and 1/s: `dμ = mean(dx)`, `d(1/s) = −mean(x̂ dx)/s²`.
 */
const layerNormalization: JvpRule = (f, { node, x, y }, [dx, dGamma, dBeta]) => {
  const [input, gamma] = [at(x, 0), at(x, 1)];
  const [mean, reciprocalDeviation] = [f.cast(at(y, 1), input), f.cast(at(y, 2), input)];
  const normalised = f.mul(f.sub(input, mean), reciprocalDeviation);
  const axis = intAttribute(node, 'axis', -1);
  const over = (tensor: string): string =>
    axis === -1 ? f.mean(tensor, [-1]) : trailingMean(f, tensor, axis, input);
  const dMean = dx === undefined ? undefined : over(dx);
  const along = dx === undefined ? undefined : over(f.mul(normalised, dx));
  const dNormalised =
    dx === undefined || dMean === undefined || along === undefined
      ? undefined
      : f.mul(f.sub(f.sub(dx, dMean), f.mul(normalised, along)), reciprocalDeviation);
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
    dMean === undefined ? undefined : f.cast(dMean, at(y, 1)),
    along === undefined ? undefined : f.cast(f.neg(f.mul(along, f.square(reciprocalDeviation))), at(y, 2)),
  ];
};

/** Mean over all axes from `axis` on, whatever the rank, which is that of `like`. */
function trailingMean(f: Formula, tensor: string, axis: number, like: string): string {
  const rank = f.op('Size', [f.op('Shape', [like])]);
  const scalar = (value: number): string => f.op('Squeeze', [f.ints([value])]);
  const start = axis < 0 ? f.op('Add', [rank, scalar(axis)]) : scalar(axis);
  return f.op('ReduceMean', [tensor, f.op('Range', [start, rank, scalar(1)])]);
}

/** x̂ over space, per example and channel: as layerNormalization, with γ and β a channel. */
const instanceNormalization: JvpRule = (f, { node, x }, [dx, dGamma, dBeta]) => {
  const input = at(x, 0);
  const flat = (tensor: string): string => f.reshape(tensor, [0, 0, -1]);
  const channels = (vector: string): string => f.reshape(vector, [1, -1, 1]);
  const centred = f.sub(flat(input), f.mean(flat(input), [2]));
  const deviation = f.op('Sqrt', [
    f.add(f.mean(f.square(centred), [2]), floatAttribute(node, 'epsilon', 1e-5)),
  ]);
  const normalised = f.div(centred, deviation);
  const inner = (tangent: string): string =>
    f.sub(f.sub(tangent, f.mean(tangent, [2])), f.mul(normalised, f.mean(f.mul(normalised, tangent), [2])));
  const sum = broadcastTotal(
    f,
    [
      total(f, [
        dx === undefined ? undefined : f.mul(f.div(inner(flat(dx)), deviation), channels(at(x, 1))),
        dGamma === undefined ? undefined : f.mul(normalised, channels(dGamma)),
      ]),
      ...(dBeta === undefined ? [] : [channels(dBeta)]),
    ],
    normalised,
  );
  return [sum === undefined ? undefined : f.op('Reshape', [sum, f.op('Shape', [input])])];
};

/**
 * y = x s^(−β) with s = bias + α/size · Σ x² over neighbouring channels:
 * `dy = s^(−β) dx − 2αβ/size · y/s · Σ x dx`.
 */
const localResponseNormalization: JvpRule = (f, { node, x, y }, [dx]) => {
  if (dx === undefined) return [undefined];
  const size = intAttribute(node, 'size', 1);
  const before = Math.floor((size - 1) / 2);
  const around = (tensor: string): string => {
    const padded = f.op('Pad', [tensor, f.ints([before, size - 1 - before]), '', f.ints([1])]);
    const shifted = Array.from({ length: size }, (_, start) =>
      f.op('Slice', [
        padded,
        f.ints([start]),
        f.ints([start === size - 1 ? 2 ** 31 : start + 1 - size]),
        f.ints([1]),
      ]),
    );
    return shifted.reduce(f.add);
  };
  const alpha = floatAttribute(node, 'alpha', 1e-4) / size;
  const beta = floatAttribute(node, 'beta', 0.75);
  const input = at(x, 0);
  const s = f.add(f.mul(around(f.square(input)), alpha), floatAttribute(node, 'bias', 1));
  const pulled = f.mul(f.mul(f.div(at(y, 0), s), 2 * alpha * beta), around(f.mul(input, dx)));
  return [f.sub(f.mul(dx, f.pow(s, -beta)), pulled)];
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

/** ln Σ eˣ: `dy = Σ exp(x − y) dx`, which never overflows. */
const reducedLogSumExp: JvpEntry = rule([0], (f, { node, x }, [dx]) => {
  if (dx === undefined) return [undefined];
  const kept = f.op(node.op, x, { ...node.attributes, keepdims: int(1) });
  const share = f.op('Exp', [f.sub(at(x, 0), kept)]);
  return [f.op('ReduceSum', [f.mul(share, dx), ...x.slice(1)], node.attributes)];
});

/**
 * `dy = Σᵢ dxᵢ ∏ⱼ≠ᵢ xⱼ`: y/xᵢ where no factor is zero; where one is, only it has a slope, the product of the others.
 */
const reducedProduct: JvpEntry = rule([0], (f, { node, x }, [dx]) => {
  if (dx === undefined) return [undefined];
  const input = at(x, 0);
  const kept = { ...node.attributes, keepdims: int(1) };
  const isZero = f.equal(input, 0);
  const others = f.where(isZero, f.number(1, input), input);
  const product = f.op('ReduceProd', [others, ...x.slice(1)], kept);
  const zeros = f.op('ReduceSum', [f.cast(isZero, input), ...x.slice(1)], kept);
  const atZero = f.where(f.equal(zeros, 1), product, 0);
  const elsewhere = f.div(f.where(f.equal(zeros, 0), product, 0), others);
  const slope = f.where(isZero, atZero, elsewhere);
  return [f.op('ReduceSum', [f.mul(slope, dx), ...x.slice(1)], node.attributes)];
});

/**
 * ‖x‖ₚ of every window: `dy = Σ sign(x) |x|^(p−1) dx / y^(p−1)`, 0 where y is. The sum is a mean times the pixels of the
 * window, which are the 1-norm of ones.
 */
const lpPool: JvpRule = (f, { node, x, y }, [dx]) => {
  if (dx === undefined) return [undefined];
  const { p, ...windows } = node.attributes;
  const exponent = (p?.type === 'int' ? p.value : 2) - 1;
  const input = at(x, 0);
  const signed = f.mul(f.op('Sign', [input]), f.pow(f.op('Abs', [input]), exponent));
  const ones = f.expand(f.number(1, input), input);
  const pixels = f.op('LpPool', [ones], { ...windows, p: int(1) });
  const sum = f.mul(f.op('AveragePool', [f.mul(signed, dx)], windows), pixels);
  const norm = f.where(f.equal(at(y, 0), 0), f.number(1, at(y, 0)), at(y, 0));
  return [f.div(sum, f.pow(norm, exponent))];
};

/** The calculus of ONNX: for every operator, how a tangent passes through it. */
const RULES: Readonly<Record<Exclude<OperatorName, ComposedName>, JvpEntry>> = {
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
  Resize: rule([0], resize),
  Concat: multilinear('all'),
  ScatterElements: except(multilinear([0, 2]), movedOrAdded),
  ScatterND: except(multilinear([0, 2]), movedOrAdded),
  Pad: rule([0, 2], pad),

  // Sums and products.
  Add: signedSum(() => 1),
  Sum: signedSum(() => 1),
  Sub: signedSum((index) => (index === 0 ? 1 : -1)),
  Mean: rule('all', (f, { x, y }, dx) => {
    const sum = broadcastTotal(f, dx, at(y, 0));
    return [sum === undefined ? undefined : f.div(sum, x.length)];
  }),
  Mul: bilinear,
  MatMul: bilinear,
  Div: rule([0, 1], quotient),
  Gemm: rule([0, 1, 2], gemm),
  Conv: rule([0, 1, 2], convolution),
  ConvTranspose: rule([0, 1, 2], convolution),

  // Functions of one number.
  Sin: elementwise((f, x) => f.op('Cos', [x])),
  Cos: elementwise((f, x) => f.neg(f.op('Sin', [x]))),
  Exp: elementwise((_f, _x, y) => y),
  // 1/x, but there is none where there is no logarithm.
  Log: elementwise((f, x) => f.where(f.less(x, 0), f.number(NaN, x), f.op('Reciprocal', [x]))),
  // The slope at 0 is infinite: 0 where nothing moves, and an overflow, which is seen, where something does.
  Sqrt: elementwise((f, _x, y) => f.finite(f.div(f.number(0.5, y), y))),
  Reciprocal: elementwise((f, _x, y) => f.neg(f.square(y))),
  Tan: elementwise((f, _x, y) => f.add(f.square(y), 1)),
  Asin: elementwise((f, x) => f.finite(f.op('Reciprocal', [f.op('Sqrt', [f.subFrom(1, f.square(x))])]))),
  Acos: elementwise((f, x) =>
    f.neg(f.finite(f.op('Reciprocal', [f.op('Sqrt', [f.subFrom(1, f.square(x))])]))),
  ),
  Atan: elementwise((f, x) => f.op('Reciprocal', [f.add(f.square(x), 1)])),
  Sinh: elementwise((f, x) => f.op('Cosh', [x])),
  Cosh: elementwise((f, x) => f.op('Sinh', [x])),
  Asinh: elementwise((f, x) => f.op('Reciprocal', [f.op('Sqrt', [f.add(f.square(x), 1)])])),
  Acosh: elementwise((f, x) => f.finite(f.op('Reciprocal', [f.op('Sqrt', [f.sub(f.square(x), 1)])]))),
  Atanh: elementwise((f, x) => f.op('Reciprocal', [f.subFrom(1, f.square(x))])),
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
  Celu: elementwise((f, x, _y, { node }) =>
    f.where(f.greater(x, 0), f.number(1, x), f.op('Exp', [f.div(x, floatAttribute(node, 'alpha', 1))])),
  ),
  // With p = sigmoid(αx): (x p)′ = p + α y (1 − p).
  Swish: elementwise((f, x, y, { node }) => {
    const alpha = floatAttribute(node, 'alpha', 1);
    const p = f.op('Sigmoid', [f.mul(x, alpha)]);
    return f.add(p, f.mul(f.mul(y, f.subFrom(1, p)), alpha));
  }),
  Shrink: masked((f, x, _y, { node }) => f.greater(f.op('Abs', [x]), floatAttribute(node, 'lambd', 0.5))),
  HardSigmoid: elementwise((f, _x, y, { node }) =>
    f.mul(f.cast(f.and(f.greater(y, 0), f.less(y, 1)), y), floatAttribute(node, 'alpha', 0.2)),
  ),
  Relu: rule([0], rectifier),
  Clip: rule([0, 1, 2], clip),
  // At 0 the slope is 1, as in PyTorch's forward mode.
  PRelu: rule([0, 1], (f, { x, y }, [dx, dSlope]) => {
    const positive = f.op('GreaterOrEqual', [at(x, 0), f.number(0, at(x, 0))]);
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
  Pow: rule([0, 1], power),
  Mod: rule([0, 1], remainder),

  // Choosing.
  Where: rule([1, 2], where),
  Max: selection,
  Min: selection,
  ReduceMax: reducedSelection,
  ReduceMin: reducedSelection,
  MaxPool: rule([0], maxPool, 2),
  GlobalMaxPool: rule([0], globalMaxPool),
  TopK: rule([0], topK, 2),

  // Reductions of functions.
  ReduceSumSquare: reduction((f, x, dx) => f.mul(f.mul(x, dx), 2)),
  ReduceL1: reduction((f, x, dx) => f.mul(f.op('Sign', [x]), dx)),
  ReduceL2: reduction(
    (f, x, dx) => f.mul(x, dx),
    // The norm of zeros has the slope 0.
    (f, sum, y) => f.div(sum, f.where(f.equal(y, 0), f.number(1, y), y)),
  ),
  ReduceLogSum: reduction(
    (_f, _x, dx) => dx,
    (f, sum, y) => f.div(sum, f.op('Exp', [y])),
  ),
  ReduceLogSumExp: reducedLogSumExp,
  ReduceProd: reducedProduct,
  LpPool: rule([0], lpPool),

  // Normalisation and attention.
  Softmax: rule([0], softmax),
  LogSoftmax: rule([0], logSoftmax),
  BatchNormalization: except(rule([0, 1, 2, 3, 4], batchNormalization), inferenceOnly),
  LayerNormalization: rule([0, 1, 2], layerNormalization, 3),
  InstanceNormalization: rule([0, 1, 2], instanceNormalization),
  LRN: rule([0], localResponseNormalization),

  // Zero wherever there is a derivative.
  Shape: zero,
  Size: zero,
  Constant: zero,
  ConstantOfShape: zero,
  EyeLike: zero,
  Hardmax: zero,
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
  BitShift: zero,
  BitwiseAnd: zero,
  BitwiseOr: zero,
  BitwiseXor: zero,
  BitwiseNot: zero,
  IsNaN: zero,
  IsInf: zero,

  // No derivative to give.
  Range: refused('its bounds and step depend on what is differentiated; make them constants.'),
  Dropout: refused('it drops at random. Export the model in evaluation mode.'),
  QuantizeLinear: refused(
    'it rounds, so that its derivative is zero wherever there is one, and nothing behind it would have any. Use the network before quantisation.',
  ),
  DequantizeLinear: refused(
    'its scale depends on what is differentiated. Use the network before quantisation.',
  ),
};

export const JVP_RULES: Readonly<Record<string, JvpEntry>> = RULES;
