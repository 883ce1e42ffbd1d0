/** Features that a linear network predicts from, each along a singular vector of its own. */
export interface SupervisedLearning {
  /** N, matrices. */
  readonly depth: number;
  /** λ of each feature. */
  readonly variance: readonly number[];
  /** τ of each feature: its covariance with what is to be predicted. */
  readonly covariance: readonly number[];
  /** σ(0) of each feature; the factors are balanced. */
  readonly initial: number;
  readonly learningRate: number;
  readonly steps: number;
}

/**
 * Gradient descent on ⟨‖y - W_N … W_1 x‖²⟩ (eq. 9), update by update: σ[feature][step], step 0 being the start. One
 * update is a flow time of 2 × learning rate (see {@link supervisedAt}).
 */
export function supervisedLearning(learning: SupervisedLearning): Float64Array[] {
  const { depth, variance, covariance, initial, learningRate, steps } = learning;
  return variance.map((lambda, feature) => {
    const tau = covariance[feature] ?? NaN;
    const sigma = new Float64Array(steps + 1);
    // Balanced factors of one feature stay equal, so that one number stands for all of them.
    let factor = initial ** (1 / depth);
    for (let step = 0; step <= steps; step++) {
      sigma[step] = factor ** depth;
      factor += 2 * learningRate * factor ** (depth - 1) * (tau - lambda * factor ** depth);
    }
    return sigma;
  });
}

/** What "equally useful" may mean of features with different variances. */
export const USEFULNESS = ['correlation', 'covariance', 'regressionWeight'] as const;
export type Usefulness = (typeof USEFULNESS)[number];

/** τ of features with these variances whose correlation with the label, covariance or regression weight is `value`. */
export function covarianceOfEquallyUseful(
  usefulness: Usefulness,
  variance: readonly number[],
  value: number,
): number[] {
  const factor = {
    // Of a label of variance 1.
    correlation: Math.sqrt,
    covariance: () => 1,
    regressionWeight: (lambda: number) => lambda,
  }[usefulness];
  return variance.map((lambda) => value * factor(lambda));
}
