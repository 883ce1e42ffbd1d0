import os from 'node:os';
import type { ReportNetwork } from '@oblique/report';
import type { ArtifactStore } from '@oblique/artifacts';
import type { NeededSteps, Step } from '@oblique/workflow';
import { z } from 'zod';
import type { RunContext } from '../analysis.js';
import { provenanceOf } from '../provenanceOf.js';
import { storeReport } from '../reportFiles.js';
import { readTrainValue } from '../steps/trainStep.js';
import type { Cohort } from './cohort.js';
import { cohortFigures, comparingFigures } from './cohortFigures.js';
import { learningFigure, type LearningCohort } from './learningFigure.js';
import { readLearnedSensitivity } from './learnedSensitivity.js';
import { methodsOf } from './methods.js';
import { TASK_WORDS } from './task.js';
import { cohortClaims, poolingAfterTraining, type MeasuredCohort } from './trainedClaims.js';
import { formOf, type TrainedParameters } from './trainedParameters.js';
import type { TurnedVariable } from './turnedVariable.js';

export const REPORT = 'report';

/** What one of the two analyses asks. */
export interface TrainedQuestion {
  readonly analysis: string;
  readonly title: string;
  /** The paper's figure, e.g. "SI Fig. 1b". */
  readonly figure: string;
  readonly variable: TurnedVariable;
}

/** The report of a run. It tells when it ran, so it is built anew for every run, from results that are not. */
export function trainedReport(
  question: TrainedQuestion,
  parameters: TrainedParameters,
  cohorts: readonly Cohort[],
  run: RunContext,
): Omit<Step, 'needs'> {
  const { analysis, title, figure, variable } = question;
  const recorded = z.record(z.string(), z.json()).parse(parameters);
  return {
    id: REPORT,
    description: 'writing the report',
    step: 'orchestrator.report',
    version: '1',
    parameters: recorded,
    cost: 1,
    volatile: true,
    run: async ({ store, needed, signal }) => {
      const measured = await Promise.all(
        cohorts.map((cohort) => measuredCohort(cohort, variable, needed, store)),
      );
      const learned = await Promise.all(cohorts.map((cohort) => learningCohort(cohort, needed, store)));
      signal.throwIfAborted();
      const ofCohorts = await Promise.all(
        measured.map((cohort) => cohortFigures(cohort, parameters, variable, figure)),
      );
      const figures = [
        ...ofCohorts.flat(),
        ...(await comparingFigures(measured, parameters, variable)),
        ...(parameters.heldOut > 0 ? [await learningFigure(learned, parameters)] : []),
      ];
      const claims = [
        ...measured.flatMap((cohort) => cohortClaims(cohort, parameters, variable)),
        ...poolingClaims(measured, parameters, variable),
      ];
      signal.throwIfAborted();
      const digests = new Set(figures.flatMap(({ provenance }) => provenance));
      const used = cohorts.flatMap(({ members }) =>
        members.flat().map((member) => needed.value(member.trainStep, readTrainValue)),
      );
      return storeReport(store, {
        title,
        analysis,
        summary: summaryOf(parameters, cohorts),
        protocol: parameters.protocol,
        parameters: recorded,
        seeds: { trainings: parameters.seeds },
        networks: cohorts.map((cohort) => networkOf(cohort, parameters, needed)),
        claims,
        figures,
        methods: methodsOf(parameters, variable),
        provenance: await provenanceOf(store, digests),
        versions: {
          executor: [...new Set(used.map(({ executor }) => executor))].join(', '),
          device: [...new Set(used.map(({ device }) => device))].join(', '),
          node: process.versions.node,
        },
        hardware: {
          'processor of the orchestrator': `${os.cpus()[0]?.model.trim() ?? 'unknown'}, ${os.cpus().length} cores`,
          memory: `${Math.round(os.totalmem() / 2 ** 30)} GiB`,
          platform: `${os.platform()} ${os.arch()}`,
        },
        startedAt: run.startedAt,
        durationSeconds: Math.max(0, (Date.now() - Date.parse(run.startedAt)) / 1000),
        runId: run.id,
      });
    },
  };
}

async function measuredCohort(
  cohort: Cohort,
  { name }: TurnedVariable,
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
  return {
    cohort,
    trainings,
    provenance: cohort.members.flat().map(({ trainStep }) => digestOf(trainStep)),
  };
}

async function learningCohort(
  cohort: Cohort,
  needed: NeededSteps,
  store: ArtifactStore,
): Promise<LearningCohort> {
  const digestOf = (step: string) => needed.result(step, 'metrics.npz').digest;
  const metrics = await Promise.all(
    cohort.members.map((world) => Promise.all(world.map(({ trainStep }) => store.get(digestOf(trainStep))))),
  );
  return { cohort, metrics, provenance: cohort.members.flat().map(({ trainStep }) => digestOf(trainStep)) };
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
