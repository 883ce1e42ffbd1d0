import { trainingV1 } from '@oblique/contracts';
import type { Step } from '@oblique/workflow';
import type { Plan, Services } from '@oblique/study';
import { cohortsOf } from './cohort.js';
import { memberTraining } from './memberTraining.js';
import { trainedFindings, type TrainedQuestion } from './trainedFindings.js';
import { formOf, type TrainedParameters } from './trainedParameters.js';

/** One training a network, task, world and seed. */
export function trainedPlan<Parameters extends TrainedParameters>(
  question: TrainedQuestion,
  parameters: Parameters,
  observationsOf: (parameters: Parameters, sizePixels: number) => trainingV1.Observation[],
  services: Services,
): Plan {
  const cohorts = cohortsOf(parameters, question.variable);
  const trainings = cohorts.flatMap((cohort): Step[] => {
    const observations = observationsOf(parameters, formOf(parameters, cohort.network).sizePixels);
    return cohort.members
      .flat()
      .map((member) => memberTraining(parameters, question.variable, cohort, member, observations, services));
  });
  return { steps: trainings, findings: (context) => trainedFindings(question, parameters, cohorts, context) };
}
