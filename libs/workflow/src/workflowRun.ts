import { runProgress } from './runProgress.js';
import type { RunState, RunStatus, StepStatus } from './runStatus.js';
import type { Watcher } from './sharedExecution.js';
import type { Step, StepResult } from './step.js';
import type { FinishedStep } from './stepRecords.js';

export interface RunOptions {
  /** Cancels the run. Steps that other runs wait for go on. */
  readonly signal?: AbortSignal;
  /** Called with a fresh snapshot at every change; must not throw. */
  readonly onChange?: (status: RunStatus) => void;
}

/** How a run ended. */
export interface RunOutcome {
  readonly status: RunStatus;
  /** The first step that failed, and with what. */
  readonly failure?: { readonly stepId: string; readonly error: unknown };
  /** What each finished step gave. */
  readonly results: ReadonlyMap<string, StepResult>;
}

/** Takes or computes one step's result, telling the watcher how it goes. */
type Finish = (
  step: Step,
  finished: ReadonlyMap<string, StepResult>,
  signal: AbortSignal,
  watcher: Watcher,
) => Promise<FinishedStep>;

/** One pass over a graph of steps. */
export class WorkflowRun {
  readonly #finished = new Map<string, StepResult>();
  readonly #statuses: Map<string, StepStatus>;
  readonly #costs: ReadonlyMap<string, number>;
  /** Of the steps that were begun and have not ended. */
  readonly #begun = new Map<string, { controller: AbortController; end: Promise<void> }>();
  readonly #startedMs = performance.now();
  #failure: RunOutcome['failure'];
  #state: RunState = 'running';

  constructor(
    private readonly steps: readonly Step[],
    private readonly options: RunOptions,
    private readonly finish: Finish,
  ) {
    this.#statuses = new Map(
      steps.map(({ id, description }) => [
        id,
        { id, description, state: 'pending', cached: false, seconds: 0, results: [] },
      ]),
    );
    this.#costs = new Map(steps.map(({ id, cost = 1 }) => [id, cost]));
  }

  async toEnd(): Promise<RunOutcome> {
    const { signal } = this.options;
    const cancel = (): void => {
      this.#begun.forEach(({ controller }) => {
        controller.abort(signal?.reason);
      });
    };
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      this.#tell();
      for (;;) {
        this.#beginReadySteps();
        if (this.#begun.size === 0) break;
        await Promise.race([...this.#begun.values()].map(({ end }) => end));
      }
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
    this.#state =
      this.#failure !== undefined
        ? 'failed'
        : this.#finished.size === this.steps.length
          ? 'succeeded'
          : 'cancelled';
    this.#tell();
    return {
      status: this.#status(),
      results: this.#finished,
      ...(this.#failure === undefined ? {} : { failure: this.#failure }),
    };
  }

  #beginReadySteps(): void {
    if (this.options.signal?.aborted === true || this.#failure !== undefined) return;
    for (const step of this.steps) {
      const state = this.#statuses.get(step.id)?.state;
      if (state !== 'pending' || this.#begun.has(step.id)) continue;
      if (!step.needs.every((id) => this.#finished.has(id))) continue;
      const controller = new AbortController();
      this.#begun.set(step.id, { controller, end: this.#runStep(step, controller.signal) });
    }
  }

  async #runStep(step: Step, signal: AbortSignal): Promise<void> {
    // Begun steps are registered before any of them can end.
    await Promise.resolve();
    const watcher: Watcher = {
      started: () => {
        this.#change(step.id, { state: 'running' });
      },
      progress: (progress) => {
        this.#change(step.id, { progress });
      },
    };
    try {
      const { results, value, seconds, cached } = await this.finish(step, this.#finished, signal, watcher);
      this.#finished.set(step.id, { results, value });
      this.#begun.delete(step.id);
      this.#change(step.id, { state: 'succeeded', results, seconds, cached });
    } catch (error) {
      this.#begun.delete(step.id);
      if (signal.aborted) this.#leave(step.id);
      else this.#fail(step.id, error);
    }
  }

  #leave(id: string): void {
    if (this.#statuses.get(id)?.state === 'running') this.#change(id, { state: 'cancelled' });
  }

  #fail(stepId: string, error: unknown): void {
    this.#failure ??= { stepId, error };
    this.#change(stepId, { state: 'failed', error: messageOf(error) });
    // Those that only wait for their turn do not begin any more.
    for (const [id, { controller }] of this.#begun) {
      if (this.#statuses.get(id)?.state === 'pending') controller.abort(error);
    }
  }

  #change(id: string, change: Partial<StepStatus>): void {
    const status = this.#statuses.get(id);
    if (status === undefined) return;
    this.#statuses.set(id, { ...status, ...change });
    this.#tell();
  }

  #tell(): void {
    this.options.onChange?.(this.#status());
  }

  #status(): RunStatus {
    const steps = [...this.#statuses.values()];
    const elapsedSeconds = (performance.now() - this.#startedMs) / 1000;
    return {
      state: this.#state,
      steps,
      progress: runProgress(steps, this.#costs, elapsedSeconds),
      ...(this.#failure === undefined
        ? {}
        : { error: `Step "${this.#failure.stepId}" failed: ${messageOf(this.#failure.error)}` }),
    };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
