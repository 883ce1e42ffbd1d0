import { float64 } from '@oblique/arrays';
import { floatAttribute, intAttribute } from '../program.js';
import { poolWindowsOf, type PoolWindow } from '../shapeRules.js';
import type { Float64Builder } from './float64Builder.js';
import { padded, windowSums } from './slidingWindows.js';

/** AveragePool: sums over windows, divided by the number of pixels in each, padding among them or not. */
export function averagePool(f: Float64Builder): void {
  const x = f.input(0);
  const windows = poolWindowsOf(f.node, [1, 1, ...f.space(x)]);
  const includesPads = intAttribute(f.node, 'count_include_pad', 0) !== 0;
  const counts = windows.map((window) => countsOf(window, includesPads));
  const divisor = counts.map((values, axis) =>
    f.program.initializer(
      `${f.node.name}/counts`,
      float64([values.length, ...counts.slice(axis + 1).map(() => 1)], values),
    ),
  );
  const sums = windowSums(f, padded(f, x, windows), windows);
  const product = divisor.reduce((all, one) => f.mul(all, one));
  f.finish('Div', [sums, product]);
}

/** For each window along one axis, how many of its places lie in the image, or in the image and its declared padding. */
function countsOf(
  { size, count, kernel, stride, dilation, pads, declaredEnd }: PoolWindow,
  padding: boolean,
): number[] {
  const [low, high] = padding ? [-pads[0], size + declaredEnd] : [0, size];
  return Array.from({ length: count }, (_, index) => {
    const start = index * stride - pads[0];
    const inside = Array.from({ length: kernel }, (__, place) => start + place * dilation);
    return inside.filter((at) => at >= low && at < high).length;
  });
}

/** LpPool: the p-norm over windows. */
export function lpPool(f: Float64Builder): void {
  const x = f.input(0);
  const windows = poolWindowsOf(f.node, [1, 1, ...f.space(x)]);
  const p = f.program.scalar(intAttribute(f.node, 'p', 2), 'float64');
  const powers = f.op('Pow', [f.op('Abs', [x]), p]);
  f.finish('Pow', [windowSums(f, padded(f, powers, windows), windows), f.div(1, p)]);
}

/** GlobalAveragePool and GlobalMaxPool: a reduction over space. */
export const globalPool =
  (reduction: string) =>
  (f: Float64Builder): void => {
    const x = f.input(0);
    const rank = f.shape(x).length;
    f.finish(reduction, [x, f.ints(Array.from({ length: rank - 2 }, (_, axis) => axis + 2))]);
  };

/** LRN: `x / (bias + α/size Σ x²)^β`, the sum over `size` channels around each. */
export function localResponseNormalization(f: Float64Builder): void {
  const x = f.input(0);
  const size = intAttribute(f.node, 'size', 1);
  const [before, behind] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)];
  const rank = f.shape(x).length;
  const rest = new Array<number>(rank - 2).fill(0);
  const squares = f.op('Pad', [f.square(x), f.ints([0, before, ...rest, 0, behind, ...rest])]);
  const shifted = Array.from({ length: size }, (_, place) => {
    const end = place === size - 1 ? Number.MAX_SAFE_INTEGER : place - size + 1;
    return f.op('Slice', [squares, f.ints([place]), f.ints([end]), f.ints([1])]);
  });
  const scale = floatAttribute(f.node, 'alpha', Math.fround(1e-4)) / size;
  const base = f.add(f.mul(f.sum(shifted), scale), floatAttribute(f.node, 'bias', 1));
  const beta = f.program.scalar(floatAttribute(f.node, 'beta', 0.75), 'float64');
  f.finish('Div', [x, f.op('Pow', [base, beta])]);
}

/** LayerNormalization, with the mean and the reciprocal deviation among its outputs. */
export function layerNormalization(f: Float64Builder): void {
  const [x, scale, shift] = [f.input(0), f.input(1), f.input(2)];
  const rank = f.shape(x).length;
  const given = intAttribute(f.node, 'axis', -1);
  const first = given < 0 ? given + rank : given;
  const axes = f.ints(Array.from({ length: rank - first }, (_, index) => first + index));
  const [, meanName = '', reciprocalName = ''] = f.node.outputs;
  const named = (op: string, inputs: readonly string[], output: string): string =>
    f.program.op(
      op,
      inputs,
      {},
      { name: `${f.node.name}/${op.toLowerCase()}`, ...(output !== '' && { output }) },
    );
  const mean = named('ReduceMean', [x, axes], meanName);
  const centred = f.sub(x, mean);
  const variance = f.op('ReduceMean', [f.square(centred), axes]);
  const deviation = f.op('Sqrt', [f.add(variance, floatAttribute(f.node, 'epsilon', Math.fround(1e-5)))]);
  const reciprocal = named('Reciprocal', [deviation], reciprocalName);
  const scaled = f.mul(centred, reciprocal);
  if (shift === '') f.finish('Mul', [scaled, scale]);
  else f.finish('Add', [f.mul(scaled, scale), shift]);
}

/** InstanceNormalization: x̂ over space, per example and channel. */
export function instanceNormalization(f: Float64Builder): void {
  const [x, scale, shift] = [f.input(0), f.input(1), f.input(2)];
  const rank = f.shape(x).length;
  const axes = f.ints(Array.from({ length: rank - 2 }, (_, axis) => axis + 2));
  const centred = f.sub(x, f.op('ReduceMean', [x, axes]));
  const variance = f.op('ReduceMean', [f.square(centred), axes]);
  const deviation = f.op('Sqrt', [f.add(variance, floatAttribute(f.node, 'epsilon', Math.fround(1e-5)))]);
  const perChannel = (vector: string): string =>
    f.reshape(vector, [-1, ...new Array<number>(rank - 2).fill(1)]);
  f.finish('Add', [f.mul(f.div(centred, deviation), perChannel(scale)), perChannel(shift)]);
}
