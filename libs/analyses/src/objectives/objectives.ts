import { z } from 'zod';
import {
  type Analysis,
  describeParameters,
  type Plan,
  readParameters,
  type Services,
  trainStep,
} from '@oblique/study';
import { cohortsOf } from './cohort.js';
import { OBJECTIVES } from './objective.js';
import { objectivesFindings } from './objectivesFindings.js';
import {
  declaredObjectivesParameters,
  objectivesParameters,
  type ObjectivesParameters,
} from './objectivesParameters.js';
import { trainingSpec } from './trainingSpec.js';

const NAME = 'objectives';

/** Beyond the paper: does sensitivity follow the images whatever is learned from them? */
export const objectives: Analysis = {
  name: NAME,
  title: 'Supervised and self-supervised objectives on the same images',
  description:
    'Trains a network to classify, to give back and to contrast the same scenes, in a natural world and in one with its ' +
    'prior turned, and measures whether sensitivity to orientation follows the images for each objective.',
  parameters: describeParameters(declaredObjectivesParameters),
  prepare: (given) => {
    const parameters = readParameters(NAME, objectivesParameters, given);
    return {
      parameters: z.record(z.string(), z.json()).parse(parameters),
      check: () => Promise.resolve(),
      plan: (services) => plan(parameters, services),
    };
  },
};

function plan(parameters: ObjectivesParameters, services: Services): Plan {
  const cohorts = cohortsOf(parameters);
  const steps = cohorts.flatMap(({ objective, members }) =>
    members.flat().map(({ world, seed, step: id }) =>
      trainStep(
        {
          id,
          description: `training ${OBJECTIVES[objective].label}, ${world.label}, seed ${seed}`,
          spec: () => trainingSpec(parameters, objective, world, seed),
          cost: (parameters.steps * parameters.batchSize) / 560,
        },
        services,
      ),
    ),
  );
  return { steps, findings: (context) => objectivesFindings(parameters, cohorts, context) };
}
