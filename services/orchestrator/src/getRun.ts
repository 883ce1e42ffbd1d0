import type { orchestratorV1 } from '@oblique/contracts';
import { unary } from '@oblique/service';
import type { RunManager } from './runManager.js';

/** GetRun: a run as it stands. */
export function getRun(manager: RunManager) {
  return unary<orchestratorV1.GetRunRequest, orchestratorV1.GetRunResponse>(async (request) => ({
    run: await manager.get(request.runId),
  }));
}
