import { floatAttribute, intAttribute, intsAttribute, stringAttribute, type Node } from './program.js';

/** What a Resize is told, as far as it is known beforehand; undefined where it is left out or not known. */
export interface ResizeInputs {
  readonly roi: readonly number[] | undefined;
  readonly scales: readonly number[] | undefined;
  /** Those of free axes are undefined. */
  readonly sizes: readonly (number | undefined)[] | undefined;
}

/** One axis that is resampled: `out = matrix · in`. */
export interface ResizedAxis {
  readonly axis: number;
  readonly inSize: number;
  readonly outSize: number;
  /** [outSize, inSize], row by row. */
  readonly matrix: Float64Array;
  /** For each place, whether it lies outside the image, where the extrapolation value is taken. */
  readonly outside: readonly boolean[];
}

interface AxisScale {
  readonly axis: number;
  readonly inSize: number;
  readonly outSize: number;
  readonly scale: number;
  readonly roi: readonly [number, number];
}

/**
 * What a Resize of operator set 11 or later does along each axis (ONNX's specification of Resize).
 * @returns undefined where its scales or sizes, or the size of an axis that it changes, are not known.
 */
export function resizePlan(
  node: Node,
  shape: readonly (number | undefined)[],
  inputs: ResizeInputs,
): { readonly axes: readonly ResizedAxis[]; readonly extrapolationValue: number } | undefined {
  const scales = axisScales(node, shape, inputs);
  const axes = scales
    ?.filter(({ inSize, outSize, scale }) => inSize !== outSize || scale !== 1 || cropping(node))
    .map((scale) => resizedAxis(node, scale));
  return axes && { axes, extrapolationValue: floatAttribute(node, 'extrapolation_value', 0) };
}

/** The shape that a Resize gives; undefined where it does not follow. */
export function resizedShape(
  node: Node,
  shape: readonly number[],
  inputs: ResizeInputs,
): readonly number[] | undefined {
  return axisScales(node, shape, inputs)?.reduce<readonly number[]>(
    (sizes, { axis, outSize }) => sizes.with(axis, outSize),
    shape,
  );
}

function cropping(node: Node): boolean {
  return stringAttribute(node, 'coordinate_transformation_mode', 'half_pixel') === 'tf_crop_and_resize';
}

/** The axes with a size that is known, all those that change among them. */
function axisScales(
  node: Node,
  shape: readonly (number | undefined)[],
  { roi, scales, sizes }: ResizeInputs,
): readonly AxisScale[] | undefined {
  const axes = (intsAttribute(node, 'axes') ?? [...shape.keys()]).map((axis) =>
    axis < 0 ? axis + shape.length : axis,
  );
  const given = sizes !== undefined && sizes.length > 0 ? sizes : undefined;
  if (given === undefined && (scales === undefined || scales.length === 0)) return undefined;
  if (cropping(node) && roi === undefined) return undefined;
  const policy = stringAttribute(node, 'keep_aspect_ratio_policy', 'stretch');
  const ratios = axes.map((axis, index) => (given?.[index] ?? NaN) / (shape[axis] ?? NaN));
  const known = ratios.filter((ratio) => !Number.isNaN(ratio));
  const common = policy === 'not_larger' ? Math.min(...known) : Math.max(...known);
  const result: AxisScale[] = [];
  for (const [index, axis] of axes.entries()) {
    const inSize = shape[axis];
    if (inSize === undefined) {
      // A free axis, such as the batch, may only stay as it is.
      if (given === undefined && scales?.[index] === 1) continue;
      if (given !== undefined && !cropping(node) && policy === 'stretch') continue;
      return undefined;
    }
    const crop: readonly [number, number] = [roi?.[index] ?? 0, roi?.[index + axes.length] ?? 1];
    if (given !== undefined && policy === 'stretch') {
      const outSize = given[index];
      if (outSize === undefined) return undefined;
      result.push({ axis, inSize, outSize, scale: outSize / inSize, roi: crop });
    } else if (given !== undefined) {
      result.push({ axis, inSize, outSize: Math.floor(common * inSize + 0.5), scale: common, roi: crop });
    } else {
      const scale = scales?.[index] ?? 1;
      result.push({ axis, inSize, outSize: Math.floor(Math.fround(inSize * scale)), scale, roi: crop });
    }
  }
  return result;
}

function resizedAxis(node: Node, scale: AxisScale): ResizedAxis {
  const { axis, inSize, outSize } = scale;
  const matrix = new Float64Array(outSize * inSize);
  const outside: boolean[] = [];
  for (let place = 0; place < outSize; place++) {
    const at = coordinate(node, scale, place);
    outside.push(cropping(node) && (at < 0 || at > inSize - 1));
    for (const [index, weight] of weightsAt(node, scale, at)) {
      const inside = Math.min(Math.max(index, 0), inSize - 1);
      matrix[place * inSize + inside] = (matrix[place * inSize + inside] ?? 0) + weight;
    }
  }
  return { axis, inSize, outSize, matrix, outside };
}

/**
 * Where in the input the middle of output pixel `place` lies. Which pixel is nearest is decided as ONNX Runtime does it,
 * in float32 step by step, ties that rounding makes included.
 */
function coordinate(node: Node, axis: AxisScale, place: number): number {
  const { inSize, outSize } = axis;
  const [start, end] = axis.roi;
  const r = stringAttribute(node, 'mode', 'nearest') === 'nearest' ? Math.fround : (exact: number) => exact;
  const scale = r(axis.scale);
  const mode = stringAttribute(node, 'coordinate_transformation_mode', 'half_pixel');
  const middle = r((place + 0.5) / scale);
  const halfPixel = r(middle - 0.5);
  switch (mode) {
    case 'half_pixel':
      return halfPixel;
    case 'half_pixel_symmetric':
      return r(r(r((inSize / 2) * r(1 - r(outSize / r(scale * inSize)))) + middle) - 0.5);
    case 'pytorch_half_pixel':
      return outSize > 1 ? halfPixel : 0;
    case 'align_corners':
      return outSize === 1 ? 0 : r(r(place * (inSize - 1)) / (outSize - 1));
    case 'asymmetric':
      return r(place / scale);
    case 'tf_crop_and_resize':
      return outSize > 1
        ? r(start * (inSize - 1) + (place * (end - start) * (inSize - 1)) / (outSize - 1))
        : r(0.5 * (start + end) * (inSize - 1));
    default:
      throw new RangeError(`Resize ${node.name} has the unknown coordinate_transformation_mode ${mode}.`);
  }
}

/** The input pixels that count at this coordinate, with their weights. */
function weightsAt(node: Node, { inSize }: AxisScale, at: number): [index: number, weight: number][] {
  const mode = stringAttribute(node, 'mode', 'nearest');
  if (mode === 'nearest')
    return [[nearest(stringAttribute(node, 'nearest_mode', 'round_prefer_floor'), at), 1]];
  const a = floatAttribute(node, 'cubic_coeff_a', -0.75);
  const [reach, kernel] = mode === 'linear' ? [1, tent] : [2, (distance: number) => cubic(distance, a)];
  const found: [number, number][] = [];
  for (let index = Math.ceil(at - reach); index <= Math.floor(at + reach); index++)
    found.push([index, kernel(Math.abs(index - at))]);
  const excludes = intAttribute(node, 'exclude_outside', 0) !== 0;
  const kept = excludes ? found.filter(([index]) => index >= 0 && index < inSize) : found;
  const total = excludes ? kept.reduce((sum, [, weight]) => sum + weight, 0) : 1;
  return kept.map(([index, weight]) => [index, weight / total]);
}

function nearest(mode: string, at: number): number {
  switch (mode) {
    case 'floor':
      return Math.floor(at);
    case 'ceil':
      return Math.ceil(at);
    case 'round_prefer_ceil':
      return Math.floor(at + 0.5);
    default:
      return Math.ceil(at - 0.5);
  }
}

const tent = (distance: number): number => Math.max(0, 1 - distance);

/** Keys's cubic convolution kernel. */
function cubic(distance: number, a: number): number {
  if (distance <= 1) return ((a + 2) * distance - (a + 3)) * distance ** 2 + 1;
  if (distance < 2) return ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a;
  return 0;
}
