import { openStore } from '@oblique/artifacts';
import { ServiceError, UsageError } from '@oblique/service';
import {
  alone,
  connectServices,
  InvalidParametersError,
  planRun,
  readReportFiles,
  type Analysis,
  type PreparedRun,
} from '@oblique/study';
import { WorkflowEngine } from '@oblique/workflow';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { storeLocation, type Connection, type ConnectionOptions } from './connection.js';
import type { Terminal } from './terminal.js';
import { writeOutput } from './writeOutput.js';

/**
 * Runs a study of the user's own and writes its report: it is planned here, over the services and their store, so that
 * no service loads the code of others. Steps that are done are not computed again.
 * @throws UsageError where a parameter is wrong, ServiceError where a step failed or the run was interrupted
 */
export async function runStudy(
  analysis: Analysis,
  parameters: Readonly<Record<string, unknown>>,
  folder: string,
  { connection, options, terminal, signal }: StudyRun,
): Promise<void> {
  const runnable = alone(analysis);
  const services = connectServices({
    serving: connection.endpoint('serving'),
    stimulus: connection.endpoint('stimulus'),
    statistics: connection.endpoint('statistics'),
    training: connection.endpoint('training'),
  });
  try {
    const prepared = prepareStudy(analysis, parameters);
    await asUsage(() => prepared.check(services, signal));
    const run = { id: `study-${randomUUID()}`, startedAt: new Date().toISOString() };
    const { steps, reportStep } = planRun(runnable, prepared, services, run);
    const store = await openStore(storeLocation(options));
    const { status, results, failure } = await new WorkflowEngine({ store }).run(steps, {
      signal,
      onChange: ({ progress }) => terminal.progress({ secondsLeft: undefined, ...progress }),
    });
    terminal.endProgress();
    if (status.state === 'cancelled')
      throw new ServiceError('CANCELLED', 'The study was interrupted. The same command goes on with it.');
    if (failure !== undefined) throw failure.error;
    for (const { path, artifact } of readReportFiles(results.get(reportStep)?.value))
      await writeOutput(join(folder, path), await store.get(artifact.digest));
  } finally {
    services.close();
  }
}

/** What a study is run with. */
export interface StudyRun {
  readonly connection: Connection;
  readonly options: ConnectionOptions;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** Reads the parameters of a study. @throws UsageError naming everything that is wrong */
export function prepareStudy(analysis: Analysis, parameters: Readonly<Record<string, unknown>>): PreparedRun {
  try {
    return alone(analysis).prepare(z.json().parse(parameters));
  } catch (error) {
    throw usageOf(error);
  }
}

async function asUsage(check: () => Promise<void>): Promise<void> {
  try {
    await check();
  } catch (error) {
    throw usageOf(error);
  }
}

function usageOf(error: unknown): unknown {
  return error instanceof InvalidParametersError ? new UsageError(error.message, { cause: error }) : error;
}
