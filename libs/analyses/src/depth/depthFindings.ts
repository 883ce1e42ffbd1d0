import type { Findings, FindingsContext } from '@oblique/study';
import { gridMethods } from '../gratings-grid/gridMethods.js';
import { BINS, gridNetwork, readLayers } from '../gratings-grid/gratingsGrid.js';
import { depthClaims } from './depthClaims.js';
import { depthFigures } from './depthFigures.js';
import type { DepthParameters } from './depthParameters.js';
import { depthsOf, FIRST_LAYER, LAST_LAYER, observedEvery, type LearnedDepth } from './depths.js';

/** What networks of several depths say. */
export async function depthFindings(
  parameters: DepthParameters,
  { store, needed }: FindingsContext,
): Promise<Findings> {
  const { seeds, learningRate, batchSize, steps, initialScale, learnedShare } = parameters;
  const variants = depthsOf(parameters);
  const depths = await Promise.all(
    variants.map(async (variant): Promise<LearnedDepth> => {
      const [first = [], last = []] = await readLayers(variant, [FIRST_LAYER, LAST_LAYER], needed, store);
      return { variant, first, last };
    }),
  );
  return {
    summary: `Beyond the paper: networks of ${parameters.depths.join(', ')} hidden layers learn to tell gratings. Does depth make sensitivity follow frequency more?`,
    seeds: { trainings: seeds },
    networks: variants.map((variant) => gridNetwork(variant, needed)),
    claims: depthClaims(depths, parameters),
    figures: await depthFigures(depths, parameters),
    methods: [
      ...gridMethods(parameters),
      `Hidden layers have 1024 and then 256 units each, times the width; a layer that two depths have in common begins with the same weights, ${initialScale} times PyTorch's default. Learning rate ${learningRate}, batches of ${batchSize}, ${steps} steps.`,
      `Depths learn at different speeds, so that they are compared where they have learned equally much: at the first measurement where the cross-entropy, averaged over ${observedEvery(parameters)} steps, is at most ${learnedShare} of that of chance, log ${BINS}.`,
    ],
  };
}
