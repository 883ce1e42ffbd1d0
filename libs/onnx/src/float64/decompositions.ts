import { dataTypeCode } from '../dataTypes.js';
import { floatAttribute, int, stringAttribute } from '../program.js';
import { convolution, transposedConvolution } from './convolutions.js';
import { erf } from './erf.js';
import type { Float64Builder } from './float64Builder.js';
import {
  averagePool,
  globalPool,
  instanceNormalization,
  layerNormalization,
  localResponseNormalization,
  lpPool,
} from './pools.js';
import { resize } from './resize.js';

/** Writes what stands in for the node. */
type Decomposition = (f: Float64Builder) => void;

/** α x + β between 0 and 1. */
const hardSigmoid = (f: Float64Builder, x: string, alpha: number, beta: number): string =>
  f.min(f.max(f.add(f.mul(x, alpha), beta), 0), 1);

/** ln(1 + eˣ), which is x + ln(1 + e⁻ˣ). */
const softplus = (f: Float64Builder, x: string): string => {
  const small = f.exp(f.op('Neg', [f.op('Abs', [x])]));
  return f.add(f.max(x, 0), logOnePlus(f, small));
};

/** ln(1 + x) of 0 ≤ x ≤ 1 without loss where x is small: 2 artanh(x/(2 + x)), of which u is at most 1/3. */
const logOnePlus = (f: Float64Builder, x: string): string => {
  const u = f.div(x, f.add(x, 2));
  const square = f.square(u);
  const terms = Array.from({ length: 17 }, (_, n) => 2 / (2 * n + 1));
  const polynomial = terms
    .slice(0, -1)
    .reduceRight(
      (sum, coefficient) => f.add(f.mul(square, sum), coefficient),
      f.mul(square, terms.at(-1) ?? 0),
    );
  return f.mul(u, polynomial);
};

/** eˣ − 1 of x ≤ 0 without loss where x is small: 2 t/(1 − t) with t = tanh(x/2). */
const expMinusOne = (f: Float64Builder, x: string): string => {
  const t = f.op('Tanh', [f.mul(x, 0.5)]);
  return f.div(f.mul(t, 2), f.sub(1, t));
};

/** x on the positive side, `slope · (e^(x/scale) − 1)` on the other. */
const exponentialBranch = (f: Float64Builder, x: string, slope: number, scale = 1): string =>
  f.add(f.max(x, 0), f.mul(expMinusOne(f, f.mul(f.min(x, 0), 1 / scale)), slope));

const gelu: Decomposition = (f) => {
  const x = f.input(0);
  if (stringAttribute(f.node, 'approximate', 'none') === 'none') {
    f.finish('Mul', [f.mul(x, 0.5), f.add(erf(f, f.mul(x, Math.SQRT1_2)), 1)]);
    return;
  }
  const inner = f.mul(f.mul(x, f.add(f.mul(f.square(x), 0.044715), 1)), Math.sqrt(2 / Math.PI));
  f.finish('Mul', [f.mul(x, 0.5), f.add(f.op('Tanh', [inner]), 1)]);
};

/** A function of the first input; the last operator multiplies by 1, which changes nothing. */
const formula =
  (of: (f: Float64Builder, x: string) => string): Decomposition =>
  (f) => {
    f.finish('Identity', [of(f, f.input(0))]);
  };

const attribute = (f: Float64Builder, name: string, otherwise: number): number =>
  floatAttribute(f.node, name, otherwise);

/**
 * What stands in for operators that ONNX Runtime has no float64 kernel for, or one that computes in float32 inside.
 * Defaults of attributes are the float32 numbers of ONNX's specification.
 */
export const DECOMPOSITIONS: Readonly<Record<string, Decomposition>> = {
  Conv: convolution,
  ConvTranspose: transposedConvolution,
  AveragePool: averagePool,
  LpPool: lpPool,
  GlobalAveragePool: globalPool('ReduceMean'),
  GlobalMaxPool: globalPool('ReduceMax'),
  LRN: localResponseNormalization,
  InstanceNormalization: instanceNormalization,
  LayerNormalization: layerNormalization,
  Resize: resize,
  Erf: formula(erf),
  Gelu: gelu,
  HardSigmoid: formula((f, x) =>
    hardSigmoid(f, x, attribute(f, 'alpha', Math.fround(0.2)), attribute(f, 'beta', 0.5)),
  ),
  HardSwish: formula((f, x) => f.mul(x, hardSigmoid(f, x, 1 / 6, 0.5))),
  Softplus: formula(softplus),
  Mish: formula((f, x) => f.mul(x, f.op('Tanh', [softplus(f, x)]))),
  Softsign: formula((f, x) => f.div(x, f.add(f.op('Abs', [x]), 1))),
  Elu: formula((f, x) => exponentialBranch(f, x, attribute(f, 'alpha', 1))),
  Celu: formula((f, x) => {
    const alpha = attribute(f, 'alpha', 1);
    return exponentialBranch(f, x, alpha, alpha);
  }),
  Selu: formula((f, x) => {
    const [alpha, gamma] = [
      attribute(f, 'alpha', 1.6732631921768188),
      attribute(f, 'gamma', 1.0507010221481323),
    ];
    return f.mul(exponentialBranch(f, x, alpha), gamma);
  }),
  Mean: (f) => {
    f.finish('Div', [f.sum(f.node.inputs), f.program.scalar(f.node.inputs.length, 'float64')]);
  },
  Tan: formula((f, x) => f.div(f.op('Sin', [x]), f.op('Cos', [x]))),
  Sinh: formula((f, x) => f.mul(f.op('Sub', [f.exp(x), f.exp(f.op('Neg', [x]))]), 0.5)),
  Cosh: formula((f, x) => f.mul(f.op('Add', [f.exp(x), f.exp(f.op('Neg', [x]))]), 0.5)),
  NonZero: (f) => {
    f.finish('NonZero', [f.op('Cast', [f.input(0)], { to: int(dataTypeCode('bool')) })]);
  },
};
