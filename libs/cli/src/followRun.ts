import { orchestratorV1 } from '@oblique/contracts';
import { fetchArtifact, readDigest, ServiceError, type Reason } from '@oblique/service';
import { randomUUID } from 'node:crypto';
import { join, normalize, sep } from 'node:path';
import type { Connection } from './connection.js';
import type { Terminal } from './terminal.js';
import { checkOutput, writeOutput } from './writeOutput.js';

const { State } = orchestratorV1;

/** @throws OutputExistsError where the folder holds a report already. */
export function checkReportFolder(folder: string, force: boolean): void {
  checkOutput(join(folder, 'report.html'), force);
}

/** Shows how far a run is. */
export interface RunDisplay {
  update(run: orchestratorV1.Run): void;
  end(): void;
}

/** One bar for the whole run. */
function singleBar(terminal: Terminal): RunDisplay {
  return {
    update: ({ progress }) => {
      if (progress !== undefined) terminal.progress(progress);
    },
    end: () => {
      terminal.endProgress();
    },
  };
}

/** Starts a run, once, however often the request has to be sent; gives its id. */
export async function startRun(
  { orchestrator }: Connection,
  analysis: string,
  parameters: orchestratorV1.StartRunRequest['parameters'],
  signal: AbortSignal,
): Promise<string> {
  const { run } = await orchestrator.startRun({ analysis, parameters, requestId: randomUUID() }, { signal });
  if (run === undefined)
    throw new ServiceError('INTERNAL', 'The orchestrator started a run and did not say which.');
  return run.id;
}

/** How often a run is gone on with whose orchestrator died, without any step of it finishing in between. */
const MOST_RESUMPTIONS = 3;

/**
 * Follows a run to its end, showing how far it is; where the orchestrator dies, it is watched again, and gone on with.
 * Ctrl-C cancels the run; it can be resumed.
 * @throws ServiceError where it failed or was cancelled, or its orchestrator is gone for good.
 */
export async function followRun(
  connection: Connection,
  runId: string,
  terminal: Terminal,
  signal: AbortSignal,
  display: RunDisplay = singleBar(terminal),
): Promise<orchestratorV1.Run> {
  let resumptions = 0;
  let finished = 0;
  try {
    for (;;) {
      const run = await lastState(connection, runId, signal, display);
      if (run.state === State.STATE_SUCCEEDED) return run;
      const now = run.steps.filter(({ state }) => state === State.STATE_SUCCEEDED).length;
      resumptions = now > finished ? 0 : resumptions + 1;
      finished = now;
      if (run.state !== State.STATE_INTERRUPTED || resumptions > MOST_RESUMPTIONS) throw failureOf(run);
      terminal.note(`Run ${runId} was interrupted; going on with it …`);
      await resume(connection, runId, signal);
    }
  } catch (error) {
    const known = ServiceError.from(error);
    if (signal.aborted) {
      await connection.orchestrator.cancelRun({ runId }, { deadlineMs: 10_000 });
      throw new ServiceError('CANCELLED', `Run ${runId} was cancelled. ${goOnWith(runId)}`, { cause: error });
    }
    if (!LOST.has(known.reason)) throw known;
    const message = `${known.message}\nRun ${runId} is not lost: what it computed is kept. ${goOnWith(runId)}`;
    throw new ServiceError(known.reason, message, { cause: error });
  } finally {
    display.end();
  }
}

/** Reasons that tell of the services, not of the run. */
const LOST: ReadonlySet<Reason> = new Set<Reason>(['UNAVAILABLE', 'SERVICE_DIED', 'DEADLINE_EXCEEDED']);

/** Watches the run until nothing more happens to it. */
async function lastState(
  { orchestrator }: Connection,
  runId: string,
  signal: AbortSignal,
  display: RunDisplay,
): Promise<orchestratorV1.Run> {
  let last: orchestratorV1.Run | undefined;
  for await (const { run } of orchestrator.watchRun({ runId }, { signal, watch: true })) {
    last = run;
    if (run !== undefined) display.update(run);
  }
  if (last === undefined)
    throw new ServiceError('INTERNAL', `The orchestrator ended the watch of run ${runId} before the run.`);
  return last;
}

/** Goes on with the run; where the orchestrator has done so itself, all is well. */
async function resume({ orchestrator }: Connection, runId: string, signal: AbortSignal): Promise<void> {
  try {
    await orchestrator.resumeRun({ runId }, { signal, watch: true });
  } catch (error) {
    const known = ServiceError.from(error);
    if (known.reason !== 'RUN_NOT_RESUMABLE') throw known;
  }
}

function failureOf({ id, state, error, steps }: orchestratorV1.Run): ServiceError {
  const failed = steps.filter((step) => step.error !== '').map((step) => `  ${step.id}: ${step.error}`);
  return new ServiceError(
    state === State.STATE_CANCELLED ? 'CANCELLED' : 'INTERNAL',
    [`Run ${id} did not succeed: ${error}`, ...failed, goOnWith(id)].join('\n'),
  );
}

function goOnWith(runId: string): string {
  return `Go on with: oblique runs resume ${runId} --out FOLDER`;
}

/** Writes the files of a run's report into a folder. */
export async function writeReport(
  connection: Connection,
  run: orchestratorV1.Run,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  for await (const [path, bytes] of reportFiles(connection, run, signal)) {
    const relative = normalize(path);
    if (relative.startsWith('..') || relative.startsWith(sep))
      throw new ServiceError('INTERNAL', `The report has a file outside its folder: ${path}`);
    await writeOutput(join(folder, relative), bytes);
  }
}

/** The files of a run's report by path, as it has them. */
export async function* reportFiles(
  connection: Connection,
  run: orchestratorV1.Run,
  signal: AbortSignal,
): AsyncGenerator<[path: string, bytes: Uint8Array], void> {
  for (const { path, artifact } of run.report) {
    const digest = readDigest(artifact?.digest ?? '', path);
    yield [path, await fetchArtifact(connection.artifacts('orchestrator'), digest, { signal })];
  }
}
