import type { orchestratorV1 } from '@oblique/contracts';
import { unary } from '@oblique/service';
import type { RunManager } from './runManager.js';

/** ListRuns: newest first, without their steps. */
export function listRuns(manager: RunManager) {
  return unary<orchestratorV1.ListRunsRequest, orchestratorV1.ListRunsResponse>(async () => {
    const { runs, broken } = await manager.list();
    return { runs: runs.map((run) => ({ ...run, steps: [] })), broken };
  });
}
