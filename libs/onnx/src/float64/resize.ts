import { float64 } from '@oblique/arrays';
import { intAttribute, ints } from '../program.js';
import { resizePlan, type ResizedAxis } from '../resizePlan.js';
import type { Float64Builder } from './float64Builder.js';

/**
 * Resize is linear and separable: one matrix an axis, made from ONNX's definition of the coordinates and weights. Places
 * that tf_crop_and_resize takes from outside the image get the extrapolation value.
 */
export function resize(f: Float64Builder): void {
  const x = f.input(0);
  if (intAttribute(f.node, 'antialias', 0) !== 0) return f.refuse('ONNX Runtime antialiases in float32 only');
  const shape = f.shape(x);
  const plan = resizePlan(f.node, shape, {
    roi: f.constant(f.input(1)),
    scales: f.input(2) === '' ? undefined : f.constant(f.input(2)),
    sizes: f.input(3) === '' ? undefined : f.partlyConstant(f.input(3)),
  });
  if (plan === undefined) return f.refuse('its scales or sizes are not known beforehand');
  const { axes, extrapolationValue } = plan;
  const resized = axes.reduce((image, axis) => resampled(f, image, axis, shape.length), x);
  const outside = axes.filter(({ outside: places }) => places.includes(true));
  if (outside.length === 0) {
    f.finish('Identity', [resized]);
    return;
  }
  const inside = outside
    .map(({ axis, outside: places }) =>
      f.program.initializer(
        `${f.node.name}/inside`,
        float64(
          [places.length, ...new Array<number>(shape.length - axis - 1).fill(1)],
          places.map((out) => (out ? 0 : 1)),
        ),
      ),
    )
    .reduce((all, one) => f.mul(all, one));
  f.finish('Add', [f.mul(resized, inside), f.mul(f.sub(1, inside), extrapolationValue)]);
}

function resampled(
  f: Float64Builder,
  x: string,
  { axis, matrix, outSize, inSize }: ResizedAxis,
  rank: number,
): string {
  const weights = f.program.initializer(`${f.node.name}/weights`, float64([outSize, inSize], matrix));
  if (axis === rank - 2) return f.op('MatMul', [weights, x]);
  const transposed = f.op('Transpose', [weights]);
  if (axis === rank - 1) return f.op('MatMul', [x, transposed]);
  const order = Array.from({ length: rank }, (_, place) =>
    place === axis ? rank - 1 : place === rank - 1 ? axis : place,
  );
  const turned = f.op('Transpose', [x], { perm: ints(order) });
  return f.op('Transpose', [f.op('MatMul', [turned, transposed])], { perm: ints(order) });
}
