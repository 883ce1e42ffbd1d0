import type { orchestratorV1 } from '@oblique/contracts';
import { unary } from '@oblique/service';
import type { RunManager } from './runManager.js';

/** ResumeRun: goes on with a run; finished steps are not computed again. */
export function resumeRun(manager: RunManager) {
  return unary<orchestratorV1.ResumeRunRequest, orchestratorV1.ResumeRunResponse>(
    async (request, { signal }) => ({
      run: await manager.resume(request.runId, signal),
    }),
  );
}
