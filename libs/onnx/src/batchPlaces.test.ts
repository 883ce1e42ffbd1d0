import { float32 } from '@oblique/arrays';
import { expect, test } from 'vitest';
import { isFirstAxis, type BatchPlace } from './batchPlace.js';
import { batchPlaces } from './batchPlaces.js';
import { int, ints } from './program.js';
import { ProgramBuilder } from './programBuilder.js';

/** Where the batch of x [N, 4, 6, 6] is in what these nodes make of it. */
function placeOf(make: (b: ProgramBuilder, x: string) => string): BatchPlace | undefined {
  const b = new ProgramBuilder('p');
  const x = b.input('x', 'float32', ['N', 4, 6, 6]);
  const y = make(b, x);
  b.output(y);
  return batchPlaces(b.build(), 'x').get(y);
}

const rows = (b: ProgramBuilder, x: string): string => b.op('Flatten', [x]);
const columns = (b: ProgramBuilder, x: string): string => b.op('Transpose', [rows(b, x)]);

test.each<[string, (b: ProgramBuilder, x: string) => string]>([
  ['element by element', (b, x) => b.op('Add', [b.op('Relu', [x]), b.scalar(1)])],
  ['through Reshape with −1', (b, x) => b.op('Reshape', [x, b.ints([-1, 24, 6])])],
  ['by two transpositions', (b, x) => b.op('Transpose', [b.op('Transpose', [x])])],
  [
    'through a matrix product',
    (b, x) => b.op('Gemm', [rows(b, x), b.initializer('w', float32([144, 2], new Float32Array(288)))]),
  ],
  [
    'as rows of weights',
    (b, x) =>
      b.op('Gemm', [columns(b, x), b.initializer('w', float32([144, 2], new Float32Array(288)))], {
        transA: int(1),
      }),
  ],
  [
    'through attention',
    (b, x) => {
      const tokens = b.op('Reshape', [x, b.ints([0, 4, 36])]);
      const scores = b.op('Softmax', [
        b.op('MatMul', [tokens, b.op('Transpose', [tokens], { perm: ints([0, 2, 1]) })]),
      ]);
      return b.op('MatMul', [scores, tokens]);
    },
  ],
  [
    'behind windows that were merged into it',
    (b, x) => {
      const windows = b.op('Reshape', [
        b.op('Transpose', [b.op('Reshape', [x, b.ints([-1, 4, 2, 3, 6])])], { perm: ints([0, 2, 1, 3, 4]) }),
        b.ints([-1, 4, 3, 6]),
      ]);
      return b.op('Reshape', [b.op('Softmax', [windows]), b.ints([-1, 2, 72])]);
    },
  ],
])('is on the first axis %s', (_, make) => {
  const place = placeOf(make);
  expect(place !== undefined && isFirstAxis(place)).toBe(true);
});

test.each<[string, (b: ProgramBuilder, x: string) => string, Partial<BatchPlace>]>([
  ['on the last axis', (b, x) => b.op('Transpose', [x]), { kind: 'axis', axis: 3, before: 1, behind: 1 }],
  [
    'before the heads',
    (b, x) => b.op('Reshape', [x, b.ints([-1, 6])]),
    { kind: 'axis', axis: 0, before: 1, behind: 24 },
  ],
  [
    'inside a frozen row',
    (b, x) => b.op('Reshape', [x, b.ints([1, -1])]),
    { kind: 'axis', axis: 1, before: 1, behind: 144 },
  ],
])('is %s', (_, make, place) => {
  expect(placeOf(make)).toMatchObject(place);
});

test.each<[string, (b: ProgramBuilder, x: string) => string]>([
  ['in a mean over it', (b, x) => b.op('Sub', [x, b.op('ReduceMean', [x, b.ints([0])])])],
  ['in a softmax over it', (b, x) => b.op('Softmax', [rows(b, x)], { axis: int(0) })],
  ['in a Gram matrix', (b, x) => b.op('MatMul', [rows(b, x), columns(b, x)])],
  ['in a sum over products', (b, x) => b.op('MatMul', [columns(b, x), rows(b, x)])],
  ['in a fixed shape', (b, x) => b.op('Reshape', [x, b.ints([1, 144])])],
  ['where one is picked', (b, x) => b.op('Gather', [x, b.ints([0])])],
  [
    'where they are turned round',
    (b, x) => b.op('Slice', [x, b.ints([-1]), b.ints([-9_000_000]), b.ints([0]), b.ints([-1])]),
  ],
  [
    'where the batch meets its own transpose',
    (b, x) => b.op('Add', [rows(b, x), b.op('Transpose', [b.op('MatMul', [rows(b, x), columns(b, x)])])]),
  ],
])('examples meet %s', (_, make) => {
  expect(placeOf(make)?.kind).toBe('mixed');
});

test('says nothing of what does not depend on the image, nor of what is not known', () => {
  expect(placeOf((b, x) => b.op('Shape', [x]))).toBeUndefined();
  expect(placeOf((b, x) => b.op('Strange', [x], {}, { domain: 'com.example' }))).toEqual({ kind: 'unknown' });
});
