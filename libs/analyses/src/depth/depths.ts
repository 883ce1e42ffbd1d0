import type { LearnedVariant, Variant } from '../gratings-grid/gratingsGrid.js';
import { ARCHITECTURES_BY_DEPTH, type DepthParameters } from './depthParameters.js';

/** D is measured so many times. */
const OBSERVATIONS = 40;

export const FIRST_LAYER = 'hidden1';
export const LAST_LAYER = 'logits';

/** Networks of one depth. */
export interface DepthVariant extends Variant {
  /** Hidden layers. */
  readonly depth: number;
}

/** A depth with its trainings, one a seed, read in the first and in the last layer. */
export interface LearnedDepth {
  readonly variant: DepthVariant;
  readonly first: readonly LearnedVariant[];
  readonly last: readonly LearnedVariant[];
}

/** How often D is measured, in steps. */
export function observedEvery({ steps }: Pick<DepthParameters, 'steps'>): number {
  return Math.ceil(steps / OBSERVATIONS);
}

export function depthsOf(parameters: DepthParameters): DepthVariant[] {
  const { depths, seeds, width, batchSize, steps, learningRate, initialScale, orientations, phases } =
    parameters;
  return depths.map((depth) => ({
    label: depth === 1 ? '1 hidden layer' : `${depth} hidden layers`,
    depth,
    seeds,
    training: {
      architecture: ARCHITECTURES_BY_DEPTH[depth] ?? 'mlp',
      width,
      batchSize,
      steps,
      learningRate,
      initialScale,
      observeEvery: observedEvery(parameters),
      orientations,
      phases,
      layers: [FIRST_LAYER, LAST_LAYER],
    },
  }));
}
