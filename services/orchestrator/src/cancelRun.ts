import type { orchestratorV1 } from '@oblique/contracts';
import { unary } from '@oblique/service';
import type { RunManager } from './runManager.js';

/** CancelRun: stops a run, and returns once it has stopped. */
export function cancelRun(manager: RunManager) {
  return unary<orchestratorV1.CancelRunRequest, orchestratorV1.CancelRunResponse>(
    async (request, { signal }) => ({
      run: await manager.cancel(request.runId, signal),
    }),
  );
}
