import type { Findings, FindingsContext } from '@oblique/study';
import { gridMethods } from '../gratings-grid/gridMethods.js';
import { BINS, gridNetwork } from '../gratings-grid/gratingsGrid.js';
import { regimeClaims } from './regimeClaims.js';
import { regimeFigures } from './regimeFigures.js';
import type { RegimeParameters } from './regimeParameters.js';
import { observedEvery, readScale, scalesOf } from './scales.js';

/** What networks that learned from initial weights of different sizes say. */
export async function regimeFindings(
  parameters: RegimeParameters,
  { store, needed }: FindingsContext,
): Promise<Findings> {
  const { seeds, learningRate, batchSize, steps, learnedShare } = parameters;
  const variants = scalesOf(parameters);
  const scales = await Promise.all(variants.map((variant) => readScale(variant, needed, store)));
  const rates = variants.map(
    ({ scale, training }) => `${scale}: ${Number(training.learningRate.toPrecision(3))}`,
  );
  return {
    summary: `Beyond the paper: one network learns to tell gratings from initial weights of ${scales.length} sizes, from the rich regime, where features are learned, to the lazy one, where weights hardly move. Does sensitivity need the rich regime to follow frequency?`,
    seeds: { trainings: seeds },
    networks: variants.map((variant) => gridNetwork(variant, needed)),
    claims: regimeClaims(scales, parameters),
    figures: await regimeFigures(scales, parameters),
    methods: [
      ...gridMethods(parameters),
      `All initial weights and biases are PyTorch's default times the initial scale (the paper's code has 0.1); batches of ${batchSize}, ${steps} steps. For three layers without biases, weights times c are an output times α = c³ (Chizat, Oyallon and Bach 2019), whose learning rate is as 1/α²; in the larger weights' own coordinates that is c⁻⁴. Learning rates: ${rates.join(', ')}; below a scale of 1 the rate stays at ${learningRate}, since a network at its plateau needs no smaller one. Biases make the correspondence approximate, and the output at the start is not subtracted.`,
      `Scales learn at different speeds, so that they are compared where they have learned equally much: at the first measurement where the cross-entropy, averaged over ${observedEvery(parameters)} steps, is at most ${learnedShare} of that of chance, log ${BINS}. With one half, half of the information about the class has been learned.`,
      'Only the first layer is measured. In the lazy regime the output can still follow frequency through the small changes of all weights together.',
    ],
  };
}
