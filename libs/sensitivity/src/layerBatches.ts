import type { Layer } from '@oblique/networks';
import { batchPlaces, inferShapes, type BatchAxis, type BatchPlace, type Program } from '@oblique/onnx';
import type { NetworkInput } from './networkInput.js';
import { SensitivityError } from './sensitivityError.js';

interface ImageSize {
  readonly widthPixels: number;
  readonly heightPixels: number;
}

/** Where the stimuli of a batch are in a layer. */
export interface LayerBatch {
  readonly batch: BatchAxis;
  /** Undefined where it does not follow; the stimuli are taken to be on the first axis then. */
  readonly rank: number | undefined;
}

/** A layer that cannot be measured in batches, and why. */
export interface MixedLayer {
  readonly layer: Layer;
  readonly reason: string;
}

const FIRST_AXIS: BatchAxis = { kind: 'axis', axis: 0, before: 1, behind: 1 };

/**
 * Where the stimuli of a batch are in each layer's tensor, as it follows from the network's operators.
 * @param network In operator set 18 or later.
 * @throws SensitivityError where a layer does not keep them apart.
 */
export function layerBatches(
  network: Program,
  input: NetworkInput,
  size: ImageSize,
  layers: readonly Layer[],
): Map<string, LayerBatch> {
  const [mixed] = mixedLayers(network, input, size, layers);
  if (mixed !== undefined) throw new SensitivityError('layers', mixed.reason);
  const sized = withImageSize(network, input, size);
  const places = batchPlaces(sized, input.name);
  // Ranks do not depend on the size of the batch.
  const { shapes } = inferShapes(withImageSize(network, input, size, input.batchSize ?? 1));
  return new Map(
    layers.map(({ tensor }) => {
      const place = places.get(tensor);
      const rank = shapes.get(tensor)?.length;
      return [
        tensor,
        place?.kind === 'axis' && rank !== undefined ? { batch: place, rank } : { batch: FIRST_AXIS, rank },
      ];
    }),
  );
}

/**
 * The layers in which the stimuli of a batch meet, so that their D cannot be told apart: they are measured one stimulus
 * at a time.
 * @param network In operator set 18 or later.
 */
export function mixedLayers(
  network: Program,
  input: NetworkInput,
  size: ImageSize,
  layers: readonly Layer[],
): MixedLayer[] {
  const places = batchPlaces(withImageSize(network, input, size), input.name);
  return layers.flatMap((layer) => {
    const place = places.get(layer.tensor);
    return place?.kind === 'mixed' ? [{ layer, reason: reasonOf(layer, place) }] : [];
  });
}

function reasonOf({ name, tensor }: Layer, { node }: Extract<BatchPlace, { kind: 'mixed' }>): string {
  return `Layer ${name} (tensor ${tensor}) does not keep the stimuli of a batch apart: they meet in ${node.op} (node ${node.name}). Measure it one stimulus at a time, with --batch 1 (batch_size = 1).`;
}

function withImageSize(
  network: Program,
  input: NetworkInput,
  { widthPixels, heightPixels }: ImageSize,
  batch: number | string = input.batchSize ?? 'N',
): Program {
  return {
    ...network,
    inputs: network.inputs.map((value) =>
      value.name === input.name ? { ...value, shape: [batch, 3, heightPixels, widthPixels] } : value,
    ),
  };
}
