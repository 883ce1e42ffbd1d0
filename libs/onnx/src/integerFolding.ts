import { dtypeOfCode } from './dataTypes.js';
import { intAttribute, type Node } from './program.js';
import type { Shape } from './shapeRules.js';

/** Values of a tensor of whole numbers, flattened. */
export type Integers = readonly number[];

/** The values of the first output of `node` where they are whole numbers that follow from shapes and constants. */
export function foldIntegers(
  node: Node,
  shapes: ReadonlyMap<string, Shape>,
  integers: ReadonlyMap<string, Integers>,
): Integers | undefined {
  const [a, b, c] = node.inputs.map((input) => integers.get(input));
  const shape = shapes.get(node.inputs[0] ?? '');
  const size = shapes.get(node.outputs[0] ?? '')?.reduce((product, dim) => product * dim, 1) ?? 0;
  const each = (combine: (left: number, right: number) => number): Integers | undefined =>
    a === undefined || b === undefined ? undefined : elementwise(a, b, size, combine);
  switch (node.op) {
    case 'Shape': {
      const end = intAttribute(node, 'end', shape?.length ?? 0);
      return shape?.slice(intAttribute(node, 'start', 0), end);
    }
    case 'Size':
      return shape && [shape.reduce((product, dim) => product * dim, 1)];
    case 'Identity':
    case 'Reshape':
    case 'Flatten':
    case 'Squeeze':
    case 'Unsqueeze':
      return a;
    case 'Cast':
      return dtypeOfCode(intAttribute(node, 'to', 0))?.startsWith('int') === true ? a : undefined;
    case 'Expand':
      return a?.length === 1 ? new Array<number>(size).fill(a[0] ?? 0) : undefined;
    case 'ConstantOfShape': {
      const value = node.attributes['value'];
      const fill =
        value?.type === 'tensor' && value.value.dtype === 'int64' ? value.value.data[0] : undefined;
      return fill === undefined ? undefined : new Array<number>(size).fill(Number(fill));
    }
    case 'Concat': {
      const parts = node.inputs.map((input) => integers.get(input));
      return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
    }
    case 'Gather':
      return shape?.length === 1 && a !== undefined ? b?.map((index) => a.at(index) ?? 0) : undefined;
    case 'Slice':
      return shape?.length === 1 && a !== undefined && (node.inputs[4] ?? '') === ''
        ? a.slice(b?.[0], c?.[0])
        : undefined;
    case 'Range':
      return a?.[0] === undefined || c?.[0] === undefined ? undefined : range(a[0], c[0], size);
    case 'Add':
      return each((left, right) => left + right);
    case 'Sub':
      return each((left, right) => left - right);
    case 'Mul':
      return each((left, right) => left * right);
    case 'Div':
      return each((left, right) => Math.trunc(left / right));
    case 'Equal':
      return each((left, right) => Number(left === right));
    case 'Where':
      return a === undefined || b === undefined || c === undefined
        ? undefined
        : Array.from({ length: size }, (_, index) => cyclic(cyclic(a, index) ? b : c, index));
    default:
      return undefined;
  }
}

function elementwise(
  a: Integers,
  b: Integers,
  size: number,
  combine: (left: number, right: number) => number,
): Integers | undefined {
  const fit = (values: Integers): boolean => values.length === size || values.length === 1;
  if (!fit(a) || !fit(b)) return undefined;
  return Array.from({ length: size }, (_, index) => combine(cyclic(a, index), cyclic(b, index)));
}

const cyclic = (values: Integers, index: number): number => values[values.length === 1 ? 0 : index] ?? 0;

const range = (start: number, step: number, size: number): Integers =>
  Array.from({ length: size }, (_, index) => start + index * step);
