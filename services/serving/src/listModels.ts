import type { servingV1 } from '@oblique/contracts';
import { unary } from '@oblique/service';
import { modelMessage } from './modelMessage.js';
import type { ModelRegistry } from './modelRegistry.js';

/** ListModels: every registered model, by name. */
export function listModels(models: ModelRegistry) {
  return unary<servingV1.ListModelsRequest, servingV1.ListModelsResponse>(async () => {
    const held = [];
    for (const name of await models.names()) held.push(modelMessage(await models.get(name)));
    return { models: held };
  });
}
