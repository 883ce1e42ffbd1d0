import { z } from 'zod';
import {
  type Analysis,
  componentsStep,
  describeParameters,
  patchesStep,
  type Plan,
  readParameters,
  type Services,
} from '@oblique/study';
import { linearDataset } from '../linear/linearDataset.js';
import { COMPONENTS, PATCHES, trainingStep } from '../linear/training.js';
import { checkNetworks } from '../orientation/condition.js';
import { errataFindings } from './errataFindings.js';
import { declaredErrataParameters, errataParameters, type ErrataParameters } from './errataParameters.js';
import { codeParameters, oneMatrixRuns } from './linearErrata.js';
import { networkSteps } from './measuredNetworks.js';

const NAME = 'errata';

/** Where the paper's text, its authors' code and its algebra disagree. */
export const errata: Analysis = {
  name: NAME,
  title: 'Errata: where text, code and algebra disagree',
  description:
    "What each reading gives where the text, the authors' code and the algebra of the paper disagree, and whether a " +
    'conclusion changes: finite differences, rates, acuity, eq. 11, the tied matrix, label noise, phases, normalisation.',
  parameters: describeParameters(declaredErrataParameters),
  prepare: (given) => {
    const parameters = readParameters(NAME, errataParameters, given);
    return {
      parameters: z.record(z.string(), z.json()).parse(parameters),
      check: (services, signal) => checkNetworks(NAME, parameters.networks, services, signal),
      plan: (services) => plan(parameters, services),
    };
  },
};

function plan(parameters: ErrataParameters, services: Services): Plan {
  const linear = codeParameters(parameters);
  const { patches, sizePixels, patchSeed } = linear;
  const steps = [
    ...networkSteps(parameters, services),
    patchesStep(
      { id: PATCHES, dataset: linearDataset(linear), count: patches, sizePixels, seed: patchSeed },
      services,
    ),
    componentsStep(COMPONENTS, PATCHES, services),
    ...oneMatrixRuns(linear).map((run) => trainingStep(run, linear, services)),
  ];
  return { steps, findings: (context) => errataFindings(parameters, context) };
}
