import { Matrix } from 'ml-matrix';

/**
 * Gradient descent on nn.MSELoss as it is written: the network is run on every patch, and the error is sent back through
 * it. The yardstick of training by second moments.
 */
export class ExplicitDescent {
  readonly #tied: boolean;
  readonly #learningRate: number;
  weights: Matrix[];

  /** @param weights W_1 first */
  constructor(weights: Matrix[], options: { readonly tied: boolean; readonly learningRate: number }) {
    this.weights = weights;
    this.#tied = options.tied;
    this.#learningRate = options.learningRate;
  }

  /** One update on patches [batch, pixels], with noise of the same shape on the output; returns the loss without it. */
  update(x: Matrix, noise: Matrix | undefined): number {
    const layers = this.#tied ? [...this.weights, ...this.weights.map((w) => w.transpose())] : this.weights;
    const activations = [x];
    for (const w of layers) activations.push((activations.at(-1) ?? x).mmul(w.transpose()));
    const error = Matrix.sub(activations.at(-1) ?? x, x);
    const size = x.rows * x.columns;
    let back = Matrix.mul(noise === undefined ? error : Matrix.add(error, noise), 2 / size);
    const gradients: Matrix[] = [];
    for (const [index, w] of [...layers.entries()].reverse()) {
      gradients.unshift(back.transpose().mmul(activations[index] ?? x));
      back = back.mmul(w);
    }
    const [first, second] = gradients;
    const total =
      this.#tied && first !== undefined && second !== undefined
        ? [Matrix.add(first, second.transpose())]
        : gradients;
    this.weights = this.weights.map((w, index) =>
      Matrix.sub(w, Matrix.mul(total[index] ?? w, this.#learningRate)),
    );
    return error.norm('frobenius') ** 2 / size;
  }
}
