import type { orchestratorV1 } from '@oblique/contracts';
import { unary } from '@oblique/service';
import { checkLocations } from './checkLocations.js';
import type { RunManager } from './runManager.js';

/** StartRun: starts a run and returns at once; the parameters are checked first. */
export function startRun(manager: RunManager) {
  return unary<orchestratorV1.StartRunRequest, orchestratorV1.StartRunResponse>(
    async (request, { signal, access }) => {
      await checkLocations(access, request.parameters);
      return { run: await manager.start(request, signal) };
    },
  );
}
