import type { servingV1 } from '@oblique/contracts';
import { allActivations } from '@oblique/networks';
import { unary } from '@oblique/service';
import { modelMessage } from './modelMessage.js';
import type { ModelRegistry } from './modelRegistry.js';

/** DescribeModel: one model, and on request every tensor in it that can be measured. */
export function describeModel(models: ModelRegistry) {
  return unary<servingV1.DescribeModelRequest, servingV1.DescribeModelResponse>(async (request) => {
    const held = await models.get(request.model);
    return { model: modelMessage(held), tensors: request.allTensors ? allActivations(held.program) : [] };
  });
}
