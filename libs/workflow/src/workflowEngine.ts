import type { ArtifactRef, ArtifactStore, Json } from '@oblique/artifacts';
import { neededSteps } from './neededSteps.js';
import { ProgressMeter } from './progressMeter.js';
import { SharedExecution, type Watcher } from './sharedExecution.js';
import { Slots } from './slots.js';
import type { Step, StepResult } from './step.js';
import { stepKey } from './stepKey.js';
import { StepRecords, type FinishedStep } from './stepRecords.js';
import { checkWorkflow } from './workflowGraph.js';
import { WorkflowRun, type RunOptions, type RunOutcome } from './workflowRun.js';

export interface WorkflowEngineOptions {
  readonly store: ArtifactStore;
  /** Steps that compute at once, over all runs of this engine; 2 where left out. */
  readonly concurrency?: number;
}

/** What a step's result is kept under, and what it was made from. */
interface StepIdentity {
  readonly key: string;
  readonly revision: string | null;
  readonly parameters: Json;
}

/** A step named an artifact that is not in the store. */
export class MissingResultError extends Error {
  override readonly name = 'MissingResultError';

  constructor(step: Step, ref: ArtifactRef, location: string) {
    super(
      `Step "${step.id}" gave the ${ref.kind} ${ref.digest}, which is not in the artifact store at ${location}. ` +
        'All services must use the same store.',
    );
  }
}

/**
 * Runs graphs of steps over an artifact store.
 *
 * - A step that any run ever finished is not computed again: its result is taken from the store.
 * - Steps that runs of this engine have in common are computed once, also while they run at the same time.
 * - When a step fails, no further step of its run starts; those that compute already finish, so that a resumed run
 *   finds their results. A run is resumed by running the same steps again, in this process or another.
 */
export class WorkflowEngine {
  readonly #store: ArtifactStore;
  readonly #records: StepRecords;
  readonly #slots: Slots;
  readonly #inFlight = new Map<string, SharedExecution<FinishedStep>>();

  constructor({ store, concurrency = 2 }: WorkflowEngineOptions) {
    this.#store = store;
    this.#records = new StepRecords(store);
    this.#slots = new Slots(concurrency);
  }

  /**
   * Runs the steps to the end, to the first failure or until cancelled; failures of steps are part of the outcome.
   * @throws InvalidWorkflowError where the steps are no graph.
   */
  async run(steps: readonly Step[], options: RunOptions = {}): Promise<RunOutcome> {
    checkWorkflow(steps);
    const run = new WorkflowRun(steps, options, (step, finished, signal, watcher) =>
      this.#finish(step, finished, signal, watcher),
    );
    return run.toEnd();
  }

  async #finish(
    step: Step,
    finished: ReadonlyMap<string, StepResult>,
    signal: AbortSignal,
    watcher: Watcher,
  ): Promise<FinishedStep> {
    const needed = neededSteps(step.id, step.needs, finished);
    const parameters = typeof step.parameters === 'function' ? step.parameters(needed) : step.parameters;
    const revision = await revisionOf(step, signal);
    const key = stepKey(step, revision, parameters, finished);
    const compute = (): SharedExecution<FinishedStep> =>
      new SharedExecution((workSignal, workWatcher) =>
        this.#findOrCompute(step, { key, revision, parameters }, finished, workSignal, workWatcher),
      );
    if (step.volatile === true) return compute().join(signal, watcher);

    const inFlight = this.#inFlight.get(key);
    if (inFlight !== undefined && !inFlight.abandoned) return inFlight.join(signal, watcher);
    const execution = compute();
    this.#inFlight.set(key, execution);
    void execution.settled().then(() => {
      if (this.#inFlight.get(key) === execution) this.#inFlight.delete(key);
    });
    return execution.join(signal, watcher);
  }

  async #findOrCompute(
    step: Step,
    { key, revision, parameters }: StepIdentity,
    finished: ReadonlyMap<string, StepResult>,
    signal: AbortSignal,
    watcher: Watcher,
  ): Promise<FinishedStep> {
    const found = step.volatile === true ? undefined : await this.#records.find(key);
    if (found !== undefined) return { ...found, cached: true };
    return this.#slots.use(signal, async () => {
      watcher.started();
      const meter = new ProgressMeter(step.description);
      const startedMs = performance.now();
      const { results, value = null } = await step.run({
        store: this.#store,
        signal,
        parameters,
        needed: neededSteps(step.id, step.needs, finished),
        progress: (report) => {
          watcher.progress(meter.report(report));
        },
      });
      for (const ref of results) {
        if (!(await this.#store.has(ref.digest)))
          throw new MissingResultError(step, ref, this.#store.location);
      }
      const record = { results, value, seconds: (performance.now() - startedMs) / 1000 };
      // Where another service has taken the place of the one that was asked, nobody knows which of them computed.
      if (step.volatile !== true && (await revisionOf(step, signal)) === revision)
        await this.#records.save(key, step, record);
      return { ...record, cached: false };
    });
  }
}

/** What computes the step now; null where nothing but its parameters decides. */
async function revisionOf({ revision, volatile }: Step, signal: AbortSignal): Promise<string | null> {
  return revision === undefined || volatile === true ? null : revision(signal);
}
