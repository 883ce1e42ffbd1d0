import {
  int,
  intAttribute,
  ints,
  intsAttribute,
  transposedWindowsOf,
  windowsOf,
  type Attributes,
  type Shape,
} from '@oblique/onnx';
import type { Formula } from './formula.js';
import { at } from './ruleMakers.js';
import { filled, outputShape, single, sizeOf, sliced } from './transposeMakers.js';
import type { LinearUse, TransposeRule } from './transposeRule.js';

/** Channels below which the taps of a kernel are stacked for products that are wide enough. */
const NARROW = 32;

/** Rows of an image up to which its channels are the better rows. */
const SHORT_ROW = 8;

/** The sliding of a kernel over images [N, C, …space], giving [N, M, …places]. */
interface Sliding {
  readonly group: number;
  readonly kernel: Shape;
  readonly strides: Shape;
  readonly dilations: Shape;
  readonly begins: Shape;
  readonly space: Shape;
  readonly places: Shape;
}

function slidingOf(use: Pick<LinearUse, 'node'>, image: Shape, kernel: Shape, result: Shape): Sliding {
  const windows = windowsOf(use.node, image, kernel);
  return {
    group: intAttribute(use.node, 'group', 1),
    kernel,
    strides: windows.map(({ stride }) => stride),
    dilations: windows.map(({ dilation }) => dilation),
    begins: windows.map(({ pads }) => pads[0]),
    space: image.slice(2),
    places: result.slice(2),
  };
}

/** How far the last window reaches beyond the image; negative where it ends before the image does. */
const overhang = ({ kernel, strides, dilations, begins, space, places }: Sliding): number[] =>
  space.map((size, axis) => {
    const extent = (dilations[axis] ?? 1) * ((kernel[axis] ?? 1) - 1) + 1;
    return ((places[axis] ?? 1) - 1) * (strides[axis] ?? 1) + extent - size - (begins[axis] ?? 0);
  });

const attributesOf = (sliding: Sliding): Attributes => ({
  group: int(sliding.group),
  kernel_shape: ints(sliding.kernel),
  strides: ints(sliding.strides),
  dilations: ints(sliding.dilations),
  pads: ints([...sliding.begins, ...overhang(sliding).map((beyond) => Math.max(beyond, 0))]),
});

/** Adds every window's cotangents into the image that it was read from. */
const spread = (f: Formula, g: string, weight: string, sliding: Sliding): string =>
  f.op('ConvTranspose', [g, weight], {
    ...attributesOf(sliding),
    output_padding: ints(overhang(sliding).map((beyond) => Math.max(-beyond, 0))),
  });

/** y = x ∗ w */
export const convolution: TransposeRule = single((f, g, use) => {
  const { node, input, shape, shapeOf } = use;
  const [x, w] = [at(node.inputs, 0), at(node.inputs, 1)];
  const sliding = slidingOf(use, shapeOf(x), shapeOf(w).slice(2), outputShape(use));
  return input === 0
    ? imageCotangent(f, g, w, sliding)
    : weightCotangent(f, x, shapeOf(x), g, shape, sliding);
});

/** With step 1 this is a convolution by the turned kernel, which runs several times faster than a transposed one. */
function imageCotangent(f: Formula, g: string, weight: string, sliding: Sliding): string {
  const { group, kernel, strides, dilations, begins } = sliding;
  const reach = kernel.map((size, axis) => (dilations[axis] ?? 1) * (size - 1));
  const before = reach.map((beyond, axis) => beyond - (begins[axis] ?? 0));
  const behind = overhang(sliding).map((beyond, axis) => (reach[axis] ?? 0) - beyond);
  const pads = [...before, ...behind];
  if (group !== 1 || strides.some((stride) => stride !== 1) || pads.some((count) => count < 0))
    return spread(f, g, weight, sliding);
  const spatial = kernel.map((_, axis) => axis + 2);
  const back = spatial.map(() => -1);
  const turned = kernel.every((size) => size === 1)
    ? weight
    : sliced(
        f,
        weight,
        back,
        spatial.map(() => -(2 ** 31)),
        spatial,
        back,
      );
  const swapped = f.op('Transpose', [turned], { perm: ints([1, 0, ...spatial]) });
  return f.op('Conv', [g, swapped], {
    kernel_shape: ints(kernel),
    dilations: ints(dilations),
    pads: ints(pads),
  });
}

/**
 * The images' windows as columns times the cotangents, summed over the batch (im2col and a matrix product). How the
 * columns are laid out follows from what was measured to be fast; a convolution with batch and channels exchanged was
 * not.
 */
function weightCotangent(
  f: Formula,
  x: string,
  image: Shape,
  g: string,
  shape: Shape,
  sliding: Sliding,
): string {
  const [, inputs = 1] = shape;
  if (sliding.group !== 1) return groupedProduct(f, x, image, g, shape, sliding);
  if (inputs >= 16 && (sliding.places.at(-1) ?? 1) <= SHORT_ROW)
    return channelsInnermost(f, x, image, g, shape, sliding);
  if (inputs < NARROW) return channelsOutermost(f, x, image, g, shape, sliding);
  return productOfEveryTap(f, x, image, g, shape, sliding);
}

/** The images with their axes in this order, zeros where windows reach beyond them; axes from 2 on are space. */
function arranged(f: Formula, x: string, axes: readonly number[], sliding: Sliding): string {
  const behind = overhang(sliding).map((beyond) => Math.max(beyond, 0));
  const padsOf = (pads: readonly number[]): number[] =>
    axes.map((axis) => (axis < 2 ? 0 : (pads[axis - 2] ?? 0)));
  const turned = f.op('Transpose', [x], { perm: ints(axes) });
  const pads = [...padsOf(sliding.begins), ...padsOf(behind)];
  return pads.some((count) => count > 0) ? f.op('Pad', [turned, f.ints(pads)]) : turned;
}

/** What a tap sees of arranged images along some axes of space: axis `space[k]` is their axis `axes[k]`. */
function seen(
  f: Formula,
  images: string,
  tap: readonly number[],
  { dilations, places, strides }: Sliding,
  space: readonly number[],
  axes: readonly number[],
): string {
  if (axes.length === 0) return images;
  const starts = space.map((axis, index) => (tap[index] ?? 0) * (dilations[axis] ?? 1));
  const steps = space.map((axis) => strides[axis] ?? 1);
  const ends = space.map(
    (axis, index) => (starts[index] ?? 0) + ((places[axis] ?? 1) - 1) * (steps[index] ?? 1) + 1,
  );
  return sliced(f, images, starts, ends, axes, steps);
}

/** Axes of space from the second on: taps along them are stacked, so that those along the first see whole blocks. */
const behindFirst = ({ kernel }: Sliding): number[] => [...kernel.keys()].slice(1);

/** Cotangents as a matrix [outputs, positions], positions in the order first axis, batch, other axes. */
function cotangentRows(f: Formula, g: string, batch: number, outputs: number, sliding: Sliding): string {
  const others = behindFirst(sliding).map((axis) => axis + 2);
  const turned = f.op('Transpose', [g], { perm: ints([1, 2, 0, ...others]) });
  return f.reshape(turned, [outputs, batch * sizeOf(sliding.places)]);
}

/** For few channels, whose windows are long rows. */
function channelsOutermost(
  f: Formula,
  x: string,
  [batch = 1, channels = 1]: Shape,
  g: string,
  shape: Shape,
  sliding: Sliding,
): string {
  const { kernel, places } = sliding;
  const [outputs = 1] = shape;
  const others = behindFirst(sliding);
  const images = arranged(f, x, [1, 2, 0, ...others.map((axis) => axis + 2)], sliding);
  const stackedTaps = tapsOf(kernel.slice(1)).map((tap) =>
    seen(
      f,
      images,
      tap,
      sliding,
      others,
      others.map((axis) => axis + 2),
    ),
  );
  const stack = stacked(f, stackedTaps, 0);
  const height = stackedTaps.length * channels;
  const rows = cotangentRows(f, g, batch, outputs, sliding);
  const positions = batch * sizeOf(places);
  const products = tapsOf(kernel.slice(0, 1)).map((tap) => {
    const columns = f.reshape(seen(f, stack, tap, sliding, [0], [1]), [height, positions]);
    return f.op('Gemm', [columns, rows], { transB: int(1) });
  });
  const apart = f.reshape(stacked(f, products, 0), [sizeOf(kernel), channels, outputs]);
  return f.reshape(f.op('Transpose', [apart], { perm: ints([2, 1, 0]) }), shape);
}

/** For small images, whose rows are shorter than there are channels. */
function channelsInnermost(
  f: Formula,
  x: string,
  [batch = 1, channels = 1]: Shape,
  g: string,
  shape: Shape,
  sliding: Sliding,
): string {
  const { kernel, places } = sliding;
  const [outputs = 1] = shape;
  const others = behindFirst(sliding);
  const images = arranged(f, x, [2, 0, ...others.map((axis) => axis + 2), 1], sliding);
  const stackedTaps = tapsOf(kernel.slice(1)).map((tap) =>
    seen(
      f,
      images,
      tap,
      sliding,
      others,
      others.map((axis) => axis + 1),
    ),
  );
  const stack = stacked(f, stackedTaps, -1);
  const rows = cotangentRows(f, g, batch, outputs, sliding);
  const positions = batch * sizeOf(places);
  const products = tapsOf(kernel.slice(0, 1)).map((tap) => {
    const columns = seen(f, stack, tap, sliding, [0], [0]);
    return f.op('Gemm', [rows, f.reshape(columns, [positions, stackedTaps.length * channels])]);
  });
  const apart = f.reshape(stacked(f, products, 1), [outputs, sizeOf(kernel), channels]);
  return f.reshape(f.op('Transpose', [apart], { perm: ints([0, 2, 1]) }), shape);
}

/** [taps][group, inputs of a group, positions], positions in the order batch, space. */
function columnsOf(f: Formula, x: string, [batch = 1, channels = 1]: Shape, sliding: Sliding): string[] {
  const { group, kernel, places } = sliding;
  const space = [...kernel.keys()];
  const axes = space.map((axis) => axis + 2);
  const images = arranged(f, x, [1, 0, ...axes], sliding);
  const size = [group, channels / group, batch * sizeOf(places)];
  return tapsOf(kernel).map((tap) => f.reshape(seen(f, images, tap, sliding, space, axes), size));
}

/** For many channels: stacking the taps was measured to cost more than it saves. */
function productOfEveryTap(
  f: Formula,
  x: string,
  image: Shape,
  g: string,
  shape: Shape,
  sliding: Sliding,
): string {
  const [outputs = 1, inputs = 1] = shape;
  const positions = (image[0] ?? 1) * sizeOf(sliding.places);
  const perm = ints([1, 0, ...sliding.kernel.map((_, axis) => axis + 2)]);
  const rows = f.reshape(f.op('Transpose', [g], { perm }), [outputs, positions]);
  const products = columnsOf(f, x, image, sliding).map((column) =>
    f.op('Gemm', [rows, f.reshape(column, [inputs, positions])], { transB: int(1) }),
  );
  const apart = f.reshape(stacked(f, products, 1), [outputs, sizeOf(sliding.kernel), inputs]);
  return f.reshape(f.op('Transpose', [apart], { perm: ints([0, 2, 1]) }), shape);
}

/** Every group's product beside the others. */
function groupedProduct(
  f: Formula,
  x: string,
  image: Shape,
  g: string,
  shape: Shape,
  sliding: Sliding,
): string {
  const { group, kernel, places } = sliding;
  const [outputs = 1, inputs = 1] = shape;
  const perm = ints([1, 0, ...kernel.map((_, axis) => axis + 2)]);
  const positions = (image[0] ?? 1) * sizeOf(places);
  const rows = f.reshape(f.op('Transpose', [g], { perm }), [group, outputs / group, positions]);
  const columns = stacked(f, columnsOf(f, x, image, sliding), 1);
  const product = f.op('MatMul', [rows, f.op('Transpose', [columns], { perm: ints([0, 2, 1]) })]);
  const apart = f.reshape(product, [outputs, sizeOf(kernel), inputs]);
  return f.reshape(f.op('Transpose', [apart], { perm: ints([0, 2, 1]) }), shape);
}

const stacked = (f: Formula, parts: readonly string[], axis: number): string =>
  parts.length === 1 ? at(parts, 0) : f.op('Concat', parts, { axis: int(axis) });

/** Every place in the kernel, the last axis fastest. */
const tapsOf = (kernel: Shape): number[][] =>
  kernel.reduce<number[][]>(
    (taps, size) => taps.flatMap((tap) => [...new Array(size).keys()].map((place) => [...tap, place])),
    [[]],
  );

/** A transposed convolution is the transpose of a convolution, in which image and result have changed places. */
export const transposedConvolution: TransposeRule = single((f, g, use) => {
  const { node, input, shape, shapeOf } = use;
  const [x, w] = [at(node.inputs, 0), at(node.inputs, 1)];
  const image = outputShape(use);
  const kernel = shapeOf(w).slice(2);
  const sliding = {
    ...slidingOf(use, image, kernel, shapeOf(x)),
    begins: transposedWindowsOf(node, shapeOf(x), kernel).map(({ pads }) => pads[0]),
  };
  return input === 0
    ? f.op('Conv', [g, w], attributesOf(sliding))
    : weightCotangent(f, g, image, x, shape, sliding);
});

/** Each window's cotangent is shared by the pixels that it averaged. */
export const averagePool: TransposeRule = single((f, g, use) => {
  const { node, shape } = use;
  const result = outputShape(use);
  const sliding = { ...slidingOf(use, shape, intsAttribute(node, 'kernel_shape') ?? [], result), group: 1 };
  const [batch = 1, channels = 1, ...space] = shape;
  const one = filled(f, 1, g, [1, 1, ...space]);
  const kernel = filled(f, 1, g, [1, 1, ...sliding.kernel]);
  // What a window makes of ones, over the number of pixels in it: one over what it divides by.
  const share = f.div(f.again(node, [one]), f.op('Conv', [one, kernel], attributesOf(sliding)));
  const shared = f.reshape(f.mul(g, share), [batch * channels, 1, ...sliding.places]);
  return f.reshape(spread(f, shared, kernel, sliding), shape);
});
