import { setTimeout as delay } from 'node:timers/promises';
import { ServiceError, type Reason } from '@oblique/service';
import type { Step } from '@oblique/workflow';

/** How often a step is computed again for a passing reason: a worker that dies each time dies of the step. */
const MOST_REPETITIONS: ReadonlyMap<Reason, number> = new Map<Reason, number>([
  ['UNAVAILABLE', 5],
  ['WORKER_DIED', 2],
]);

/** How long is waited before each repetition. */
const WAITS_MS = [500, 1000, 2000, 4000, 8000];

/**
 * The step, computed again a few times where a service that it calls is stopping or a worker of it dies. Calls that are
 * lost are repeated by the client that made them.
 */
export function retryingStep(step: Step, waitsMs: readonly number[] = WAITS_MS): Step {
  return {
    ...step,
    run: async (context) => {
      for (let failures = 0; ; failures += 1) {
        try {
          return await step.run(context);
        } catch (error) {
          const waitMs = waitsMs[failures];
          if (context.signal.aborted || waitMs === undefined || failures >= repetitionsFor(error))
            throw error;
          await delay(waitMs, undefined, { signal: context.signal });
        }
      }
    },
  };
}

function repetitionsFor(error: unknown): number {
  const most = error instanceof ServiceError ? MOST_REPETITIONS.get(error.reason) : undefined;
  return most ?? 0;
}
