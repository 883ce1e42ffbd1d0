import { parseDigest, type ArtifactStore, type Digest } from '@oblique/artifacts';
import { toNumbers } from '@oblique/arrays';
import { readProgram } from '@oblique/onnx';
import type { NeededSteps } from '@oblique/workflow';
import { readVariant, type LearnedVariant, type Variant } from '../gratings-grid/gratingsGrid.js';
import { readTrainValue } from '@oblique/study';
import type { RegimeParameters } from './regimeParameters.js';

/** D is measured so many times. */
const OBSERVATIONS = 40;
const FIRST_WEIGHTS = 'fc1.weight';

/** Networks that differ in their initial scale from others. */
export interface ScaleVariant extends Variant {
  readonly scale: number;
}

/** A scale with its trainings, one a seed. */
export interface LearnedScale {
  readonly variant: ScaleVariant;
  readonly learned: readonly LearnedVariant[];
  /** ‖W(end) − W(0)‖ / ‖W(0)‖ of the first layer, one a seed: small where learning is lazy. */
  readonly weightChange: readonly number[];
}

/** How often D is measured, in steps. */
export function observedEvery({ steps }: RegimeParameters): number {
  return Math.ceil(steps / OBSERVATIONS);
}

export function scalesOf(parameters: RegimeParameters): ScaleVariant[] {
  const { scales, seeds, width, batchSize, steps, orientations, phases } = parameters;
  return scales.map((scale) => ({
    label: `initial scale ${scale}`,
    seeds,
    scale,
    training: {
      width,
      batchSize,
      steps,
      learningRate: learningRateOf(scale, parameters),
      initialScale: scale,
      observeEvery: observedEvery(parameters),
      checkpointSteps: [0],
      orientations,
      phases,
    },
  }));
}

/**
 * Three layers without biases give c³ times the output for c times the weights: α = c³ in the terms of Chizat, Oyallon and
 * Bach 2019, whose learning rate is as 1/α². In the coordinates of the larger weights that is c² / α² = c⁻⁴. Below the usual
 * weights the rate stays: there a smaller one would only lengthen the plateau.
 */
export function learningRateOf(
  scale: number,
  { learningRate }: Pick<RegimeParameters, 'learningRate'>,
): number {
  return learningRate * Math.min(1, scale ** -4);
}

export async function readScale(
  variant: ScaleVariant,
  needed: NeededSteps,
  store: ArtifactStore,
): Promise<LearnedScale> {
  const learned = await readVariant(variant, needed, store);
  const weightsOf = async (digest: Digest): Promise<Float64Array> => {
    const weights = readProgram(await store.get(digest)).initializers.get(FIRST_WEIGHTS);
    if (weights === undefined) throw new Error(`A trained network has no ${FIRST_WEIGHTS}.`);
    return toNumbers(weights);
  };
  const weightChange = await Promise.all(
    learned.map(async ({ trainStep }) => {
      const [first] = needed.value(trainStep, readTrainValue).checkpoints;
      if (first?.step !== 0) throw new Error(`"${trainStep}" has not kept its initial weights.`);
      const before = await weightsOf(parseDigest(first.digest));
      const after = await weightsOf(needed.result(trainStep, 'model.onnx').digest);
      return relativeChange(before, after);
    }),
  );
  return { variant, learned, weightChange };
}

/** ‖after − before‖ / ‖before‖. */
export function relativeChange(before: Float64Array, after: Float64Array): number {
  return norm(after.map((value, index) => value - (before[index] ?? NaN))) / norm(before);
}

function norm(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}
