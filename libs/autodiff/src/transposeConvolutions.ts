import {
  int,
  intAttribute,
  ints,
  intsAttribute,
  windowsOf,
  type Attributes,
  type Shape,
} from '@oblique/onnx';
import type { Formula } from './formula.js';
import { at } from './ruleMakers.js';
import { filled, outputShape, single, sizeOf, sliced } from './transposeMakers.js';
import type { LinearUse, TransposeRule } from './transposeRule.js';

/** Channels below which the windows of a convolution are stacked for one product. */
const NARROW = 32;

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
 * The images' windows as columns times the cotangents, one matrix product for the whole batch (im2col). A convolution
 * with batch and channels exchanged was measured to be slower.
 */
function weightCotangent(
  f: Formula,
  x: string,
  [batch = 1, channels = 1]: Shape,
  g: string,
  shape: Shape,
  sliding: Sliding,
): string {
  const { group, kernel, strides, dilations, begins, places } = sliding;
  const [outputs = 1, inputs = 1] = shape;
  const spatial = kernel.map((_, axis) => axis + 2);
  const exchanged = { perm: ints([1, 0, ...spatial]) };
  const positions = batch * sizeOf(places);
  const behind = overhang(sliding).map((beyond) => Math.max(beyond, 0));
  const byChannel = f.op('Transpose', [x], exchanged);
  const padded = [...begins, ...behind].some((count) => count > 0)
    ? f.op('Pad', [byChannel, f.ints([0, 0, ...begins, 0, 0, ...behind])])
    : byChannel;
  const columns = tapsOf(kernel).map((tap) => {
    const starts = tap.map((place, axis) => place * (dilations[axis] ?? 1));
    const ends = starts.map((start, axis) => start + ((places[axis] ?? 1) - 1) * (strides[axis] ?? 1) + 1);
    return f.reshape(sliced(f, padded, starts, ends, spatial, strides), [group, channels / group, positions]);
  });
  const taps = columns.length;
  const cotangent = f.reshape(f.op('Transpose', [g], exchanged), [group, outputs / group, positions]);
  // [group, outputs of a group, taps · inputs]
  const product =
    group === 1
      ? products(f, f.reshape(cotangent, [outputs, positions]), columns, inputs, positions)
      : f.op('MatMul', [cotangent, f.op('Transpose', [stacked(f, columns)], { perm: ints([0, 2, 1]) })]);
  if (taps === 1) return f.reshape(product, shape);
  const apart = f.reshape(product, [outputs, taps, inputs]);
  return f.reshape(f.op('Transpose', [apart], { perm: ints([0, 2, 1]) }), shape);
}

/**
 * Rows [outputs, positions] times the columns of every tap. Taps with few channels make matrices too narrow for a fast
 * product, and are stacked first; with more, that copy was measured to cost more than it saves.
 */
function products(
  f: Formula,
  rows: string,
  columns: readonly string[],
  inputs: number,
  positions: number,
): string {
  const times = (matrix: string, height: number): string =>
    f.op('Gemm', [rows, f.reshape(matrix, [height, positions])], { transB: int(1) });
  if (inputs < NARROW) return times(stacked(f, columns), columns.length * inputs);
  const apart = columns.map((column) => times(column, inputs));
  return apart.length === 1 ? at(apart, 0) : f.op('Concat', apart, { axis: int(1) });
}

const stacked = (f: Formula, columns: readonly string[]): string =>
  columns.length === 1 ? at(columns, 0) : f.op('Concat', columns, { axis: int(1) });

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
  const sliding = slidingOf(use, image, shapeOf(w).slice(2), shapeOf(x));
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
