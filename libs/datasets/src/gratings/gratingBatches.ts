import { float32, float64, int64, type NdArray } from '@oblique/arrays';
import { randomStream, type Seed } from '@oblique/random';
import { checkGratingPrior, priorQuantile, type GratingPrior } from './gratingPrior.js';
import { checkLabelNoise, labelRate, type LabelNoise } from './labelNoise.js';

export interface GratingBatchesOptions {
  readonly prior: GratingPrior;
  readonly labelNoise: LabelNoise;
  /** Classes of equal width over 180°. */
  readonly bins: number;
  /** Phases over the half circle that is the authors' [0, π) at the image's edge; else over the whole circle. */
  readonly halfCirclePhases: boolean;
  readonly batchSize: number;
  readonly seed: Seed;
}

/** Gratings to learn from, as the numbers that they are drawn from. */
export interface GratingBatch {
  /** [N] in [0, π). */
  readonly orientationRad: NdArray<'float64'>;
  /** In the middle of the image, 5 half cycles from its edge, [N] in [0, 2π), or [π, 2π) for half a circle. */
  readonly phaseRad: NdArray<'float64'>;
  /** Bin of the orientation, [N]. */
  readonly label: NdArray<'int64'>;
  /** [N]; 0 where the label was dropped, else 1. An example without its label still counts in the mean of the loss. */
  readonly weight: NdArray<'float32'>;
}

/** Batches of fresh gratings (Fig. 6). Each is a pure function of the seed and the step. */
export class GratingBatches {
  /** Labels are 0 to classes − 1. */
  readonly classes: number;
  readonly #options: GratingBatchesOptions;

  /** @throws RangeError where bins or batchSize is no whole number of at least 1, GratingPriorError, LabelNoiseError */
  constructor(options: GratingBatchesOptions) {
    const { prior, labelNoise, bins, batchSize } = options;
    for (const [name, value] of Object.entries({ bins, batchSize })) {
      if (!Number.isSafeInteger(value) || value < 1)
        throw new RangeError(`Gratings need a whole number of at least 1 as ${name}, not ${value}.`);
    }
    checkGratingPrior(prior);
    checkLabelNoise(labelNoise, prior);
    this.classes = bins;
    this.#options = options;
  }

  /** The examples of a step, 0 being the first; with a larger batchSize the same ones come first. */
  batch(step: number): GratingBatch {
    const { prior, labelNoise, bins, halfCirclePhases, batchSize, seed } = this.#options;
    const stream = randomStream(seed, 'gratings', step);
    const examples = Array.from({ length: batchSize }, () => {
      const orientationRad = priorQuantile(prior, stream.uniform());
      const turn = stream.uniform();
      const phaseRad = halfCirclePhases ? Math.PI * (1 + turn) : 2 * Math.PI * turn;
      const kept = stream.uniform() < labelRate(labelNoise, prior, orientationRad);
      return { orientationRad, phaseRad, kept };
    });
    return {
      orientationRad: float64(
        [batchSize],
        examples.map(({ orientationRad }) => orientationRad),
      ),
      phaseRad: float64(
        [batchSize],
        examples.map(({ phaseRad }) => phaseRad),
      ),
      label: int64(
        [batchSize],
        examples.map(({ orientationRad }) => binOf(orientationRad, bins)),
      ),
      weight: float32(
        [batchSize],
        examples.map(({ kept }) => (kept ? 1 : 0)),
      ),
    };
  }
}

/** Which of `bins` equal parts of [0, π] an orientation lies in; π itself belongs to the last. */
export function binOf(orientationRad: number, bins: number): number {
  return Math.min(bins - 1, Math.floor((orientationRad / Math.PI) * bins));
}
