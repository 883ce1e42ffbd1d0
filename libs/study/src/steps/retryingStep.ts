import { setTimeout as delay } from 'node:timers/promises';
import { ServiceError, type Reason } from '@oblique/service';
import type { Step } from '@oblique/workflow';

/** A service or one of its workers died, or is being started again: the same call can succeed a little later. */
const PASSING: ReadonlySet<Reason> = new Set<Reason>(['UNAVAILABLE', 'WORKER_DIED']);

/** How long is waited before each repetition; time enough for a service to be started again. */
const WAITS_MS = [500, 1000, 2000, 4000, 8000];

/** The step, computed again a few times where a service that it calls dies meanwhile. */
export function retryingStep(step: Step, waitsMs: readonly number[] = WAITS_MS): Step {
  return {
    ...step,
    run: async (context) => {
      for (const waitMs of waitsMs) {
        try {
          return await step.run(context);
        } catch (error) {
          if (context.signal.aborted || !isPassing(error)) throw error;
          await delay(waitMs, undefined, { signal: context.signal });
        }
      }
      return step.run(context);
    },
  };
}

function isPassing(error: unknown): boolean {
  return error instanceof ServiceError && PASSING.has(error.reason);
}
