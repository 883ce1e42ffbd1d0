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
import { linearDataset } from './linearDataset.js';
import { linearFindings } from './linearFindings.js';
import { declaredLinearParameters, linearParameters, type LinearParameters } from './linearParameters.js';
import { COMPONENTS, PATCHES, runsOf, trainingStep } from './training.js';

const NAME = 'linear';

/** Fig. 5 and SI Fig. 2: in which order linear networks learn, beside what theory says. */
export const linear: Analysis = {
  name: NAME,
  title: 'Linear networks',
  description:
    'Linear autoencoders of image patches (Fig. 5, SI Fig. 2): in which order principal components are learned, ' +
    'sensitivity to spatial frequency and acuity while they learn, beside the closed forms of the theory.',
  parameters: describeParameters(declaredLinearParameters),
  prepare: (given) => {
    const parameters = readParameters(NAME, linearParameters, given);
    return {
      parameters: z.record(z.string(), z.json()).parse(parameters),
      // A dataset is looked for by the step that reads it.
      check: () => Promise.resolve(),
      plan: (services) => plan(parameters, services),
    };
  },
};

function plan(parameters: LinearParameters, services: Services): Plan {
  const { patches, sizePixels, patchSeed } = parameters;
  const dataset = linearDataset(parameters);
  const steps = [
    patchesStep({ id: PATCHES, dataset, count: patches, sizePixels, seed: patchSeed }, services),
    componentsStep(COMPONENTS, PATCHES, services),
    ...runsOf(parameters).map((each) => trainingStep(each, parameters, services)),
  ];
  return { steps, findings: (context) => linearFindings(parameters, context) };
}
