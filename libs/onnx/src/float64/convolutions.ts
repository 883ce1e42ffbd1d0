import { int, intAttribute, ints, intsAttribute, stringAttribute } from '../program.js';
import { transposedWindowsOf, windowsOf, type Shape } from '../shapeRules.js';
import type { Float64Builder } from './float64Builder.js';
import { padded, places, type Step } from './slidingWindows.js';

/** A convolution as one matrix product over the shifted copies of x. */
interface Correlation {
  readonly x: string;
  readonly steps: readonly Step[];
  readonly groups: number;
  readonly inChannels: number;
  readonly outChannels: number;
  /** [groups, out/groups, places · in/groups], or without the first axis where there is one group. */
  readonly matrix: string;
  /** The copies of x are taken from the kernel's last place to its first. */
  readonly flipped: boolean;
}

/** Conv: `y = Σ` over the kernel's places and input channels. */
export function convolution(f: Float64Builder): void {
  const [x, weight] = [f.input(0), f.input(1)];
  const [outChannels, perGroup, ...kernel] = weightShape(f, weight);
  const groups = intAttribute(f.node, 'group', 1);
  const steps = stepsOf(f, x, kernel);
  const count = kernel.reduce((product, size) => product * size, 1);
  const channelsLast = f.op('Transpose', [f.reshape(weight, [outChannels, perGroup, count])], {
    perm: ints([0, 2, 1]),
  });
  const matrix = f.reshape(channelsLast, [
    ...(groups === 1 ? [] : [groups]),
    outChannels / groups,
    count * perGroup,
  ]);
  const inChannels = perGroup * groups;
  finish(f, { x, steps, groups, inChannels, outChannels, matrix, flipped: false });
}

/** ConvTranspose: the convolution of x with zeros between its pixels, by the kernel turned round. */
export function transposedConvolution(f: Float64Builder): void {
  const [x, weight] = [f.input(0), f.input(1)];
  const [inChannels, perGroup, ...kernel] = weightShape(f, weight);
  const groups = intAttribute(f.node, 'group', 1);
  const count = kernel.reduce((product, size) => product * size, 1);
  const needsSize = intsAttribute(f.node, 'output_shape') !== undefined || automatic(f);
  const space = needsSize ? f.space(x) : kernel.map(() => 1);
  const windows = transposedWindowsOf(f.node, [1, inChannels, ...space], kernel);
  const spread = windows.reduce((spread_, { stride }, axis) => withZeros(f, spread_, axis, stride), x);
  const steps = windows.map(({ kernel: size, stride, dilation, pads: [begin, end], extra }): Step => {
    const reach = dilation * (size - 1);
    return { kernel: size, stride: 1, dilation, pads: [reach - begin, reach - end + extra - (stride - 1)] };
  });
  const split = f.reshape(weight, [groups, inChannels / groups, perGroup, count]);
  const turned = f.op('Transpose', [split], { perm: ints([0, 2, 3, 1]) });
  const matrix = f.reshape(turned, [
    ...(groups === 1 ? [] : [groups]),
    perGroup,
    (count * inChannels) / groups,
  ]);
  const outChannels = perGroup * groups;
  finish(f, { x: spread, steps, groups, inChannels, outChannels, matrix, flipped: true });
}

function finish(f: Float64Builder, options: Correlation): void {
  const { x, steps, groups, inChannels, outChannels, matrix, flipped } = options;
  const own = places(f, padded(f, x, steps), steps);
  const copies = flipped ? own.toReversed() : own;
  const stacked =
    groups === 1
      ? f.reshape(f.op('Concat', copies, { axis: int(1) }), [0, 0, -1])
      : f.op(
          'Concat',
          copies.map((copy) => f.reshape(copy, [0, groups, inChannels / groups, -1])),
          { axis: int(2) },
        );
  const product = f.op('MatMul', [matrix, stacked]);
  const space = f.op('Shape', [copies[0] ?? ''], { start: int(2) });
  const shape = f.op('Concat', [f.ints([0, outChannels]), space], { axis: int(0) });
  const image = groups === 1 ? product : f.reshape(product, [0, outChannels, -1]);
  const bias = f.input(2);
  if (bias === '') {
    f.finish('Reshape', [image, shape]);
    return;
  }
  const perChannel = f.reshape(bias, [outChannels, ...steps.map(() => 1)]);
  f.finish('Add', [f.op('Reshape', [image, shape]), perChannel]);
}

function automatic(f: Float64Builder): boolean {
  return stringAttribute(f.node, 'auto_pad', 'NOTSET').startsWith('SAME');
}

function stepsOf(f: Float64Builder, x: string, kernel: Shape): Step[] {
  const space = automatic(f) ? f.space(x) : kernel.map(() => 1);
  return windowsOf(f.node, [1, 1, ...space], kernel);
}

/** x with `stride − 1` zeros behind every pixel along one spatial axis. */
function withZeros(f: Float64Builder, x: string, axis: number, stride: number): string {
  if (stride === 1) return x;
  const rank = f.shape(f.input(0)).length;
  const place = axis + 3;
  const apart = f.op('Unsqueeze', [x, f.ints([place])]);
  const before = new Array<number>(rank + 1).fill(0);
  const wide = f.op('Pad', [apart, f.ints([...before, ...before.with(place, stride - 1)])]);
  const sizes = f.op('Shape', [x]);
  const part = (start: number, end: number): string =>
    f.op('Slice', [sizes, f.ints([start]), f.ints([end]), f.ints([0])]);
  const merged = [part(0, axis + 2), f.ints([-1]), ...(axis + 3 < rank ? [part(axis + 3, rank)] : [])];
  return f.op('Reshape', [wide, f.op('Concat', merged, { axis: int(0) })]);
}

function weightShape(f: Float64Builder, weight: string): readonly [number, number, ...number[]] {
  const shape = f
    .shape(weight)
    .map((size) => size ?? f.refuse(`the shape of its weight ${weight} is not known`));
  const [first, second, ...kernel] = shape;
  if (first === undefined || second === undefined || kernel.length === 0)
    return f.refuse(`its weight ${weight} has the shape [${shape.join(', ')}]`);
  return [first, second, ...kernel];
}
