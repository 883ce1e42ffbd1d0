import type { orchestratorV1 } from '@oblique/contracts';
import { serverStreaming } from '@oblique/service';
import type { RunManager } from './runManager.js';

/** WatchRun: the run's state now and after every change, until it has ended; changes in close succession are one. */
export function watchRun(manager: RunManager) {
  return serverStreaming(async function* (
    { runId }: orchestratorV1.WatchRunRequest,
    { signal },
  ): AsyncGenerator<orchestratorV1.WatchRunResponse, void> {
    for await (const run of manager.watch(runId, signal)) yield { run };
  });
}
