import { levenbergMarquardt } from 'ml-levenberg-marquardt';
import { mean } from 'simple-statistics';
import { lineFit } from './fits.js';

/** Shapes that learning curves are told apart by, of unit height. */
const SHAPES = {
  /** Slow, fast, slow: what eq. 7 has for two or more layers. Parameters: half time, width. */
  sigmoid: (t: number, [half = NaN, width = NaN]: readonly number[]) =>
    1 / (1 + Math.exp((half - t) / width)),
  /** Fastest at the start: what eq. 7 has for one layer. Parameter: time constant. */
  exponential: (t: number, [constant = NaN]: readonly number[]) => 1 - Math.exp(-t / constant),
  /** Without an end. Parameter: exponent. */
  power: (t: number, [exponent = NaN]: readonly number[]) => t ** exponent,
} as const;

export type LearningShape = keyof typeof SHAPES;

/** One shape, fitted to a learning curve as floor + height · shape(t). */
export interface LearningCurveFit {
  readonly shape: LearningShape;
  readonly floor: number;
  readonly height: number;
  /** sigmoid: half time and width; exponential: time constant; power: exponent. */
  readonly parameters: readonly number[];
  readonly residualSumOfSquares: number;
  /** Akaike's criterion for small samples; lower is better, and differences above about 10 are decisive. */
  readonly aicc: number;
}

/**
 * Sigmoid, exponential and power-law fits of a learning curve by least squares, best first by the corrected information
 * criterion of Akaike (Hurvich & Tsai 1989, Biometrika 76:297; n log(RSS/n) + 2k + 2k(k+1)/(n−k−1), the error's variance
 * being one of the k parameters). Floor and height are solved for in closed form; the rest by Levenberg and Marquardt from
 * several starts.
 * @param time at least 0, rising, and more values than 6, the parameters of the largest shape and the error's
 * @throws RangeError where there are too few values, or a time is below 0
 */
export function learningCurveFits(time: readonly number[], value: readonly number[]): LearningCurveFit[] {
  if (time.length < 7 || time.length !== value.length) {
    throw new RangeError(
      `Learning curves are told apart by at least 7 values; there are ${time.length} times and ${value.length} values.`,
    );
  }
  if (time.some((each) => !(each >= 0))) throw new RangeError('Times of a learning curve are at least 0.');
  const last = Math.max(...time);
  // Logarithms of what is positive, so that any step stays allowed.
  const parts = [0.03, 0.1, 0.3, 0.6, 1];
  const starts: Record<LearningShape, readonly number[][]> = {
    sigmoid: parts.flatMap((part) =>
      [0.1, 0.3].map((width) => [Math.log(part * last), Math.log(part * width * last)]),
    ),
    exponential: parts.map((part) => [Math.log(part * last)]),
    power: [0.2, 0.5, 1, 2].map((exponent) => [Math.log(exponent)]),
  };
  const shapes: LearningShape[] = ['sigmoid', 'exponential', 'power'];
  return shapes
    .map((shape) =>
      starts[shape]
        .map((start) => fitted(shape, start, time, value))
        .reduce((one, other) => (other.residualSumOfSquares < one.residualSumOfSquares ? other : one)),
    )
    .sort((one, other) => one.aicc - other.aicc);
}

function fitted(
  shape: LearningShape,
  start: readonly number[],
  time: readonly number[],
  value: readonly number[],
): LearningCurveFit {
  // The parameters alone decide, since the best floor and height follow from them.
  const told = (logs: readonly number[]): LearningCurveFit => {
    const parameters = logs.map(Math.exp);
    const unit = time.map((t) => SHAPES[shape](t, parameters));
    const flat = new Set(unit).size < 2 || unit.some((each) => !Number.isFinite(each));
    const { intercept, slope } = flat ? { intercept: mean([...value]), slope: 0 } : lineFit(unit, value);
    const model = unit.map((each) => intercept + (flat ? 0 : slope * each));
    const residualSumOfSquares = model.reduce(
      (sum, each, index) => sum + (each - (value[index] ?? NaN)) ** 2,
      0,
    );
    return {
      shape,
      floor: intercept,
      height: slope,
      parameters,
      residualSumOfSquares,
      aicc: aicc(residualSumOfSquares, time.length, parameters.length + 3),
    };
  };
  const { parameterValues } = levenbergMarquardt(
    { x: time.map((_, index) => index), y: value },
    (logs) => {
      const { floor, height, parameters } = told(logs);
      return (index) => floor + height * SHAPES[shape](time[index] ?? NaN, parameters);
    },
    {
      initialValues: start,
      maxIterations: 300,
      errorTolerance: 1e-14,
      gradientDifference: 1e-6,
      centralDifference: true,
      improvementThreshold: 1e-12,
    },
  );
  return told(parameterValues.every(Number.isFinite) ? parameterValues : start);
}

function aicc(residual: number, count: number, parameters: number): number {
  const correction = (2 * parameters * (parameters + 1)) / (count - parameters - 1);
  return count * Math.log(residual / count) + 2 * parameters + correction;
}
