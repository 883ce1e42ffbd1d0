import type { Program } from '@oblique/onnx';
import { kaimingNormalFanOut } from './initialisers.js';
import { NetworkBuilder } from './networkBuilder.js';
import type { NetworkOptions } from './networkOptions.js';
import { residualBlock } from './residualBlock.js';

const STAGES = [
  { channels: 64, stride: 1 },
  { channels: 128, stride: 2 },
  { channels: 256, stride: 2 },
  { channels: 512, stride: 2 },
] as const;

/** ResNet-18 (He et al. 2016) as torchvision builds it; layers are the stem, the residual blocks and the head. */
export function buildResnet18({ name, seed, inputSizePixels, classes, scaled }: NetworkOptions): Program {
  const b = new NetworkBuilder(name, 'resnet18', seed);
  let x = b.image(inputSizePixels);
  x = b.convolve(x, 'conv1', {
    channels: scaled(64),
    kernel: 7,
    stride: 2,
    pad: 3,
    weight: kaimingNormalFanOut,
  });
  x = b.layer('conv1.relu', b.relu(b.batchNormalize(x, 'bn1'), 'conv1.relu'));
  x = b.layer('maxpool', b.maxPool(x, 'maxpool', 3, 2, 1));
  for (const [index, { channels, stride }] of STAGES.entries()) {
    for (const block of [0, 1]) {
      const module = `layer${index + 1}.${block}`;
      x = b.layer(module, residualBlock(b, x, module, scaled(channels), block === 0 ? stride : 1));
    }
  }
  const pooled = b.layer('avgpool', b.globalAveragePool(x, 'avgpool'));
  const logits = b.linear(pooled, 'fc', classes, { weight: 'default', bias: 'default', output: 'logits' });
  return b.build(b.layer('fc', logits));
}
