import { servingV1 } from '@oblique/contracts';
import type { Step, StepResult } from '@oblique/workflow';
import { z } from 'zod';
import type { Services } from '../services.js';
import { receivedRef } from './artifactRefs.js';

const modelValue = z.object({
  /** Image size that the network takes; null where it takes any. */
  inputSizePixels: z.number().nullable(),
  /** Whether it is known how the network's images are to be normalised. */
  hasPreprocessing: z.boolean(),
});

/** What a model step tells later steps, beside its `model.onnx`. */
export type ModelValue = z.infer<typeof modelValue>;
export const readModelValue = (value: unknown): ModelValue => modelValue.parse(value);

const derivedParameters = z.object({ derivation: z.enum(servingV1.Derivation), seed: z.number() });
const architectureParameters = z.object({
  architecture: z.string(),
  seed: z.number(),
  inputSizePixels: z.number(),
});

/** A network that the serving service holds, by name or digest; asked anew each time, since names can be given anew. */
export function givenModel(id: string, model: string, { serving }: Services): Step {
  return {
    id,
    description: `finding ${model}`,
    step: 'serving.describe-model',
    version: '2',
    parameters: { model },
    needs: [],
    cost: 0.1,
    volatile: true,
    run: async ({ signal }) => {
      const { model: found } = await serving.describeModel({ model, allTensors: false }, { signal });
      return modelResult(found);
    },
  };
}

/** An untrained network of a built-in architecture. */
export function builtModel(
  id: string,
  network: { architecture: string; seed: number; inputSizePixels: number },
  { serving }: Services,
): Step {
  return {
    id,
    description: `building ${network.architecture} (untrained, seed ${network.seed})`,
    step: 'serving.build-model',
    version: '2',
    parameters: network,
    needs: [],
    cost: 2,
    run: async ({ parameters, signal }) => {
      const { architecture, seed, inputSizePixels } = architectureParameters.parse(parameters);
      return addModel(
        serving,
        { $case: 'architecture', value: { architecture, seed: String(seed), inputSizePixels, classes: 0 } },
        signal,
      );
    },
  };
}

/** A model made from the one of another step. */
export function derivedModel(
  id: string,
  description: string,
  from: string,
  { derivation, seed }: { derivation: servingV1.Derivation; seed: number },
  { serving }: Services,
): Step {
  return {
    id,
    description,
    step: 'serving.derive-model',
    version: '2',
    parameters: { derivation, seed },
    needs: [from],
    cost: 2,
    run: async ({ parameters, needed, signal }) => {
      const { derivation: chosen, seed: drawn } = derivedParameters.parse(parameters);
      const model = needed.result(from, 'model.onnx').digest;
      return addModel(
        serving,
        { $case: 'derived', value: { model, derivation: chosen, seed: String(drawn) } },
        signal,
      );
    },
  };
}

async function addModel(
  serving: Services['serving'],
  source: NonNullable<servingV1.AddModelRequest_Header['source']>,
  signal: AbortSignal,
): Promise<StepResult> {
  const header = { name: '', replace: false, preprocessing: undefined, source };
  const { model } = await serving.addModel([{ part: { $case: 'header', value: header } }], { signal });
  return modelResult(model);
}

function modelResult(model: servingV1.Model | undefined): StepResult {
  return {
    results: [receivedRef(model?.artifact, 'a model')],
    value: { inputSizePixels: inputSize(model), hasPreprocessing: model?.preprocessing !== undefined },
  };
}

/** Height of the image input where it is fixed. */
function inputSize(model: servingV1.Model | undefined): number | null {
  const height = model?.inputs.find(({ shape }) => shape.length === 4)?.shape[2];
  return height !== undefined && height > 0 ? height : null;
}
