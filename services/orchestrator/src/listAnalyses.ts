import { RUNNABLES } from '@oblique/analyses';
import type { orchestratorV1 } from '@oblique/contracts';
import { unary } from '@oblique/service';

/** ListAnalyses: what can be run, with every parameter and its default. */
export function listAnalyses() {
  return unary((): Promise<orchestratorV1.ListAnalysesResponse> =>
    Promise.resolve({
      analyses: RUNNABLES.map(({ name, description, parameters }) => ({
        name,
        description,
        parameters: parameters.map((parameter) => ({
          name: parameter.name,
          description: parameter.description,
          defaultJson: JSON.stringify(parameter.default),
        })),
      })),
    }),
  );
}
