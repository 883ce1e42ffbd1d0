import type { inferenceV2 } from '@oblique/contracts';
import { unary } from '@oblique/service';
import type { InferenceContext } from './inferenceContext.js';

/** ServerReady: models can be run from when the runtime has started until it is closed. */
export function serverReady({ runtime }: Pick<InferenceContext, 'runtime'>) {
  return unary<inferenceV2.ServerReadyRequest, inferenceV2.ServerReadyResponse>(async () => ({
    ready: !runtime.isClosed,
  }));
}
