import { trainingV1 } from '@oblique/contracts';
import type { Step } from '@oblique/workflow';
import type { Plan } from '../analysis.js';
import type { Services } from '../services.js';
import { trainStep } from '../steps/trainStep.js';
import { cohortsOf } from './cohort.js';
import { trainedFindings, type TrainedQuestion } from './trainedFindings.js';
import { formOf, type TrainedParameters } from './trainedParameters.js';
import { trainingSpec } from './trainingSpec.js';

/** One training a network, task, world and seed. */
export function trainedPlan<Parameters extends TrainedParameters>(
  question: TrainedQuestion,
  parameters: Parameters,
  observationsOf: (parameters: Parameters, sizePixels: number) => trainingV1.Observation[],
  services: Services,
): Plan {
  const cohorts = cohortsOf(parameters, question.variable);
  const trainings = cohorts.flatMap(({ network, task, members }): Step[] => {
    const observations = observationsOf(parameters, formOf(parameters, network).sizePixels);
    return members.flat().map(({ world, seed, trainStep: id }) =>
      trainStep(
        {
          id,
          description: id.replace(/^train/, 'training'),
          spec: () =>
            trainingSpec(parameters, question.variable, { network, task, world, seed }, observations),
          cost: (parameters.steps * parameters.batchSize) / 10_000,
        },
        services,
      ),
    );
  });
  return { steps: trainings, findings: (context) => trainedFindings(question, parameters, cohorts, context) };
}
