import type { Program } from '@oblique/onnx';
import { SensitivityError } from './sensitivityError.js';

/** The input of a network that takes images. */
export interface NetworkInput {
  readonly name: string;
  /** Sizes that the network fixes; undefined where they are free. */
  readonly batchSize: number | undefined;
  readonly heightPixels: number | undefined;
  readonly widthPixels: number | undefined;
}

/**
 * The one input through which a network sees: float32 [N, 3, H, W].
 * @throws SensitivityError where there are several inputs, or it is not a batch of colour images.
 */
export function networkInput(network: Program): NetworkInput {
  const [input, ...others] = network.inputs;
  if (input === undefined || others.length > 0) {
    const names = network.inputs.map(({ name }) => name).join(', ') || 'none';
    throw new SensitivityError(
      'model',
      `A network with one input is needed, float32 [N, 3, H, W]; ${network.name} has ${network.inputs.length} (${names}).`,
    );
  }
  const found = `${input.dtype} [${input.shape?.join(', ') ?? 'rank not declared'}]`;
  if (input.dtype !== 'float32' || (input.shape !== undefined && input.shape.length !== 4)) {
    throw new SensitivityError(
      'model',
      `Input ${input.name} of ${network.name} is ${found}; float32 [N, 3, H, W] is needed.`,
    );
  }
  const [batchSize, channels, heightPixels, widthPixels] = (input.shape ?? []).map((dim) =>
    typeof dim === 'number' && dim > 0 ? dim : undefined,
  );
  if (channels !== undefined && channels !== 3) {
    throw new SensitivityError(
      'model',
      `Input ${input.name} of ${network.name} is ${found}; three channels are needed, float32 [N, 3, H, W].`,
    );
  }
  return { name: input.name, batchSize, heightPixels, widthPixels };
}

/**
 * Checks that the network takes images of this size.
 * @throws SensitivityError naming the size that it takes.
 */
export function checkImageSize(input: NetworkInput, widthPixels: number, heightPixels: number): void {
  const fits =
    (input.widthPixels ?? widthPixels) === widthPixels &&
    (input.heightPixels ?? heightPixels) === heightPixels;
  if (fits) return;
  const takes = `${input.widthPixels ?? 'any'} × ${input.heightPixels ?? 'any'}`;
  throw new SensitivityError(
    'size',
    `The network takes images of ${takes} pixels (width × height), not ${widthPixels} × ${heightPixels}; set the stimulus's size to it.`,
  );
}
