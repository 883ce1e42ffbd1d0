import { HALF_WIDTH_DEG, type LearnedVariant, type Variant } from '../gratings-grid/gratingsGrid.js';
import type { DoseResponseParameters } from './doseResponseParameters.js';

/** Layers of the network, early to late; all but the power by layer is about the first. */
export const LAYERS = ['hidden1', 'hidden2', 'logits'] as const;

const INITIAL_SCALE = 0.1;
/** D is measured so often. */
const OBSERVATIONS = 20;

/** One prior. */
export interface Dose extends Variant {
  readonly steepness: number;
  /** log p(90°)/p(0°), averaged over the windows in which D is. */
  readonly logPriorRatio: number;
}

/** A prior with what was learned from it, one a seed. */
export interface LearnedDose {
  readonly dose: Dose;
  readonly learned: readonly LearnedVariant[];
  /** The same of every layer, in the order of {@link LAYERS}. */
  readonly byLayer: readonly (readonly LearnedVariant[])[];
}

export function dosesOf(parameters: DoseResponseParameters): Dose[] {
  const { steepnesses, seeds, width, batchSize, steps, learningRate, orientations, phases } = parameters;
  return steepnesses.map((steepness) => ({
    label: `steepness ${steepness}`,
    steepness,
    seeds,
    logPriorRatio: logPriorRatio(steepness),
    training: {
      width,
      batchSize,
      steps,
      learningRate,
      initialScale: INITIAL_SCALE,
      observeEvery: Math.ceil(steps / OBSERVATIONS),
      orientations,
      phases,
      layers: LAYERS,
    },
  }));
}

/** The mean of cos 2θ within a window about 0 is sin(2w)/(2w), w being its half width. */
export function logPriorRatio(steepness: number): number {
  const turn = (2 * HALF_WIDTH_DEG * Math.PI) / 180;
  const part = (steepness * Math.sin(turn)) / turn;
  return Math.log((1 + part) / (1 - part));
}
