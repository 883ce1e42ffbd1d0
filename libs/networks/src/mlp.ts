import type { Program } from '@oblique/onnx';
import { NetworkBuilder } from './networkBuilder.js';
import type { NetworkOptions } from './networkOptions.js';

/** Units of the hidden layers. */
const HIDDEN = [1024, 256];

/**
 * The network of Fig. 6: pixels of the first channel, two hidden layers of ReLU units, classes. PyTorch's default
 * initialisation.
 */
export function buildMlp({ name, seed, inputSizePixels, classes, scaled }: NetworkOptions): Program {
  const b = new NetworkBuilder(name, 'mlp', seed);
  let x = b.flatten(b.firstChannel(b.image(inputSizePixels), 'grey'), 'pixels');
  HIDDEN.forEach((units, index) => {
    const layer = `hidden${index + 1}`;
    const linear = b.linear(x, `fc${index + 1}`, scaled(units), { weight: 'default', bias: 'default' });
    x = b.layer(layer, b.relu(linear, layer));
  });
  const logits = b.linear(x, 'fc3', classes, { weight: 'default', bias: 'default', output: 'logits' });
  return b.build(b.layer('logits', logits));
}
