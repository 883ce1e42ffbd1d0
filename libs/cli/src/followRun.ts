import { orchestratorV1 } from '@oblique/contracts';
import { fetchArtifact, readDigest, ServiceError } from '@oblique/service';
import { join, normalize, sep } from 'node:path';
import type { Connection } from './connection.js';
import type { Terminal } from './terminal.js';
import { checkOutput, writeOutput } from './writeOutput.js';

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

/**
 * Follows a run to its end, showing how far it is. Ctrl-C cancels the run; it can be resumed.
 * @throws ServiceError where it failed or was cancelled.
 */
export async function followRun(
  connection: Connection,
  runId: string,
  terminal: Terminal,
  signal: AbortSignal,
  display: RunDisplay = singleBar(terminal),
): Promise<orchestratorV1.Run> {
  let last: orchestratorV1.Run | undefined;
  try {
    for await (const { run } of connection.orchestrator.watchRun({ runId }, { signal })) {
      last = run;
      if (run !== undefined) display.update(run);
    }
  } catch (error) {
    if (signal.aborted) {
      await connection.orchestrator.cancelRun({ runId }, { deadlineMs: 10_000 });
      throw new ServiceError(
        'CANCELLED',
        `Run ${runId} was cancelled. Go on with: oblique runs resume ${runId} --out FOLDER`,
        { cause: error },
      );
    }
    throw error;
  } finally {
    display.end();
  }
  if (last?.state === orchestratorV1.State.STATE_SUCCEEDED) return last;
  const failed =
    last?.steps.filter(({ error }) => error !== '').map(({ id, error }) => `  ${id}: ${error}`) ?? [];
  throw new ServiceError(
    last?.state === orchestratorV1.State.STATE_CANCELLED ? 'CANCELLED' : 'INTERNAL',
    [
      `Run ${runId} did not succeed: ${last?.error ?? 'it ended without saying why'}`,
      ...failed,
      `Go on with: oblique runs resume ${runId} --out FOLDER`,
    ].join('\n'),
  );
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
    yield [path, await fetchArtifact(connection.endpoint('orchestrator'), digest, { signal })];
  }
}
