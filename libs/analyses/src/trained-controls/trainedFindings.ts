import type { ReportNetwork } from '@oblique/report';
import type { ArtifactStore } from '@oblique/artifacts';
import type { NeededSteps } from '@oblique/workflow';
import type { Findings, FindingsContext } from '@oblique/study';
import type { Cohort } from './cohort.js';
import { cohortFigures, comparingFigures } from './cohortFigures.js';
import { readHeldOutAccuracy } from './heldOutAccuracy.js';
import { declaredPlace } from './judgement.js';
import { learnedOf } from './learned.js';
import { learningFigure, type LearningCohort } from './learningFigure.js';
import { readLearnedSensitivity } from './learnedSensitivity.js';
import { methodsOf } from './methods.js';
import { TASK_WORDS } from './task.js';
import { cohortClaims, poolingAfterTraining, type MeasuredCohort } from './trainedClaims.js';
import { formOf, type TrainedParameters } from './trainedParameters.js';
import type { TurnedVariable } from './turnedVariable.js';

/** What one of the two analyses asks. */
export interface TrainedQuestion {
  /** The paper's figure, e.g. "SI Fig. 1b". */
  readonly figure: string;
  readonly variable: TurnedVariable;
  /** Whether claims are judged on an observation; it is drawn in any case. */
  readonly isJudged: (observation: string) => boolean;
}

/** What the trained networks say of turned worlds. */
export async function trainedFindings(
  question: TrainedQuestion,
  parameters: TrainedParameters,
  cohorts: readonly Cohort[],
  { store, needed, signal }: FindingsContext,
): Promise<Findings> {
  const { figure, variable } = question;
  const learning = await Promise.all(cohorts.map((cohort) => learningCohort(cohort, needed, store)));
  const measured = await Promise.all(
    learning.map((cohort) => measuredCohort(cohort, question, parameters, needed, store)),
  );
  signal.throwIfAborted();
  const ofCohorts = await Promise.all(
    measured.map((cohort) => cohortFigures(cohort, parameters, variable, figure)),
  );
  return {
    summary: summaryOf(parameters, cohorts),
    seeds: { trainings: parameters.seeds },
    networks: cohorts.map((cohort) => networkOf(cohort, parameters, needed)),
    claims: [
      ...measured.flatMap((cohort) => cohortClaims(cohort, parameters, variable)),
      ...poolingClaims(measured, parameters, variable),
    ],
    figures: [
      ...ofCohorts.flat(),
      ...(await comparingFigures(measured, parameters, variable)),
      ...(parameters.heldOut > 0 ? [await learningFigure(learning, parameters, variable)] : []),
    ],
    methods: methodsOf(parameters, variable),
  };
}

async function measuredCohort(
  { cohort, accuracies }: LearningCohort,
  { variable: { name }, isJudged }: TrainedQuestion,
  { judgedFrom, twinAccuracy, confidence }: TrainedParameters,
  needed: NeededSteps,
  store: ArtifactStore,
): Promise<MeasuredCohort> {
  const digestOf = (step: string) => needed.result(step, 'observations.npz').digest;
  const trainings = await Promise.all(
    cohort.members.map((world) =>
      Promise.all(
        world.map(async ({ trainStep }) =>
          readLearnedSensitivity(await store.get(digestOf(trainStep)), name),
        ),
      ),
    ),
  );
  const first = trainings[0]?.[0];
  if (first === undefined) throw new Error(`Nothing was trained for ${cohort.label}.`);
  return {
    cohort,
    trainings,
    place: declaredPlace(first, judgedFrom, isJudged),
    learned: learnedOf(cohort.task, accuracies, twinAccuracy ?? undefined, confidence),
    provenance: cohort.members.flat().map(({ trainStep }) => digestOf(trainStep)),
  };
}

async function learningCohort(
  cohort: Cohort,
  needed: NeededSteps,
  store: ArtifactStore,
): Promise<LearningCohort> {
  const digestOf = (step: string) => needed.result(step, 'metrics.npz').digest;
  const accuracies = await Promise.all(
    cohort.members.map((world) =>
      Promise.all(
        world.map(async ({ trainStep }) => readHeldOutAccuracy(await store.get(digestOf(trainStep)))),
      ),
    ),
  );
  return {
    cohort,
    accuracies,
    provenance: cohort.members.flat().map(({ trainStep }) => digestOf(trainStep)),
  };
}

/** SI Fig. 1c after training, where AlexNet was trained with overlapping pooling and in another form. */
function poolingClaims(
  measured: readonly MeasuredCohort[],
  parameters: TrainedParameters,
  variable: TurnedVariable,
) {
  if (variable.name !== 'orientation') return [];
  const overlapping = measured.filter(({ cohort }) => cohort.network === 'alexnet');
  return overlapping.flatMap((one) =>
    measured
      .filter(({ cohort: { network, task } }) => network.startsWith('alexnet_') && task === one.cohort.task)
      .flatMap((other) => poolingAfterTraining(one, other, parameters, variable)),
  );
}

function summaryOf(
  { dataset, steps, seeds, turnsDeg }: TrainedParameters,
  cohorts: readonly Cohort[],
): string {
  const images = dataset === 'scenes' ? 'the embedded scenes, a synthetic world' : dataset;
  const what = cohorts.map(({ network, task }) => `${network} to tell ${TASK_WORDS[task]}`).join('; ');
  return (
    `Networks trained for ${steps} steps on ${images}, from equal initial weights in worlds turned by ` +
    `${turnsDeg.join('°, ')}°, ${seeds.length} seeds each: ${what}. Does sensitivity follow the world?`
  );
}

function networkOf(cohort: Cohort, parameters: TrainedParameters, needed: NeededSteps): ReportNetwork {
  const { network, task, label, members } = cohort;
  const { width, sizePixels } = formOf(parameters, network);
  const [first] = members.flat();
  return {
    name: label,
    origin: 'trained',
    description:
      `${network} of width ${width}, images of ${sizePixels} pixels, trained for ${parameters.steps} steps to tell ` +
      `${TASK_WORDS[task]}${parameters.dataset === 'scenes' ? ' (synthetic scenes)' : ''}; seeds ${parameters.seeds.join(', ')}, ${members.length} worlds. The digest is of the first.`,
    ...(first === undefined ? {} : { digest: needed.result(first.trainStep, 'model.onnx').digest }),
  };
}
