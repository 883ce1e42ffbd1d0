import { intAttribute, intsAttribute, windowsOf, type Node, type Shape } from '@oblique/onnx';
import type { Kernel, KernelContext, Tensor, Tf } from './kernel.js';

type Pair = [number, number];
type Images = import('@tensorflow/tfjs-core').Tensor4D;

/** Images [N, C, H, W] as TensorFlow has them, [N, H, W, C]: its CPU kernels know no other order. */
const channelsLast = (tf: Tf, x: Tensor): Images => tf.transpose(tf.reshape(x, as4(x.shape)), [0, 2, 3, 1]);
const channelsFirst = (tf: Tf, y: Tensor, shape: Shape): Tensor =>
  tf.reshape(tf.transpose(y, [0, 3, 1, 2]), [...shape]);

const as4 = (shape: Shape): [number, number, number, number] => {
  const [n = 1, c = 1, h = 1, w = 1] = shape;
  if (shape.length > 4)
    throw new RangeError(`TensorFlow.js is used for images only, not for ${shape.length - 2} axes of space.`);
  return shape.length === 3 ? [n, c, 1, h] : [n, c, h, w];
};

/** The sliding windows over the two axes of space. */
interface Windows {
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly begins: Pair;
  /** How far the last window reaches beyond the image; negative where it ends before. */
  readonly beyond: Pair;
}

function windows(node: Node, image: Shape, kernel: Shape, places: Shape): Windows {
  const list = windowsOf(node, image, kernel);
  const pair = (values: readonly number[], otherwise: number): Pair => {
    const [a = otherwise, b] = values;
    return b === undefined ? [otherwise, a] : [a, b];
  };
  const beyond = list.map(
    ({ size, kernel: extent, stride, dilation, pads }, axis) =>
      ((places[axis + 2] ?? 1) - 1) * stride + dilation * (extent - 1) + 1 - size - pads[0],
  );
  return {
    kernel: pair(
      list.map((window) => window.kernel),
      1,
    ),
    strides: pair(
      list.map(({ stride }) => stride),
      1,
    ),
    dilations: pair(
      list.map(({ dilation }) => dilation),
      1,
    ),
    begins: pair(
      list.map(({ pads }) => pads[0]),
      0,
    ),
    beyond: pair(beyond, 0),
  };
}

/** Exactly the pixels that windows cover: padded with `value` where they reach beyond the image, else cut. */
function covered(tf: Tf, x: Images, { begins, beyond }: Windows, value = 0): Images {
  const [n, h, w, c] = x.shape;
  const padded = tf.pad(
    x,
    [
      [0, 0],
      [begins[0], Math.max(beyond[0], 0)],
      [begins[1], Math.max(beyond[1], 0)],
      [0, 0],
    ],
    value,
  );
  return tf.slice(padded, [0, 0, 0, 0], [n, h + begins[0] + beyond[0], w + begins[1] + beyond[1], c]);
}

/** Channels `index` of `count` equal groups. */
const group = (tf: Tf, x: Tensor, axis: number, index: number, count: number): Tensor => {
  const size = (x.shape[axis] ?? 0) / count;
  const begin = x.shape.map((_, place) => (place === axis ? index * size : 0));
  return tf.slice(
    x,
    begin,
    x.shape.map((full, place) => (place === axis ? size : full)),
  );
};

const byGroup = (tf: Tf, groups: number, axis: number, of: (index: number) => Tensor): Tensor =>
  groups === 1
    ? of(0)
    : tf.concat(
        Array.from({ length: groups }, (_, index) => of(index)),
        axis,
      );

/** Weights [M, C, kH, kW] as [kH, kW, C, M]. */
const filters = (tf: Tf, w: Tensor): Images => tf.transpose(tf.reshape(w, as4(w.shape)), [2, 3, 1, 0]);

const withBias = ({ tf, x, has }: KernelContext, y: Tensor): Tensor =>
  has(2) ? tf.add(y, tf.reshape(x(2), [1, -1, ...y.shape.slice(2).map(() => 1)])) : y;

export const convolution: Kernel = (context) => {
  const { tf, node, x, shape } = context;
  const [image, w] = [x(0), x(1)];
  const sliding = windows(node, image.shape, w.shape.slice(2), shape(0));
  const groups = intAttribute(node, 'group', 1);
  const pixels = covered(tf, channelsLast(tf, image), sliding);
  const y = byGroup(tf, groups, 3, (index) =>
    tf.conv2d(
      group(tf, pixels, 3, index, groups) as Images,
      filters(tf, group(tf, w, 0, index, groups)),
      sliding.strides,
      'valid',
      'NHWC',
      sliding.dilations,
    ),
  );
  return [withBias(context, channelsFirst(tf, y, shape(0)))];
};

/** The windows' contributions are added up over all that they cover; what lies outside the image is cut off. */
export const transposedConvolution: Kernel = (context) => {
  const { tf, node, x, shape } = context;
  const [places, w] = [x(0), x(1)];
  const sliding = windows(
    { ...node, attributes: { ...node.attributes, auto_pad: { type: 'string', value: 'NOTSET' } } },
    shape(0),
    w.shape.slice(2),
    places.shape,
  );
  if (sliding.dilations.some((dilation) => dilation !== 1)) {
    throw new RangeError(`ConvTranspose ${node.name} has dilations, which TensorFlow.js does not take.`);
  }
  const groups = intAttribute(node, 'group', 1);
  const [n, , h, wide] = as4(shape(0));
  const [tall, broad] = [
    h + sliding.begins[0] + sliding.beyond[0],
    wide + sliding.begins[1] + sliding.beyond[1],
  ];
  const g = channelsLast(tf, places);
  const y = byGroup(tf, groups, 3, (index) => {
    const weight = group(tf, w, 0, index, groups);
    const outputs = weight.shape[1] ?? 1;
    // [C, M, kH, kW] as [kH, kW, M, C]
    const filter = tf.transpose<Images>(tf.reshape(weight, as4(weight.shape)), [2, 3, 1, 0]);
    return tf.conv2dTranspose(
      group(tf, g, 3, index, groups) as Images,
      filter,
      [n, tall, broad, outputs],
      sliding.strides,
      'valid',
    );
  });
  const filled = tf.pad(y as Images, [
    [0, 0],
    [0, Math.max(0, h + sliding.begins[0] - tall)],
    [0, Math.max(0, wide + sliding.begins[1] - broad)],
    [0, 0],
  ]);
  const image = tf.slice(filled, [0, ...sliding.begins, 0], [n, h, wide, filled.shape[3]]);
  return [withBias(context, channelsFirst(tf, image, shape(0)))];
};

/** Every window's pixel of each place in the window, stacked: [taps, N, H′, W′, C]. */
function taps(tf: Tf, pixels: Tensor, { kernel, strides, dilations }: Windows, places: Pair): Tensor {
  const [n = 1, , , c = 1] = pixels.shape;
  const views: Tensor[] = [];
  for (let row = 0; row < kernel[0]; row++) {
    for (let column = 0; column < kernel[1]; column++) {
      const begin = [row * dilations[0], column * dilations[1]];
      const end = begin.map((start, axis) => start + ((places[axis] ?? 1) - 1) * (strides[axis] ?? 1) + 1);
      views.push(tf.stridedSlice(pixels, [0, ...begin, 0], [n, ...end, c], [1, ...strides, 1]));
    }
  }
  return tf.stack(views);
}

const placesOf = (shape: Shape): Pair => {
  const [, , h, w] = as4(shape);
  return [h, w];
};

/** The second output numbers the winner in the whole flattened input; the first of tied elements wins. */
export const maxPool: Kernel = ({ tf, node, x, shape }) => {
  const image = x(0);
  const [n, c, h, w] = as4(image.shape);
  const sliding = windows(node, image.shape, intsAttribute(node, 'kernel_shape') ?? [], shape(0));
  const places = placesOf(shape(0));
  const stack = taps(tf, covered(tf, channelsLast(tf, image), sliding, -Infinity), sliding, places);
  const best = channelsFirst(tf, tf.max(stack, 0), shape(0));
  if ((node.outputs[1] ?? '') === '') return [best];
  const numbers = channelsLast(tf, tf.reshape(tf.range(0, n * c * h * w, 1, 'int32'), [n, c, h, w]));
  const origins = taps(tf, covered(tf, numbers, sliding), sliding, places);
  const won = tf.oneHot(
    tf.cast(tf.argMax(stack, 0), 'int32'),
    sliding.kernel[0] * sliding.kernel[1],
    1,
    0,
    'int32',
  );
  const origin = tf.sum(tf.mul(tf.transpose(origins, [1, 2, 3, 4, 0]), won), -1);
  return [best, channelsFirst(tf, tf.cast(origin, 'int32'), shape(0))];
};

export const averagePool: Kernel = ({ tf, node, x, shape }) => {
  const image = x(0);
  const sliding = windows(node, image.shape, intsAttribute(node, 'kernel_shape') ?? [], shape(0));
  const pixels = channelsLast(tf, image);
  const sum = (of: Images): Tensor =>
    tf.sum(taps(tf, covered(tf, of, sliding), sliding, placesOf(shape(0))), 0);
  const padded = intAttribute(node, 'count_include_pad', 0) !== 0;
  const count = padded ? tf.scalar(sliding.kernel[0] * sliding.kernel[1]) : sum(tf.onesLike(pixels));
  return [channelsFirst(tf, tf.div(sum(pixels), count), shape(0))];
};

export const globalAveragePool: Kernel = ({ tf, x }) => {
  const axes = x(0)
    .shape.map((_, axis) => axis)
    .slice(2);
  return [tf.mean(x(0), axes, true)];
};
