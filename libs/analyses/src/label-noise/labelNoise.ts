import { z } from 'zod';
import {
  type Analysis,
  describeParameters,
  type Plan,
  readParameters,
  renderStep,
  type Services,
  trainStep,
} from '@oblique/study';
import { cohortsOf } from './cohort.js';
import {
  declaredLabelNoiseParameters,
  labelNoiseParameters,
  type LabelNoiseParameters,
} from './labelNoiseParameters.js';
import { labelNoiseFindings } from './labelNoiseFindings.js';
import { RENDER, SHOWN_ORIENTATIONS_DEG, SHOWN_PHASES_DEG } from './stimuliFigure.js';
import { gratingStimulus, trainingSpec } from './trainingSpec.js';

const NAME = 'label-noise';

/** Fig. 6: does sensitivity follow how often an orientation occurs, or how much its labels tell? */
export const labelNoise: Analysis = {
  name: NAME,
  title: 'Frequency against information',
  description:
    'Sensitivity of a network that learns to tell orientations, some frequent, some with reliable labels (Fig. 6), with ' +
    'the control of erasure-balanced labels.',
  parameters: describeParameters(declaredLabelNoiseParameters),
  prepare: (given) => {
    const parameters = readParameters(NAME, labelNoiseParameters, given);
    return {
      parameters: z.record(z.string(), z.json()).parse(parameters),
      check: () => Promise.resolve(),
      plan: (services) => plan(parameters, services),
    };
  },
};

function plan(parameters: LabelNoiseParameters, services: Services): Plan {
  const cohorts = cohortsOf(parameters);
  const { width, batchSize, steps } = parameters;
  const trainings = cohorts.flatMap(({ condition, bins, members }) =>
    members.map(({ seed, trainStep: id }) =>
      trainStep(
        {
          id,
          description: `training ${condition.label}, ${bins} classes, seed ${seed}`,
          spec: () => trainingSpec(parameters, condition, bins, seed),
          cost: (steps * width * (batchSize + 100)) / 1000,
        },
        services,
      ),
    ),
  );
  const stimuli = renderStep(
    RENDER,
    gratingStimulus(),
    [
      { parameter: 'phase', values: SHOWN_PHASES_DEG },
      { parameter: 'orientation', values: SHOWN_ORIENTATIONS_DEG },
    ],
    'orientation',
    services,
  );
  return {
    steps: [stimuli, ...trainings],
    findings: (context) => labelNoiseFindings(parameters, cohorts, context),
  };
}
