import type { trainingV1 } from '@oblique/contracts';
import type { Step } from '@oblique/workflow';
import { type Services, trainStep } from '@oblique/study';
import type { Cohort, Member } from './cohort.js';
import type { TrainedParameters } from './trainedParameters.js';
import { trainingSpec } from './trainingSpec.js';
import type { TurnedVariable } from './turnedVariable.js';

/** The step that trains a member of a cohort, with the sensitivity that is measured meanwhile. */
export function memberTraining(
  parameters: TrainedParameters,
  variable: TurnedVariable,
  { network, task }: Pick<Cohort, 'network' | 'task'>,
  { world, seed, trainStep: id }: Member,
  observations: trainingV1.Observation[],
  services: Services,
): Step {
  return trainStep(
    {
      id,
      description: id.replace(/^train/, 'training'),
      spec: () => trainingSpec(parameters, variable, { network, task, world, seed }, observations),
      cost: (parameters.steps * parameters.batchSize) / 560,
    },
    services,
  );
}
