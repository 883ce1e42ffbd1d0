import { float32, ndarray, sizeOf, type NdArray } from '@oblique/arrays';
import { buildNetwork, parametersOf } from '@oblique/networks';
import { int, ProgramBuilder, type Program } from '@oblique/onnx';

/** A network to train; see `reference/training/cases.json`. */
export interface TrainingCase {
  readonly name: string;
  /** A built-in one, or `tanh_mlp`. */
  readonly architecture: string;
  readonly seed: number;
  readonly width: number;
  /** Shape of a batch of images. */
  readonly image: readonly number[];
  readonly classes: number;
}

/** Numbers in [−1, 1) that `reference/make_training_reference.py` makes as well. */
export function noise(seed: number, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, index) => scrambled(index + seed * 2 ** 20) / 2 ** 31 - 1);
}

/** A 32-bit integer scrambled (Wellons' lowbias32). */
export function scrambled(number: number): number {
  let x = number >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

/** Images, labels and weights of a step, as the reference's. */
export function trainingBatch(
  { image, classes }: Pick<TrainingCase, 'image' | 'classes'>,
  step: number,
): Record<'image' | 'label' | 'weight', NdArray> {
  const examples = [...Array(image[0]).keys()];
  return {
    image: ndarray('float32', image, noise(1000 + step, sizeOf(image))),
    label: ndarray(
      'int64',
      [examples.length],
      BigInt64Array.from(examples, (example) => BigInt((example + step) % classes)),
    ),
    weight: float32(
      [examples.length],
      examples.map((example) => (example % 4) / 2),
    ),
  };
}

/** The network of a case. What is the same everywhere or zero at the start is made uneven, so that all has gradients. */
export function trainingNetwork(trainingCase: TrainingCase): Program {
  const { architecture, seed, width, image, classes } = trainingCase;
  const network =
    architecture === 'tanh_mlp'
      ? tanhMlp(trainingCase)
      : buildNetwork(architecture, { seed, width, inputSizePixels: image[2] ?? 1, classes });
  const initializers = new Map(network.initializers);
  parametersOf(network).forEach(({ tensor }, index) => {
    const value = initializers.get(tensor);
    if (value?.dtype !== 'float32' || !value.data.every((element) => element === value.data[0])) return;
    const uneven = noise(index, value.data.length);
    const data = value.data.map((element, place) => element + 0.1 * (uneven[place] ?? 0));
    initializers.set(tensor, ndarray('float32', value.shape, data));
  });
  return { ...network, initializers };
}

function tanhMlp({ image: [, inputs = 1], classes }: TrainingCase): Program {
  const b = new ProgramBuilder('tanh_mlp');
  const sizes = [inputs, 32, 16, classes];
  let x = b.input('input', 'float32', ['N', inputs]);
  for (const layer of [0, 1, 2]) {
    const [from = 1, to = 1] = sizes.slice(layer);
    const name = `${2 * layer}`;
    const weights = noise(100 + layer, to * from).map((value) => value / Math.sqrt(from));
    const weight = b.initializer(`${name}.weight`, ndarray('float32', [to, from], weights));
    const bias = b.initializer(`${name}.bias`, ndarray('float32', [to], noise(200 + layer, to)));
    x = b.op('Gemm', [x, weight, bias], { transB: int(1) }, { name: `linear${layer}` });
    if (layer < 2) x = b.op('Tanh', [x], {}, { name: `tanh${layer}` });
  }
  b.output(x, 'float32', ['N', classes]);
  return b.build();
}
