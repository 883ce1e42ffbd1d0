import type { Program } from '@oblique/onnx';
import { constant, kaimingNormalFanOut, normal } from './initialisers.js';
import { NetworkBuilder } from './networkBuilder.js';
import type { NetworkOptions } from './networkOptions.js';

const PLAN = [
  64,
  64,
  'pool',
  128,
  128,
  'pool',
  256,
  256,
  256,
  'pool',
  512,
  512,
  512,
  'pool',
  512,
  512,
  512,
  'pool',
] as const;

/** VGG-16 with batch normalisation (Simonyan & Zisserman 2015) as torchvision builds it. */
export function buildVgg16bn({ name, seed, inputSizePixels, classes, scaled }: NetworkOptions): Program {
  const b = new NetworkBuilder(name, 'vgg16_bn', seed);
  let x = b.image(inputSizePixels);
  let index = 0;
  for (const step of PLAN) {
    if (step === 'pool') {
      const module = `features.${index}.maxpool`;
      x = b.layer(module, b.maxPool(x, module, 2, 2));
      index += 1;
    } else {
      const options = {
        channels: scaled(step),
        kernel: 3,
        pad: 1,
        weight: kaimingNormalFanOut,
        bias: constant(0),
      };
      x = b.batchNormalize(b.convolve(x, `features.${index}`, options), `features.${index + 1}`);
      const module = `features.${index + 2}.relu`;
      x = b.layer(module, b.relu(x, module));
      index += 3;
    }
  }
  let y = b.flatten(b.adaptiveAveragePool(x, 'avgpool', 7), 'flatten');
  const initialisers = { weight: normal(0.01), bias: constant(0) };
  for (const position of [0, 3]) {
    const module = `classifier.${position + 1}.relu`;
    y = b.layer(module, b.relu(b.linear(y, `classifier.${position}`, scaled(4096), initialisers), module));
    y = b.dropout(y, `classifier.${position + 2}`, 0.5);
  }
  const logits = b.linear(y, 'classifier.6', classes, { ...initialisers, output: 'logits' });
  return b.build(b.layer('classifier.6', logits));
}
