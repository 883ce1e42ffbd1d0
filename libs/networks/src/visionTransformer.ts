import { float, int, ints, type Program } from '@oblique/onnx';
import { constant, normal, pytorchDefault, xavierUniform, type Initialiser } from './initialisers.js';
import { NetworkBuilder, type Features } from './networkBuilder.js';
import type { NetworkOptions } from './networkOptions.js';

const PATCH_PIXELS = 16;
const HEADS = 12;
const HEAD_FEATURES = 64;
/** Features of the hidden layer of a block, for each feature of a token. */
const HIDDEN_FACTOR = 4;
const BLOCKS = 12;

/** Activations [N, tokens, features]. */
interface Tokens extends Features {
  readonly tokens: number;
}

/**
 * ViT-B/16 (Dosovitskiy et al. 2021) as torchvision builds it. Its head starts at zero, so an untrained network's
 * logits are all 0, whatever the image. The batch stays the first axis throughout. Its width scales the number of heads,
 * each of 64 features.
 * @throws RangeError where the image is not made of whole patches of 16 pixels.
 */
export function buildVisionTransformer({
  name,
  seed,
  inputSizePixels,
  classes,
  scaled,
}: NetworkOptions): Program {
  if (inputSizePixels % PATCH_PIXELS !== 0) {
    throw new RangeError(
      `${name} cuts images into patches of 16 pixels; inputSizePixels ${inputSizePixels} is no multiple of it.`,
    );
  }
  const b = new NetworkBuilder(name, 'vit_b_16', seed);
  let x = b.layer('patch_embedding', embedPatches(b, inputSizePixels, HEAD_FEATURES * scaled(HEADS)));
  for (let index = 0; index < BLOCKS; index++) {
    x = b.layer(`encoder.${index}`, transformerBlock(b, x, `encoder.layers.encoder_layer_${index}`));
  }
  const classToken = b.program.op(
    'Gather',
    [
      layerNormalize(b, x, 'encoder.ln').tensor,
      b.program.initializer('class_token_index', { dtype: 'int64', shape: [], data: new BigInt64Array(1) }),
    ],
    { axis: int(1) },
    { name: 'encoder.class_token' },
  );
  const zero = constant(0);
  const logits = b.linear({ tensor: classToken, features: x.features }, 'heads.head', classes, {
    weight: zero,
    bias: zero,
    output: 'logits',
  });
  return b.build(b.layer('heads.head', logits));
}

function embedPatches(b: NetworkBuilder, sizePixels: number, features: number): Tokens {
  const image = b.image(sizePixels);
  const patches = (sizePixels / PATCH_PIXELS) ** 2;
  const std = Math.sqrt(1 / (image.channels * PATCH_PIXELS ** 2));
  // torchvision cuts this normal distribution at ±2, which is 55 standard deviations away.
  const embedding = {
    channels: features,
    kernel: PATCH_PIXELS,
    stride: PATCH_PIXELS,
    weight: normal(std),
    bias: constant(0),
  };
  const maps = b.convolve(image, 'conv_proj', embedding);
  const rows = reshape(b, maps.tensor, [0, features, patches], 'patches');
  const sequence = transpose(b, rows, [0, 2, 1], 'patches.sequence');
  // The class token stands before the patches: both are padded with zeros to the full length and added.
  const padded = b.program.op(
    'Pad',
    [sequence, b.program.ints([0, 1, 0, 0, 0, 0])],
    {},
    { name: 'patches.padded' },
  );
  const token = b.weight('class_token', [1, 1, features], constant(0));
  const tokens = patches + 1;
  const position = b.weight('encoder.pos_embedding', [1, tokens, features], normal(0.02));
  const first = b.program.op(
    'Pad',
    [token, b.program.ints([0, 0, 0, 0, patches, 0])],
    {},
    { name: 'class_token.padded' },
  );
  const added = b.program.op('Add', [first, position], {}, { name: 'encoder.added' });
  return {
    tensor: b.program.op('Add', [padded, added], {}, { name: 'encoder.input' }),
    features,
    tokens,
  };
}

function transformerBlock(b: NetworkBuilder, x: Tokens, module: string): Tokens {
  const attended = attention(b, layerNormalize(b, x, `${module}.ln_1`), `${module}.self_attention`);
  const middle = {
    ...x,
    tensor: b.program.op('Add', [attended.tensor, x.tensor], {}, { name: `${module}.sum_1` }),
  };
  const near = normal(1e-6);
  const hidden = linear(
    b,
    layerNormalize(b, middle, `${module}.ln_2`),
    `${module}.mlp.0`,
    HIDDEN_FACTOR * x.features,
    xavierUniform,
    near,
  );
  const mixed = linear(
    b,
    gelu(b, hidden, `${module}.mlp.1`),
    `${module}.mlp.3`,
    x.features,
    xavierUniform,
    near,
  );
  return {
    ...x,
    tensor: b.program.op('Add', [middle.tensor, mixed.tensor], {}, { name: `${module}.sum_2` }),
  };
}

function attention(b: NetworkBuilder, x: Tokens, module: string): Tokens {
  const names = { weight: `${module}.in_proj_weight`, bias: `${module}.in_proj_bias` };
  const projected = linear(b, x, `${module}.in_proj`, 3 * x.features, xavierUniform, constant(0), names);
  const [query, key, value] = b.program.node(
    'Split',
    [projected.tensor],
    { axis: int(2), num_outputs: int(3) },
    {
      name: `${module}.split`,
      outputs: ['query', 'key', 'value'].map((part) => `${module}.${part}`),
    },
  );
  if (key === undefined || value === undefined) throw new Error('Split gave fewer than three outputs.');
  const heads = (tensor: string, permutation: readonly number[]): string =>
    transpose(
      b,
      reshape(b, tensor, [0, x.tokens, x.features / HEAD_FEATURES, HEAD_FEATURES], `${tensor}.split`),
      permutation,
      `${tensor}.heads`,
    );
  const scale = b.program.scalar(1 / Math.sqrt(HEAD_FEATURES));
  const scaled = b.program.op(
    'Mul',
    [heads(query, [0, 2, 1, 3]), scale],
    {},
    { name: `${module}.query.scaled` },
  );
  const scores = b.program.op('MatMul', [scaled, heads(key, [0, 2, 3, 1])], {}, { name: `${module}.scores` });
  const weights = b.program.op('Softmax', [scores], { axis: int(-1) }, { name: `${module}.attention` });
  const read = b.program.op('MatMul', [weights, heads(value, [0, 2, 1, 3])], {}, { name: `${module}.read` });
  const joined = reshape(
    b,
    transpose(b, read, [0, 2, 1, 3], `${module}.joining`),
    [0, x.tokens, x.features],
    `${module}.joined`,
  );
  return linear(
    b,
    { ...x, tensor: joined },
    `${module}.out_proj`,
    x.features,
    pytorchDefault(x.features),
    constant(0),
  );
}

/** PyTorch's Linear on [N, tokens, features], its weight in PyTorch's layout [out, in]. */
function linear(
  b: NetworkBuilder,
  x: Tokens,
  module: string,
  features: number,
  weight: Initialiser,
  bias: Initialiser,
  names = { weight: `${module}.weight`, bias: `${module}.bias` },
): Tokens {
  const turned = transpose(
    b,
    b.weight(names.weight, [features, x.features], weight),
    [1, 0],
    `${names.weight}.transposed`,
  );
  const product = b.program.op('MatMul', [x.tensor, turned], {}, { name: `${module}.product` });
  const sum = b.program.op('Add', [product, b.weight(names.bias, [features], bias)], {}, { name: module });
  return { ...x, tensor: sum, features };
}

/** Exact GELU, x · Φ(x), written so that runtimes recognise and fuse it. */
function gelu(b: NetworkBuilder, x: Tokens, name: string): Tokens {
  const step = (op: string, left: string, right: string, part: string): string =>
    b.program.op(op, [left, right], {}, { name: `${name}.${part}` });
  const erf = b.program.op(
    'Erf',
    [step('Div', x.tensor, b.program.scalar(Math.SQRT2), 'scaled')],
    {},
    { name: `${name}.erf` },
  );
  const twice = step('Mul', x.tensor, step('Add', erf, b.program.scalar(1), 'shifted'), 'twice');
  return { ...x, tensor: step('Mul', twice, b.program.scalar(0.5), 'gelu') };
}

function layerNormalize(b: NetworkBuilder, x: Tokens, module: string): Tokens {
  const inputs = [
    x.tensor,
    b.weight(`${module}.weight`, [x.features], constant(1)),
    b.weight(`${module}.bias`, [x.features], constant(0)),
  ];
  const attributes = { axis: int(-1), epsilon: float(1e-6) };
  return { ...x, tensor: b.program.op('LayerNormalization', inputs, attributes, { name: module }) };
}

function reshape(b: NetworkBuilder, tensor: string, shape: readonly number[], name: string): string {
  return b.program.op('Reshape', [tensor, b.program.ints(shape)], {}, { name });
}

function transpose(b: NetworkBuilder, tensor: string, permutation: readonly number[], name: string): string {
  return b.program.op('Transpose', [tensor], { perm: ints(permutation) }, { name });
}
