import type { Program } from '@oblique/onnx';
import { kaimingNormalFanOut } from './initialisers.js';
import { NetworkBuilder, type Maps } from './networkBuilder.js';
import type { NetworkOptions } from './networkOptions.js';

const STAGES = [
  { channels: 64, stride: 1 },
  { channels: 128, stride: 2 },
  { channels: 256, stride: 2 },
  { channels: 512, stride: 2 },
] as const;

/** ResNet-18 (He et al. 2016) as torchvision builds it; layers are the stem, the residual blocks and the head. */
export function buildResnet18({ name, seed, inputSizePixels, classes }: NetworkOptions): Program {
  const b = new NetworkBuilder(name, 'resnet18', seed);
  let x = b.image(inputSizePixels);
  x = b.convolve(x, 'conv1', { channels: 64, kernel: 7, stride: 2, pad: 3, weight: kaimingNormalFanOut });
  x = b.layer('conv1.relu', b.relu(b.batchNormalize(x, 'bn1'), 'conv1.relu'));
  x = b.layer('maxpool', b.maxPool(x, 'maxpool', 3, 2, 1));
  for (const [index, { channels, stride }] of STAGES.entries()) {
    for (const block of [0, 1]) {
      const module = `layer${index + 1}.${block}`;
      x = b.layer(module, residualBlock(b, x, module, channels, block === 0 ? stride : 1));
    }
  }
  const pooled = b.layer('avgpool', b.globalAveragePool(x, 'avgpool'));
  const logits = b.linear(pooled, 'fc', classes, { weight: 'default', bias: 'default', output: 'logits' });
  return b.build(b.layer('fc', logits));
}

function residualBlock(
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
