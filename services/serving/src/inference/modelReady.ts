import type { inferenceV2 } from '@oblique/contracts';
import { OutOfMemoryError, ProgramRejectedError } from '@oblique/runtime';
import { ServiceError, unary } from '@oblique/service';
import { findModel } from './findModel.js';
import type { InferenceContext } from './inferenceContext.js';
import { programHandle } from './programHandle.js';

/** ModelReady: whether there is such a model and the executor could load it; it is loaded afterwards. */
export function modelReady(context: InferenceContext) {
  return unary<inferenceV2.ModelReadyRequest, inferenceV2.ModelReadyResponse>(async (request, { signal }) => {
    try {
      const model = await findModel(context, request.name, request.version, {
        name: 'name',
        version: 'version',
      });
      await context.runtime.describe(programHandle(context.runtime, model), { signal });
      return { ready: true };
    } catch (error) {
      const unknown = error instanceof ServiceError && error.reason === 'UNKNOWN_MODEL';
      if (unknown || error instanceof ProgramRejectedError || error instanceof OutOfMemoryError) {
        return { ready: false };
      }
      throw error;
    }
  });
}
