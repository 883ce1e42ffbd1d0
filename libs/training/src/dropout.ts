import { int64, sizeOf } from '@oblique/arrays';
import { dataTypeCode, int, string, type Node, type ProgramBuilder, type Shape } from '@oblique/onnx';

/** More numbers than one Dropout draws in a step. */
const NUMBERS_PER_NODE = 2 ** 40;

/**
 * Dropout that drops (Srivastava et al. 2014): `y = x m / (1 − p)`, where each element of m is 0 with probability p,
 * else 1. The mask is a pure function of the step's key, of which Dropout of the network it is, and of the element's
 * place: counter-based numbers by Squares (Widynski, arXiv:2004.06278), in int64 arithmetic that wraps around.
 * @param shape of x
 * @param ratio p
 * @param key int64 scalar, odd
 * @param index which Dropout of the network
 */
export function dropout(
  b: ProgramBuilder,
  node: Node,
  shape: Shape,
  ratio: number,
  key: string,
  index: number,
): void {
  const [input = ''] = node.inputs;
  const op = (operator: string, inputs: readonly string[], part: string): string =>
    b.op(operator, inputs, {}, { name: `${node.name}/${part}` });
  const scalar = (value: number): string => b.initializer(`${node.name}/number`, int64([], [value]));
  const cast = (tensor: string, dtype: 'float32' | 'int64' | 'uint64'): string =>
    b.op('Cast', [tensor], { to: int(dataTypeCode(dtype)) }, { name: `${node.name}/${dtype}` });

  const half = scalar(2 ** 32);
  const halfWidth = cast(scalar(32), 'uint64');
  const squarePlus = (x: string, offset: string): string =>
    op('Add', [op('Mul', [x, x], 'square'), offset], 'sum');
  /** The upper and lower 32 bits exchanged. */
  const turned = (x: string): string => {
    const upper = b.op('BitShift', [cast(x, 'uint64'), halfWidth], { direction: string('RIGHT') });
    return op('Add', [op('Mul', [x, half], 'lower'), cast(upper, 'int64')], 'turned');
  };

  const first = index * NUMBERS_PER_NODE;
  const counter = op('Range', [scalar(first), scalar(first + sizeOf(shape)), scalar(1)], 'counter');
  const y = op('Mul', [counter, key], 'y');
  const z = op('Add', [y, key], 'z');
  const random = squarePlus(turned(squarePlus(turned(squarePlus(turned(squarePlus(y, y)), z)), y)), z);
  // Uniform in [−2⁶³, 2⁶³).
  const dropped = op('Less', [random, scalar(2 ** 64 * ratio - 2 ** 63)], 'dropped');
  const mask = op('Where', [dropped, b.scalar(0), b.scalar(1 / (1 - ratio))], 'mask');
  b.push({
    ...node,
    op: 'Mul',
    inputs: [input, op('Reshape', [mask, b.ints(shape)], 'shaped')],
    outputs: node.outputs.slice(0, 1),
    attributes: {},
  });
}
