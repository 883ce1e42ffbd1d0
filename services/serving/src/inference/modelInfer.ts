import type { inferenceV2 } from '@oblique/contracts';
import type { Program } from '@oblique/onnx';
import { InvalidRunError } from '@oblique/runtime';
import { ServiceError, unary } from '@oblique/service';
import { findModel } from './findModel.js';
import type { InferenceContext } from './inferenceContext.js';
import { programHandle } from './programHandle.js';
import { readInputs } from './readInputs.js';
import { refuseExtensions } from './refuseExtensions.js';
import { writeOutputs } from './writeOutputs.js';

/** ModelInfer: runs the model; the response is raw where the request was, or where an output is FP16. */
export function modelInfer(context: InferenceContext) {
  return unary<inferenceV2.ModelInferRequest, inferenceV2.ModelInferResponse>(
    async (request, { signal, client }) => {
      const { modelName, modelVersion, id } = request;
      const fields = { name: 'model_name', version: 'model_version' };
      const model = await findModel(context, modelName, modelVersion, fields);
      const outputs = readOutputs(request, model.program);
      const feeds = readInputs(request, model.program);
      const handle = programHandle(context.runtime, model);
      try {
        const results = await context.runtime.run(handle, feeds, {
          client,
          kind: 'inference',
          signal,
          outputs,
          transferFeeds: true,
        });
        const isRaw = request.rawInputContents.length > 0;
        return {
          modelName,
          modelVersion: model.digest,
          id,
          parameters: {},
          ...writeOutputs(outputs, results, isRaw),
        };
      } catch (error) {
        throw error instanceof InvalidRunError ? invalidInput(error, request) : error;
      }
    },
  );
}

/** Names of the outputs that are wanted: those asked for, or all. */
function readOutputs(request: inferenceV2.ModelInferRequest, program: Program): string[] {
  const known = program.outputs.map(({ name }) => name);
  const wanted = request.outputs.map(({ name, parameters }, index) => {
    const field = `outputs[${index}]`;
    if (!known.includes(name)) {
      const message = `The model has no output ${JSON.stringify(name)}; its outputs are ${known.join(', ')}.`;
      throw new ServiceError('INVALID_ARGUMENT', message, { field: `${field}.name` });
    }
    if (request.outputs.findIndex((other) => other.name === name) !== index) {
      const message = `Output ${name} is asked for twice.`;
      throw new ServiceError('INVALID_ARGUMENT', message, { field: `${field}.name` });
    }
    refuseExtensions(parameters, field);
    return name;
  });
  return wanted.length === 0 ? known : wanted;
}

function invalidInput(error: InvalidRunError, request: inferenceV2.ModelInferRequest): ServiceError {
  const index = request.inputs.findIndex(({ name }) => name === error.tensor);
  const field = index < 0 ? 'inputs' : `inputs[${index}].shape`;
  return new ServiceError('INVALID_ARGUMENT', error.message, { field, cause: error });
}
