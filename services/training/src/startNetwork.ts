import type { ArtifactStore } from '@oblique/artifacts';
import type { DataAccess } from '@oblique/datasets';
import { buildNetwork, IMAGENET, readPreprocessing, withPreprocessing } from '@oblique/networks';
import { readProgram, type Program } from '@oblique/onnx';
import { networkInput } from '@oblique/sensitivity';
import { objectiveOf } from './objective.js';
import type { NetworkPlan } from './readNetworkTraining.js';
import { openTrainingData, type TrainingData } from './trainingData.js';

/** What a network learns from, and how the network is made that begins to learn. */
export interface TrainingStart {
  readonly data: TrainingData;
  /** The model that training begins with; undefined: a built-in architecture. */
  readonly model: Program | undefined;
  readonly totalSteps: number;
  /**
   * The network at step 0. It declares the preprocessing that it is trained with: its own, else ImageNet's
   * normalisation; gratings are fed as they are.
   * @param width Factor on the numbers of channels; default: the plan's.
   * @throws RangeError where a size is not possible.
   */
  network(width?: number): Program;
}

/** @throws DatasetError, MalformedProgramError, SensitivityError, ServiceError naming the field. */
export async function openStart(
  plan: NetworkPlan,
  store: ArtifactStore,
  access: DataAccess | undefined,
  signal?: AbortSignal,
): Promise<TrainingStart> {
  const { start, length } = plan;
  const model = start.kind === 'model' ? readProgram(await store.get(start.model.digest)) : undefined;
  const size =
    start.kind === 'architecture' ? start.inputSizePixels : model && networkInput(model).heightPixels;
  const data = await openTrainingData(plan, size ?? 0, access, signal);
  return {
    data,
    model,
    totalSteps:
      'steps' in length ? length.steps : Math.max(1, Math.round(length.epochs * data.stepsPerEpoch)),
    network: (width) => declared(plan, model ?? built(plan, data, width)),
  };
}

function built({ start, seed, task }: NetworkPlan, data: TrainingData, width?: number): Program {
  if (start.kind === 'model') throw new TypeError('A model is not built.');
  const { architecture, initialScale } = start;
  return buildNetwork(architecture, {
    seed,
    inputSizePixels: data.inputSizePixels,
    classes: objectiveOf(task, data).answers,
    width: width ?? start.width,
    initialScale,
  });
}

function declared({ dataset }: NetworkPlan, network: Program): Program {
  const asItIs = dataset.kind === 'gratings' || readPreprocessing(network) !== undefined;
  return asItIs ? network : withPreprocessing(network, IMAGENET);
}
