import type { Program } from '@oblique/onnx';
import { kaimingNormalFanOut } from './initialisers.js';
import { NetworkBuilder } from './networkBuilder.js';
import type { NetworkOptions } from './networkOptions.js';
import { residualBlock } from './residualBlock.js';

const BLOCKS = [
  { channels: 16, stride: 1 },
  { channels: 32, stride: 2 },
  { channels: 64, stride: 2 },
  { channels: 128, stride: 2 },
] as const;

/**
 * A residual network for images of 32 pixels that two cores train in a minute: a stem of 5×5 filters with mean pooling,
 * one residual block a stage, no max-pooling.
 */
export function buildSmallResnet({ name, seed, inputSizePixels, classes, scaled }: NetworkOptions): Program {
  const b = new NetworkBuilder(name, 'small_resnet', seed);
  let x = b.image(inputSizePixels);
  x = b.convolve(x, 'conv1', { channels: scaled(16), kernel: 5, pad: 2, weight: kaimingNormalFanOut });
  x = b.layer('conv1.relu', b.relu(b.batchNormalize(x, 'bn1'), 'conv1.relu'));
  x = b.layer('meanpool', b.averagePool(x, 'meanpool', 2, 2));
  for (const [index, { channels, stride }] of BLOCKS.entries()) {
    const module = `layer${index + 1}`;
    x = b.layer(module, residualBlock(b, x, module, scaled(channels), stride));
  }
  const pooled = b.layer('avgpool', b.globalAveragePool(x, 'avgpool'));
  const logits = b.linear(pooled, 'fc', classes, { weight: 'default', bias: 'default', output: 'logits' });
  return b.build(b.layer('fc', logits));
}
