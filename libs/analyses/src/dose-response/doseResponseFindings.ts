import type { Findings, FindingsContext } from '@oblique/study';
import { gridMethods } from '../gratings-grid/gridMethods.js';
import { gridNetwork, readLayers } from '../gratings-grid/gratingsGrid.js';
import { doseResponseClaims } from './doseResponseClaims.js';
import { doseResponseFigures } from './doseResponseFigures.js';
import type { DoseResponseParameters } from './doseResponseParameters.js';
import { dosesOf, LAYERS, type LearnedDose } from './doses.js';

/** What networks that learned from priors of different steepness say. */
export async function doseResponseFindings(
  parameters: DoseResponseParameters,
  { store, needed }: FindingsContext,
): Promise<Findings> {
  const { seeds, learningRate, batchSize, steps, steepnesses } = parameters;
  const doses = await Promise.all(
    dosesOf(parameters).map(async (dose): Promise<LearnedDose> => {
      const byLayer = await readLayers(dose, LAYERS, needed, store);
      return { dose, byLayer, learned: byLayer[0] ?? [] };
    }),
  );
  return {
    summary: `Beyond the paper: one network learns to tell gratings from ${steepnesses.length} priors over orientation, from turned around over flat to steep. How much preference does how much frequency make?`,
    seeds: { trainings: seeds },
    networks: doses.map(({ dose }) => gridNetwork(dose, needed)),
    claims: doseResponseClaims(doses, parameters),
    figures: await doseResponseFigures(doses, parameters),
    methods: [
      ...gridMethods(parameters),
      `The priors are p = (1 + s cos 2(θ − 90°))/π with s = ${steepnesses.join(', ')}; 0.5 is that of Fig. 6c, and −s is s turned by 90°. Batches of ${batchSize}, ${steps} steps at the learning rate ${learningRate}.`,
      'The power k is the slope of log D(90°)/D(0°) on log p(90°)/p(0°), both averaged over the same windows, over all priors of a seed. A gradient that is proportional to frequency gives √D ∝ p, hence k = 2, early in a linear network as well: k alone does not tell efficient coding from early learning; how it changes with time does.',
    ],
  };
}
