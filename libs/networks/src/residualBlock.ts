import { kaimingNormalFanOut } from './initialisers.js';
import type { Maps, NetworkBuilder } from './networkBuilder.js';

/**
 * The basic block of He et al. 2016: two 3×3 convolutions with batch normalisation beside a shortcut, which is a 1×1
 * convolution where the block has a stride.
 */
export function residualBlock(
  b: NetworkBuilder,
  input: Maps,
  module: string,
  channels: number,
  stride: number,
): Maps {
  const half = (from: Maps, index: 1 | 2, step: number): Maps => {
    const options = { channels, kernel: 3, stride: step, pad: 1, weight: kaimingNormalFanOut };
    return b.batchNormalize(b.convolve(from, `${module}.conv${index}`, options), `${module}.bn${index}`);
  };
  const branch = half(b.relu(half(input, 1, stride), `${module}.relu`), 2, 1);
  let shortcut = input;
  if (stride > 1) {
    const options = { channels, kernel: 1, stride, weight: kaimingNormalFanOut };
    shortcut = b.batchNormalize(
      b.convolve(input, `${module}.downsample.0`, options),
      `${module}.downsample.1`,
    );
  }
  const sum = b.program.op('Add', [branch.tensor, shortcut.tensor], {}, { name: `${module}.sum` });
  return b.relu({ ...branch, tensor: sum }, module);
}
