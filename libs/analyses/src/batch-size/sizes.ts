import type { Variant } from '../gratings-grid/gratingsGrid.js';
import type { BatchSizeParameters } from './batchSizeParameters.js';

const INITIAL_SCALE = 0.1;
/** D is measured so often in as many steps as are compared. */
const OBSERVATIONS = 20;

/** One batch size. */
export interface SizeVariant extends Variant {
  readonly batchSize: number;
  /** Steps after which it has seen as many examples as the others are compared at. */
  readonly stepsToExamples: number;
}

/** Gratings after which batch sizes are compared at equal numbers of examples. */
export function comparedExamples({ batchSizes, steps }: BatchSizeParameters): number {
  return steps * (batchSizes[1] ?? NaN);
}

/** Each is trained once, for as long as the longer of the two comparisons needs. */
export function sizesOf(parameters: BatchSizeParameters): SizeVariant[] {
  const { batchSizes, seeds, steps, width, learningRate, orientations, phases } = parameters;
  return batchSizes.map((batchSize) => {
    const stepsToExamples = comparedExamples(parameters) / batchSize;
    return {
      label: `batches of ${batchSize}`,
      seeds,
      batchSize,
      stepsToExamples,
      training: {
        width,
        batchSize,
        steps: Math.max(steps, stepsToExamples),
        learningRate,
        initialScale: INITIAL_SCALE,
        observeEvery: Math.ceil(Math.max(steps, stepsToExamples) / OBSERVATIONS),
        alsoObservedAt: [steps, stepsToExamples],
        orientations,
        phases,
      },
    };
  });
}
