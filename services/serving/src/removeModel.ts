import type { servingV1 } from '@oblique/contracts';
import { unary } from '@oblique/service';
import type { ModelRegistry } from './modelRegistry.js';

/** RemoveModel: forgets a name. */
export function removeModel(models: ModelRegistry) {
  return unary<servingV1.RemoveModelRequest, servingV1.RemoveModelResponse>(async ({ name }) => {
    await models.remove(name);
    return {};
  });
}
