import type { Findings, FindingsContext } from '@oblique/study';
import { frequencyClaims, supervisedClaims } from './frequencyClaims.js';
import { acuityFigures, supervisedFigures, thresholdFigures } from './frequencyFigures.js';
import {
  alignedFigure,
  depthFigure,
  gapFigure,
  halfTimesFigure,
  learnedFigure,
  sharpnessFigure,
  shownResult,
  spectrumFigure,
} from './learningFigures.js';
import { linearClaims } from './linearClaims.js';
import { linearMethods } from './linearMethods.js';
import type { LinearParameters } from './linearParameters.js';
import { linearResults } from './linearResults.js';
import { gratingsFigure, patchesFigure } from './pictureFigures.js';
import { networksOf, oneMatrix } from './network.js';
import { learningRateOf } from './training.js';

/** What the trained linear networks say of Fig. 5 and SI Fig. 2. */
export async function linearFindings(
  parameters: LinearParameters,
  { store, needed }: FindingsContext,
): Promise<Findings> {
  const { seeds, patchSeed, dataset, patches, sizePixels } = parameters;
  const results = await linearResults(parameters, needed, store);
  const shown = shownResult(parameters, results);
  const oneMatrixRuns = results.filter(
    (each) => each.run.kind === 'main' && each.run.network === oneMatrix(parameters),
  );
  const data = dataset === 'scenes' ? 'scenes (synthetic)' : dataset;
  return {
    summary: `In which order linear autoencoders learn the principal components of ${patches} grey patches of ${sizePixels} × ${sizePixels} pixels from ${data}, and what they are sensitive to meanwhile, beside the closed forms of the theory (Fig. 5 a to c, e, f, h; SI Fig. 2).`,
    seeds: { networks: seeds, patches: patchSeed },
    networks: networksOf(parameters).map(({ label }) => ({
      name: label,
      origin: 'trained',
      description: `Trained in this run on ${data}.`,
    })),
    claims: [
      ...linearClaims(parameters, results),
      ...frequencyClaims(parameters, results),
      ...supervisedClaims(),
    ],
    figures: [
      await patchesFigure(needed, store),
      await spectrumFigure(shown),
      await learnedFigure(shown),
      await halfTimesFigure(parameters, results),
      ...(await gapFigure(parameters, results)),
      await alignedFigure(results),
      await depthFigure(parameters, results),
      await sharpnessFigure(parameters, results),
      await gratingsFigure(parameters),
      ...(await thresholdFigures(parameters, shown)),
      ...(await acuityFigures(parameters, oneMatrixRuns)),
      ...(await supervisedFigures()),
    ],
    methods: linearMethods(parameters, learningRateOf(parameters, needed)),
  };
}
