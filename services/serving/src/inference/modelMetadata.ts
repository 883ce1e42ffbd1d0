import type { inferenceV2 } from '@oblique/contracts';
import type { Value } from '@oblique/onnx';
import { unary } from '@oblique/service';
import { kserveDatatype } from '../kserveDatatype.js';
import { findModel } from './findModel.js';
import type { InferenceContext } from './inferenceContext.js';

/** What runs the models, by the name that the protocol's other servers use. */
const PLATFORM = 'onnxruntime_onnx';

/** ModelMetadata: the model's version, inputs and outputs. */
export function modelMetadata(context: InferenceContext) {
  return unary<inferenceV2.ModelMetadataRequest, inferenceV2.ModelMetadataResponse>(
    async ({ name, version }) => {
      const { program, digest } = await findModel(context, name, version, {
        name: 'name',
        version: 'version',
      });
      return {
        name,
        versions: [digest],
        platform: PLATFORM,
        inputs: program.inputs.map(tensorMetadata),
        outputs: program.outputs.map(tensorMetadata),
      };
    },
  );
}

/** A free size is -1; so is a shape of which not even the number of axes is declared, as one axis. */
function tensorMetadata({ name, dtype, shape }: Value): inferenceV2.ModelMetadataResponse_TensorMetadata {
  const sizes = shape?.map((size) => (typeof size === 'number' ? size : -1)) ?? [-1];
  return { name, datatype: kserveDatatype(dtype), shape: sizes };
}
