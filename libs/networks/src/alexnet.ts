import type { Program } from '@oblique/onnx';
import { NetworkBuilder, type Maps } from './networkBuilder.js';
import type { NetworkOptions } from './networkOptions.js';

/** How AlexNet halves its maps: windows of 3 at steps of 2, windows of 2 at steps of 2, or learned filters of 3 at steps of 2. */
export type Downsampling = 'overlapping' | 'nonoverlapping' | 'strided';

const PLAN = [
  { channels: 64, kernel: 11, stride: 4, pad: 2, pool: true },
  { channels: 192, kernel: 5, pad: 2, pool: true },
  { channels: 384, kernel: 3, pad: 1, pool: false },
  { channels: 256, kernel: 3, pad: 1, pool: false },
  { channels: 256, kernel: 3, pad: 1, pool: true },
] as const;

/**
 * AlexNet as torchvision builds it (Krizhevsky 2014, one weird trick) and its variants. A strided variant has
 * `Sequential(Conv2d(c, c, 3, stride=2, padding=1), ReLU())` in the place of each pooling layer.
 */
export function buildAlexnet(
  { name, seed, inputSizePixels, classes, scaled }: NetworkOptions,
  downsampling: Downsampling,
): Program {
  const b = new NetworkBuilder(name, 'alexnet', seed);
  let x = b.image(inputSizePixels);
  let index = 0;
  for (const { pool, channels, ...window } of PLAN) {
    const options = { ...window, channels: scaled(channels), weight: 'default', bias: 'default' } as const;
    const relu = `features.${index + 1}.relu`;
    x = b.convolve(x, `features.${index}`, options);
    x = b.layer(relu, b.relu(x, relu));
    index += 2;
    if (pool) x = downsample(b, x, `features.${index++}`, downsampling);
  }
  let y = b.flatten(b.adaptiveAveragePool(x, 'avgpool', 6), 'flatten');
  for (const position of [1, 4]) {
    const relu = `classifier.${position + 1}.relu`;
    const dropped = b.dropout(y, `classifier.${position - 1}`, 0.5);
    const linear = b.linear(dropped, `classifier.${position}`, scaled(4096), {
      weight: 'default',
      bias: 'default',
    });
    y = b.layer(relu, b.relu(linear, relu));
  }
  const logits = b.linear(y, 'classifier.6', classes, {
    weight: 'default',
    bias: 'default',
    output: 'logits',
  });
  return b.build(b.layer('classifier.6', logits));
}

function downsample(b: NetworkBuilder, x: Maps, module: string, downsampling: Downsampling): Maps {
  if (downsampling !== 'strided') {
    const pooled = `${module}.maxpool`;
    return b.layer(pooled, b.maxPool(x, pooled, downsampling === 'overlapping' ? 3 : 2, 2));
  }
  const options = {
    channels: x.channels,
    kernel: 3,
    stride: 2,
    pad: 1,
    weight: 'default',
    bias: 'default',
  } as const;
  const relu = `${module}.1.relu`;
  return b.layer(relu, b.relu(b.convolve(x, `${module}.0`, options), relu));
}
