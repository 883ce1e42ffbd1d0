import type { Program } from '@oblique/onnx';
import { NetworkBuilder } from './networkBuilder.js';
import type { NetworkOptions } from './networkOptions.js';

/** Units of the hidden layers of Fig. 6. */
const HIDDEN = [1024, 256];

/**
 * Pixels of the first channel, hidden layers of ReLU units, classes; by default the two of Fig. 6. PyTorch's default
 * initialisation. A layer that networks of several depths have in common begins with the same weights.
 */
export function buildMlp(
  { name, seed, inputSizePixels, classes, scaled }: NetworkOptions,
  hidden: readonly number[] = HIDDEN,
): Program {
  const b = new NetworkBuilder(name, 'mlp', seed);
  let x = b.flatten(b.firstChannel(b.image(inputSizePixels), 'grey'), 'pixels');
  hidden.forEach((units, index) => {
    const layer = `hidden${index + 1}`;
    const linear = b.linear(x, `fc${index + 1}`, scaled(units), { weight: 'default', bias: 'default' });
    x = b.layer(layer, b.relu(linear, layer));
  });
  const logits = b.linear(x, `fc${hidden.length + 1}`, classes, {
    weight: 'default',
    bias: 'default',
    output: 'logits',
  });
  return b.build(b.layer('logits', logits));
}
