import type { NeededSteps, Step } from '@oblique/workflow';
import type { RunContext } from '../analysis.js';
import { hardware } from '../hardware.js';
import { provenanceOf } from '../provenanceOf.js';
import { storeReport } from '../reportFiles.js';
import { readTrainValue } from '../steps/trainStep.js';
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
import { networksOf, oneMatrix } from './network.js';
import { learningRateOf, runsOf } from './training.js';

export const REPORT = 'report';

/** The report of a run. It tells when it ran, so it is built anew for every run, from results that are not. */
export function linearReport(parameters: LinearParameters, run: RunContext): Omit<Step, 'needs'> {
  const { protocol, seeds, patchSeed, dataset, patches, sizePixels } = parameters;
  return {
    id: REPORT,
    description: 'writing the report',
    step: 'orchestrator.report',
    version: '1',
    parameters: { ...parameters },
    cost: 1,
    volatile: true,
    run: async ({ store, needed, signal }) => {
      const results = await linearResults(parameters, needed, store);
      const shown = shownResult(parameters, results);
      const oneMatrixRuns = results.filter(
        (each) => each.run.kind === 'main' && each.run.network === oneMatrix(parameters),
      );
      const claims = [
        ...linearClaims(parameters, results),
        ...frequencyClaims(parameters, results),
        ...supervisedClaims(),
      ];
      const figures = [
        await spectrumFigure(shown),
        await learnedFigure(shown),
        await halfTimesFigure(parameters, results),
        ...(await gapFigure(parameters, results)),
        await alignedFigure(results),
        await depthFigure(parameters, results),
        await sharpnessFigure(parameters, results),
        ...(await thresholdFigures(parameters, shown)),
        ...(await acuityFigures(parameters, oneMatrixRuns)),
        ...(await supervisedFigures()),
      ];
      signal.throwIfAborted();
      const digests = new Set(figures.flatMap(({ provenance }) => provenance));
      const data = dataset === 'scenes' ? 'scenes (synthetic)' : dataset;
      return storeReport(store, {
        title: 'Linear networks',
        analysis: 'linear',
        summary: `In which order linear autoencoders learn the principal components of ${patches} grey patches of ${sizePixels} × ${sizePixels} pixels from ${data}, and what they are sensitive to meanwhile, beside the closed forms of the theory (Fig. 5 b, c, f, h; SI Fig. 2).`,
        protocol,
        parameters: { ...parameters },
        seeds: { networks: seeds, patches: patchSeed },
        networks: networksOf(parameters).map(({ label }) => ({
          name: label,
          origin: 'trained',
          description: `Trained in this run on ${data}.`,
        })),
        claims,
        figures,
        methods: linearMethods(parameters, learningRateOf(parameters, needed)),
        provenance: await provenanceOf(store, digests),
        versions: { ...executorsOf(parameters, needed), node: process.versions.node },
        hardware: hardware(),
        startedAt: run.startedAt,
        durationSeconds: Math.max(0, (Date.now() - Date.parse(run.startedAt)) / 1000),
        runId: run.id,
      });
    },
  };
}

function executorsOf(parameters: LinearParameters, needed: NeededSteps): Record<string, string> {
  const used = runsOf(parameters).map(({ id }) => needed.value(id, readTrainValue));
  return {
    executor: [...new Set(used.map(({ executor }) => executor))].join(', '),
    device: [...new Set(used.map(({ device }) => device))].join(', '),
  };
}
