import type { Findings, FindingsContext } from '@oblique/study';
import { gridMethods } from '../gratings-grid/gridMethods.js';
import { gridNetwork, readVariant } from '../gratings-grid/gratingsGrid.js';
import { ratesOf, type LearnedRate } from './rates.js';
import { trainingLengthClaims } from './trainingLengthClaims.js';
import { trainingLengthFigures } from './trainingLengthFigures.js';
import type { TrainingLengthParameters } from './trainingLengthParameters.js';

/** What networks that learned for long say. */
export async function trainingLengthFindings(
  parameters: TrainingLengthParameters,
  { store, needed }: FindingsContext,
): Promise<Findings> {
  const { seeds, learningRates, batchSize, steps, initialScale } = parameters;
  const rates = await Promise.all(
    ratesOf(parameters).map(async (rate): Promise<LearnedRate> => ({
      rate,
      learned: await readVariant(rate, needed, store),
    })),
  );
  return {
    summary: `Beyond the paper: one network learns to tell gratings for long. Is the preference for frequent orientations a child of finite training, and does it go away?`,
    seeds: { trainings: seeds },
    networks: rates.map(({ rate }) => gridNetwork(rate, needed)),
    claims: trainingLengthClaims(rates, parameters),
    figures: await trainingLengthFigures(rates, parameters),
    methods: [
      ...gridMethods(parameters),
      `Initial weights are ${initialScale} times PyTorch's default; batches of ${batchSize}; learning rates ${learningRates.join(', ')}, constant, each trained for the time of ${steps} steps at the first.`,
      'Where the preference peaks is chosen for each seed as the step of the greatest mean over the other seeds, so that noise is not taken for a peak; only its share of log time (TL.3) is read from the seed itself.',
    ],
  };
}
