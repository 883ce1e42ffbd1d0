import type { Seed } from '@oblique/random';

/** A linear autoencoder and how it is trained (Fig. 5): plain gradient descent on nn.MSELoss. */
export interface LinearLearningSpec {
  /** Matrices W_N … W_1, at least 1; of no meaning where `tied`. */
  readonly depth: number;
  /** One matrix W used as Wᵀ W. */
  readonly tied: boolean;
  /**
   * `uniform`: entries uniform in [-initialSize, initialSize]. `aligned`: along the principal components, the factors
   * balanced, every singular value of the product being `initialSize`.
   */
  readonly initialisation: 'uniform' | 'aligned';
  readonly initialSize: number;
  /** Patches a batch; see {@link Shuffle} for how nearly it is kept. */
  readonly batchSize: number;
  readonly learningRate: number;
  /** Updates in all. */
  readonly steps: number;
  /** Standard deviation of the noise added to every output inside the loss; 0: none. */
  readonly outputNoise: number;
  readonly seed: Seed;
  /** Where sensitivity to spatial frequency is recorded. */
  readonly frequenciesCyclesPerPixel: readonly number[];
  /** Acuity is the highest frequency whose threshold is below this. */
  readonly acuityThreshold: number;
  /** Default: float32. */
  readonly precision?: 'float32' | 'float64' | undefined;
  /** Default: groups. */
  readonly shuffle?: Shuffle | undefined;
}

/**
 * What is put into a new order every epoch. `groups`: patches are divided once, at random, into groups of an eighth of a
 * batch whose second moments are kept, and a batch is eight groups (docs/decisions/0011). `patches`: every patch, each
 * batch's own second moment being computed anew; a batch is exactly `batchSize` patches.
 */
export type Shuffle = 'groups' | 'patches';

/** The specification cannot be trained; the message says why and what is possible. */
export class InvalidLinearLearningError extends Error {
  override readonly name = 'InvalidLinearLearningError';
}

/** The loss became infinite or NaN. */
export class LearningDivergedError extends Error {
  override readonly name = 'LearningDivergedError';
  readonly step: number;
  readonly loss: number;
  readonly learningRate: number;

  constructor(step: number, loss: number, learningRate: number) {
    super(
      `The loss became ${loss} at update ${step} with learning rate ${learningRate}; a smaller learning rate or smaller ` +
        'initial weights may help.',
    );
    this.step = step;
    this.loss = loss;
    this.learningRate = learningRate;
  }
}
