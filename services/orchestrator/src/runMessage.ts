import type { Json } from '@oblique/artifacts';
import { orchestratorV1, type progressV1 } from '@oblique/contracts';
import type { ReportFile } from '@oblique/study';
import type { Progress, RunStatus, StepStatus } from '@oblique/workflow';
import { ServiceError } from '@oblique/service';
import { z } from 'zod';

/** A run as the contract has it: what clients are sent and what is kept in the store. */
export type Run = orchestratorV1.Run;
export const { State } = orchestratorV1;

/** Whether nothing more will happen to the run unless somebody asks for it. */
export function hasEnded({ state }: Run): boolean {
  return state !== State.STATE_RUNNING && state !== State.STATE_PENDING;
}

export function newRun(id: string, analysis: string, parameters: Json, created: Date): Run {
  return {
    id,
    analysis,
    parameters: plainObject(parameters),
    state: State.STATE_RUNNING,
    created,
    finished: undefined,
    steps: [],
    progress: undefined,
    error: '',
    report: [],
  };
}

/** The run with what the workflow engine says of it. */
export function withStatus(run: Run, status: RunStatus): Run {
  return {
    ...run,
    steps: status.steps.map(stepMessage),
    progress: progressMessage(status.progress),
    error: status.error ?? '',
  };
}

export function withReport(run: Run, files: readonly ReportFile[]): Run {
  return { ...run, report: files.map(({ path, artifact }) => ({ path, artifact: { ...artifact } })) };
}

/** As JSON, for the store. */
export function runJson(run: Run): Json {
  return z.json().parse(orchestratorV1.Run.toJSON(run));
}

export function runFromJson(json: Json): Run {
  return orchestratorV1.Run.fromJSON(json);
}

/**
 * Parameters as they came in a request.
 * @throws ServiceError INVALID_ARGUMENT where they hold what JSON cannot, such as NaN.
 */
export function parametersOf(parameters: unknown): Json {
  const read = z.json().safeParse(parameters ?? {});
  if (read.success) return read.data;
  throw new ServiceError(
    'INVALID_ARGUMENT',
    'The parameters hold a value that JSON cannot, such as NaN or an infinity.',
    {
      field: 'parameters',
      cause: read.error,
    },
  );
}

/** e.g. "STATE_SUCCEEDED". */
export function stateName({ state }: Run): string {
  return orchestratorV1.stateToJSON(state);
}

const STEP_STATES = {
  pending: State.STATE_PENDING,
  running: State.STATE_RUNNING,
  succeeded: State.STATE_SUCCEEDED,
  failed: State.STATE_FAILED,
  cancelled: State.STATE_CANCELLED,
} as const;

function stepMessage(step: StepStatus): orchestratorV1.Step {
  return {
    id: step.id,
    description: step.description,
    state: STEP_STATES[step.state],
    progress: step.progress && progressMessage(step.progress),
    cached: step.cached,
    seconds: step.seconds,
    error: step.error ?? '',
    results: step.results.map((ref) => ({ ...ref })),
  };
}

function progressMessage(progress: Progress): progressV1.Progress {
  const { stage, done, total, unit, ratePerSecond, secondsLeft } = progress;
  return { stage, done: Math.round(done), total: Math.round(total), unit, ratePerSecond, secondsLeft };
}

function plainObject(json: Json): Record<string, Json> {
  if (typeof json !== 'object' || json === null || isArray(json)) return {};
  return { ...json };
}

function isArray(json: Json): json is readonly Json[] {
  return Array.isArray(json);
}
