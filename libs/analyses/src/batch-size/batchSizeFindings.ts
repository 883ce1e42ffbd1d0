import { mean } from 'simple-statistics';
import type { Findings, FindingsContext } from '@oblique/study';
import { gridMethods } from '../gratings-grid/gridMethods.js';
import { BINS, gridNetwork, readVariant } from '../gratings-grid/gratingsGrid.js';
import { lossAt } from '../gratings-grid/preference.js';
import { batchSizeClaims, type LearnedSize } from './batchSizeClaims.js';
import { batchSizeFigures } from './batchSizeFigures.js';
import type { BatchSizeParameters } from './batchSizeParameters.js';
import { comparedExamples, sizesOf } from './sizes.js';

/** Steps that the loss is averaged over. */
const LOSS_WINDOW = 20;

/** What networks that learned in batches of different sizes say. */
export async function batchSizeFindings(
  parameters: BatchSizeParameters,
  { store, needed }: FindingsContext,
): Promise<Findings> {
  const { seeds, batchSizes, steps, learningRate } = parameters;
  const sizes = await Promise.all(
    sizesOf(parameters).map(async (size): Promise<LearnedSize> => ({
      size,
      learned: await readVariant(size, needed, store),
    })),
  );
  return {
    summary: `Beyond the paper: one network learns to tell gratings in batches of ${batchSizes.join(', ')}. Does gradient noise change which orientations it becomes sensitive to?`,
    seeds: { trainings: seeds },
    networks: sizes.map(({ size }) => gridNetwork(size, needed)),
    claims: batchSizeClaims(sizes, parameters),
    figures: await batchSizeFigures(sizes, parameters),
    methods: [
      ...gridMethods(parameters),
      `All batch sizes have the learning rate ${learningRate}: after equally many steps they have gone the same way but for the noise of the gradient. They are compared over the last four fifths of ${steps} steps, and of ${comparedExamples(parameters)} examples, which small batches reach in more steps. Each training is read at both.`,
      lossInWords(sizes, parameters),
    ],
  };
}

/** Where nothing was learned, a preference says nothing. */
function lossInWords(sizes: readonly LearnedSize[], { steps }: BatchSizeParameters): string {
  const losses = sizes.map(
    ({ size, learned }) =>
      `${size.label} ${mean(learned.map((one) => lossAt(one, steps, LOSS_WINDOW))).toFixed(2)}`,
  );
  return `Cross-entropy about step ${steps} (chance ${Math.log(BINS).toFixed(2)}), mean over seeds: ${losses.join(', ')}.`;
}
