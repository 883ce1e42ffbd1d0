/** One principal component of a linear autoencoder learned by whole-batch gradient descent on nn.MSELoss. */
export interface DiscreteLearning {
  /** N; 2 for a tied network. */
  readonly depth: number;
  readonly tied: boolean;
  /** λ */
  readonly variance: number;
  /** σ(0) */
  readonly initial: number;
  readonly learningRate: number;
  readonly pixels: number;
}

/**
 * σ after each of `steps` updates from aligned and balanced weights, step 0 being the start: what gradient descent does
 * to the component, with no error but rounding, where gradient flow leaves out the size of the step.
 */
export function discreteLearning(learning: DiscreteLearning, steps: number): Float64Array {
  const { depth, tied, variance, initial, learningRate, pixels } = learning;
  const power = tied ? 2 : depth;
  const rate = ((tied ? 4 : 2) * learningRate * variance) / pixels;
  const sigma = new Float64Array(steps + 1);
  let factor = initial ** (1 / power);
  for (let step = 0; step <= steps; step++) {
    sigma[step] = factor ** power;
    factor += rate * factor ** (power - 1) * (1 - factor ** power);
  }
  return sigma;
}

/**
 * The closed form of one matrix: σ_n = 1 - (1 - σ_0) (1 - 2 η λ / d)^n, η being the learning rate and d the pixels. It
 * holds of uᵀ W u from any weights, aligned or not.
 */
export function discreteLearnedAt(learning: Omit<DiscreteLearning, 'depth' | 'tied'>, step: number): number {
  const { variance, initial, learningRate, pixels } = learning;
  return 1 - (1 - initial) * (1 - (2 * learningRate * variance) / pixels) ** step;
}
