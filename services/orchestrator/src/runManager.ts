import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { RUNNABLES } from '@oblique/analyses';
import type { ArtifactStore, Json } from '@oblique/artifacts';
import type { orchestratorV1 } from '@oblique/contracts';
import { countDeath, MOST_DEATHS_IN_PLACE, ServiceError, thisOwner } from '@oblique/service';
import {
  InvalidParametersError,
  planRun,
  readReportFiles,
  type PreparedRun,
  type Runnable,
  type Services,
} from '@oblique/study';
import { WorkflowEngine, type RunOutcome } from '@oblique/workflow';
import { ActiveRun } from './activeRun.js';
import type { Logger } from './logger.js';
import {
  hasEnded,
  newRun,
  parametersOf,
  State,
  stateName,
  withReport,
  withStatus,
  type Run,
} from './runMessage.js';
import { interrupted, newRunId, RunRecords } from './runRecords.js';

/** How often a run of another orchestrator is looked up while it is watched. */
const POLL_MS = 1000;

export interface RunManagerOptions {
  readonly store: ArtifactStore;
  readonly services: Services;
  /** Steps that run at once, over all runs. */
  readonly concurrentSteps: number;
  readonly log: Logger;
}

/** Starts runs, goes on with them and knows how they stand. */
export class RunManager {
  readonly #store: ArtifactStore;
  readonly #services: Services;
  readonly #engine: WorkflowEngine;
  readonly #records: RunRecords;
  readonly #log: Logger;
  readonly #active = new Map<string, { active: ActiveRun; over: Promise<void> }>();
  #stopping = false;

  constructor({ store, services, concurrentSteps, log }: RunManagerOptions) {
    this.#store = store;
    this.#services = services;
    this.#engine = new WorkflowEngine({ store, concurrency: concurrentSteps });
    this.#records = new RunRecords(store, thisOwner());
    this.#log = log;
  }

  /**
   * Starts a run, which then goes on by itself; where this request has started one already, it gives that.
   * @throws ServiceError UNKNOWN_ANALYSIS, or INVALID_ARGUMENT naming every parameter that is wrong.
   */
  async start(
    { analysis, parameters, requestId }: orchestratorV1.StartRunRequest,
    signal: AbortSignal,
  ): Promise<Run> {
    const runnable = findRunnable(analysis);
    if (!/^[\w-]{0,64}$/.test(requestId))
      throw new ServiceError(
        'INVALID_ARGUMENT',
        `request_id = ${JSON.stringify(requestId.slice(0, 80))}; give up to 64 letters, digits and dashes, such as a UUID.`,
        { field: 'request_id' },
      );
    const prepared = await this.#prepare(runnable, parametersOf(parameters), signal);
    const created = new Date();
    const id = newRunId(created, randomBytes(4).toString('hex'));
    const known = requestId === '' ? id : await this.#records.idOfRequest(requestId, id);
    const earlier = this.#active.get(known)?.active.run ?? (await this.#records.find(known));
    // A request whose run is not there was interrupted between the two: it starts the run now.
    if (earlier !== undefined) return earlier;
    return this.#go(newRun(known, analysis, prepared.parameters, created), runnable, prepared);
  }

  /**
   * Goes on with a run that was cancelled, failed or interrupted.
   * @throws ServiceError UNKNOWN_RUN, or RUN_NOT_RESUMABLE where it is still going on or has succeeded.
   */
  async resume(id: string, signal: AbortSignal): Promise<Run> {
    const run = await this.get(id);
    const why = !hasEnded(run)
      ? 'is still going on'
      : run.state === State.STATE_SUCCEEDED
        ? 'has succeeded'
        : undefined;
    if (why !== undefined)
      throw new ServiceError('RUN_NOT_RESUMABLE', `Run ${id} ${why}: there is nothing to resume.`);
    const runnable = findRunnable(run.analysis);
    const prepared = await this.#prepare(runnable, parametersOf(run.parameters), signal);
    if (this.#active.has(id))
      throw new ServiceError('RUN_NOT_RESUMABLE', `Run ${id} is being resumed already.`);
    const { created = new Date() } = run;
    return this.#go(newRun(id, run.analysis, prepared.parameters, created), runnable, prepared);
  }

  /** Stops a run and gives how it then stands; one that has ended stays as it is. */
  async cancel(id: string, signal: AbortSignal): Promise<Run> {
    const mine = this.#active.get(id)?.active;
    if (mine !== undefined) {
      mine.abort('cancelled');
      return mine.ended(signal);
    }
    const run = await this.get(id);
    if (!hasEnded(run)) {
      throw new ServiceError(
        'UNAVAILABLE',
        `Run ${id} goes on in another orchestrator over the same store: cancel it there.`,
      );
    }
    if (run.state !== State.STATE_INTERRUPTED) return run;
    const cancelled = { ...run, state: State.STATE_CANCELLED, finished: new Date(), error: '' };
    await this.#records.save(cancelled);
    return cancelled;
  }

  /** @throws ServiceError UNKNOWN_RUN */
  async get(id: string): Promise<Run> {
    const run = this.#active.get(id)?.active.run ?? (await this.#records.find(id));
    if (run === undefined) {
      throw new ServiceError(
        'UNKNOWN_RUN',
        `There is no run ${JSON.stringify(id)}; list the runs to see those there are.`,
        {
          field: 'run_id',
        },
      );
    }
    return run;
  }

  /** All runs, newest first, and the records that cannot be read. */
  async list(): Promise<Pick<Awaited<ReturnType<RunRecords['list']>>, 'runs' | 'broken'>> {
    const { runs, broken } = await this.#records.list();
    return { runs: runs.map((run) => this.#active.get(run.id)?.active.run ?? run), broken };
  }

  /** The run's states until it has ended. A run of another orchestrator is looked up now and then. */
  async *watch(id: string, signal: AbortSignal): AsyncGenerator<Run, void> {
    const mine = this.#active.get(id)?.active;
    if (mine !== undefined) return yield* mine.watch(signal);
    for (;;) {
      const run = await this.get(id);
      yield run;
      if (hasEnded(run)) return;
      await delay(POLL_MS, undefined, { signal });
    }
  }

  /** Writes down which runs died with an earlier process, and gives the ids of those that have not died too often. */
  async recover(): Promise<string[]> {
    const ids: string[] = [];
    const { orphans, broken } = await this.#records.list();
    for (const { name, reason } of broken) this.#log.warn({ run: name, reason }, 'a run cannot be read');
    for (const run of orphans) {
      await this.#records.save(run);
      const done = run.steps.filter(({ state }) => state === State.STATE_SUCCEEDED).length;
      if ((await countDeath(this.#store, run.id, done)) <= MOST_DEATHS_IN_PLACE) ids.push(run.id);
    }
    return ids;
  }

  /** Goes on with runs; those with which it cannot are told in the log. */
  async resumeAll(ids: readonly string[], signal: AbortSignal): Promise<void> {
    for (const id of ids) {
      try {
        await this.resume(id, signal);
      } catch (error) {
        this.#log.warn({ err: error, run: id }, 'an interrupted run could not be resumed');
      }
    }
  }

  /** Ends everything that goes on; it can be resumed later. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const running = [...this.#active.values()];
    for (const { active } of running) active.abort('stopping');
    await Promise.all(running.map(({ over }) => over));
  }

  async #prepare(runnable: Runnable, given: Json, signal: AbortSignal): Promise<PreparedRun> {
    try {
      const prepared = runnable.prepare(given);
      await prepared.check(this.#services, signal);
      return prepared;
    } catch (error) {
      if (!(error instanceof InvalidParametersError)) throw error;
      throw new ServiceError('INVALID_ARGUMENT', error.message, {
        fields: error.violations.map(({ field, description }) => ({
          field: `parameters.${field}`,
          description,
        })),
        cause: error,
      });
    }
  }

  async #go(run: Run, runnable: Runnable, prepared: PreparedRun): Promise<Run> {
    if (this.#stopping)
      throw new ServiceError('UNAVAILABLE', 'The orchestrator is stopping; start the run a little later.');
    const active = new ActiveRun(run, this.#records, this.#log);
    // In the map before anything is awaited, so that no second resume can slip in between.
    const started = this.#records.save(run);
    const over = started
      .then(() => this.#work(active, runnable, prepared))
      .finally(() => this.#active.delete(run.id));
    over.catch(() => undefined);
    this.#active.set(run.id, { active, over });
    await started;
    return active.run;
  }

  async #work(active: ActiveRun, runnable: Runnable, prepared: PreparedRun): Promise<void> {
    const { id, analysis } = active.run;
    this.#log.info({ run: id, analysis }, 'run started');
    let ended: Run;
    try {
      const { steps, reportStep } = planRun(runnable, prepared, this.#services, {
        id,
        startedAt: new Date().toISOString(),
      });
      const outcome = await this.#engine.run(steps, {
        signal: active.signal,
        onChange: (status) => {
          active.update(withStatus(active.run, status));
        },
      });
      ended = endOf(active, outcome, reportStep);
      if (outcome.failure !== undefined)
        this.#log.warn({ run: id, err: outcome.failure.error }, 'a step failed');
    } catch (error) {
      this.#log.error({ run: id, err: error }, 'a run failed outside its steps');
      const message = error instanceof Error ? error.message : String(error);
      ended = { ...active.run, state: State.STATE_FAILED, finished: new Date(), error: message };
    }
    await active.end(ended);
    this.#log.info({ run: id, state: stateName(ended) }, 'run ended');
  }
}

function endOf(active: ActiveRun, { status, results }: RunOutcome, reportStep: string): Run {
  const run = { ...withStatus(active.run, status), finished: new Date() };
  switch (status.state) {
    case 'succeeded':
      return withReport(
        { ...run, state: State.STATE_SUCCEEDED },
        readReportFiles(results.get(reportStep)?.value),
      );
    case 'failed':
      return { ...run, state: State.STATE_FAILED };
    case 'cancelled':
    case 'running':
      return active.signal.reason === 'stopping'
        ? interrupted({ ...run, finished: undefined })
        : { ...run, state: State.STATE_CANCELLED };
  }
}

function findRunnable(name: string): Runnable {
  const found = RUNNABLES.find((runnable) => runnable.name === name);
  if (found !== undefined) return found;
  const names = RUNNABLES.map((runnable) => runnable.name).join(', ');
  throw new ServiceError(
    'UNKNOWN_ANALYSIS',
    `There is no analysis ${JSON.stringify(name)}; there are: ${names}.`,
    {
      field: 'analysis',
    },
  );
}
