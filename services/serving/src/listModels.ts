import type { artifactV1, servingV1 } from '@oblique/contracts';
import { unary } from '@oblique/service';
import { modelMessage } from './modelMessage.js';
import type { ModelRegistry } from './modelRegistry.js';

/** ListModels: every registered model, by name; those that cannot be read come with why. */
export function listModels(models: ModelRegistry) {
  return unary<servingV1.ListModelsRequest, servingV1.ListModelsResponse>(async () => {
    const held: servingV1.Model[] = [];
    const broken: artifactV1.BrokenEntry[] = [];
    for (const name of await models.names()) {
      try {
        held.push(modelMessage(await models.get(name)));
      } catch (error) {
        broken.push({ name, reason: error instanceof Error ? error.message : String(error) });
      }
    }
    return { models: held, broken };
  });
}
