import { describe, expect, it } from 'vitest';
import {
  bytesOf,
  float16ToNumber,
  float32,
  float64,
  int64,
  MalformedArrayError,
  ndarray,
  readNpy,
  readNpz,
  toNumbers,
  writeNpy,
  writeNpz,
  zeros,
  type NdArray,
} from './index.js';

/**
 * Written by NumPy 2.2.6: savez_compressed of D/layer1 = arange(6).reshape(2, 3) / 7, orientation = [0, 90],
 * big = [1, -2^40] in big-endian int64, columns = asfortranarray(arange(24, int16).reshape(2, 3, 4)),
 * scalar = float32(-1.5), flags = [True, False, True], half = float16 [1.5, -65504, 6e-8].
 */
const NUMPY_NPZ =
  'UEsDBC0AAAAIAAAAIQAjvlaT//////////8MABQARC9sYXllcjEubnB5AQAQALAAAAAAAAAAYQAAAAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBuk2ahrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOgrGmjoKtQpkAy4GKJik4glEh+wh9CX729tyQQjKf2S/Hcx9Zg8AUEsDBC0AAAAIAAAAIQCsObpT//////////8PABQAb3JpZW50YXRpb24ubnB5AQAQAJAAAAAAAAAASgAAAAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBuk2ahrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOpo6CrUKFAAuBmTQEOYAAFBLAwQtAAAACAAAACEA/oCy9///////////BwAUAGJpZy5ucHkBABAAkAAAAAAAAABNAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG6XaaGuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6mjoKtQoUAC4GCGD8//8/mAEAUEsDBC0AAAAIAAAAIQBvFG+O//////////8LABQAY29sdW1ucy5ucHkBABAAsAAAAAAAAAB4AAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG6TaaSuo6Cell9UUpSYF59flJIKEg8pKk0FChdnJBakArkaRjoKxjoKJpo6CrUKZAIuBgYeBhYGAQYOBhEGRgZeBlYGQQZOBlEGJgY+BjYGIQYuBjEGZgZ+BnYGYQZuBnEGAFBLAwQtAAAACAAAACEABZBesP//////////CgAUAHNjYWxhci5ucHkBABAAhAAAAAAAAABGAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG6TZqKuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5Gpo6CrUKFAEuBoYD+wFQSwMELQAAAAgAAAAhABaTjLv//////////wkAFABmbGFncy5ucHkBABAAgwAAAAAAAABHAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loF6TZKiuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GsY6mjoKtQoUAC5GBkYAUEsDBC0AAAAIAAAAIQDvcL56//////////8IABQAaGFsZi5ucHkBABAAhgAAAAAAAABKAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG6TZqSuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GsY6mjoKtQoUAC4Gu/+/GRkAUEsBAi0DLQAAAAgAAAAhACO+VpNhAAAAsAAAAAwAAAAAAAAAAAAAAIABAAAAAEQvbGF5ZXIxLm5weVBLAQItAy0AAAAIAAAAIQCsObpTSgAAAJAAAAAPAAAAAAAAAAAAAACAAZ8AAABvcmllbnRhdGlvbi5ucHlQSwECLQMtAAAACAAAACEA/oCy900AAACQAAAABwAAAAAAAAAAAAAAgAEqAQAAYmlnLm5weVBLAQItAy0AAAAIAAAAIQBvFG+OeAAAALAAAAALAAAAAAAAAAAAAACAAbABAABjb2x1bW5zLm5weVBLAQItAy0AAAAIAAAAIQAFkF6wRgAAAIQAAAAKAAAAAAAAAAAAAACAAWUCAABzY2FsYXIubnB5UEsBAi0DLQAAAAgAAAAhABaTjLtHAAAAgwAAAAkAAAAAAAAAAAAAAIAB5wIAAGZsYWdzLm5weVBLAQItAy0AAAAIAAAAIQDvcL56SgAAAIYAAAAIAAAAAAAAAAAAAACAAWkDAABoYWxmLm5weVBLBQYAAAAABwAHAIoBAADtAwAAAAA=';

/** numpy.save of complex128 [1 + 2j]. */
const COMPLEX_NPY =
  'k05VTVBZAQB2AHsnZGVzY3InOiAnPGMxNicsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgxLCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAADwPwAAAAAAAABA';

const fromBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

describe('readNpz', () => {
  const arrays = readNpz(fromBase64(NUMPY_NPZ));
  const numbers = (name: string): number[] => {
    const array = arrays.get(name);
    return array ? [...toNumbers(array)] : [];
  };

  it('keeps the order of the members that NumPy wrote', () => {
    expect([...arrays.keys()]).toEqual([
      'D/layer1',
      'orientation',
      'big',
      'columns',
      'scalar',
      'flags',
      'half',
    ]);
  });

  it('reads float64 to the last bit, and scalars, booleans and halves', () => {
    expect(numbers('D/layer1')).toEqual([0, 1, 2, 3, 4, 5].map((value) => value / 7));
    expect(arrays.get('D/layer1')?.shape).toEqual([2, 3]);
    expect(arrays.get('scalar')).toEqual(float32([], [-1.5]));
    expect(arrays.get('flags')).toEqual(ndarray('bool', [3], Uint8Array.of(1, 0, 1)));
    expect(numbers('half')).toEqual([1.5, -65504, 2 ** -24]);
  });

  it('turns big-endian and column-major data round', () => {
    expect(arrays.get('big')).toEqual(int64([2], [1, -(2 ** 40)]));
    expect(arrays.get('columns')?.shape).toEqual([2, 3, 4]);
    expect(numbers('columns')).toEqual(Array.from({ length: 24 }, (_, index) => index));
  });
});

describe('writeNpy and readNpy', () => {
  const examples: NdArray[] = [
    ndarray('float16', [1], Uint16Array.of(0x3c00)),
    float32([2, 2], [1, NaN, -0, Infinity]),
    float64([3], [Number.MIN_VALUE, Number.MAX_VALUE, 1 / 3]),
    float64([], [Math.PI]),
    zeros('float64', [0, 5]),
    ndarray('int8', [2], Int8Array.of(-128, 127)),
    ndarray('int16', [2], Int16Array.of(-32768, 32767)),
    ndarray('int32', [1, 1, 2], Int32Array.of(-1, 2 ** 31 - 1)),
    ndarray('int64', [1], BigInt64Array.of(-(2n ** 63n))),
    ndarray('uint8', [2], Uint8Array.of(0, 255)),
    ndarray('uint16', [1], Uint16Array.of(65535)),
    ndarray('uint32', [1], Uint32Array.of(2 ** 32 - 1)),
    ndarray('uint64', [1], BigUint64Array.of(2n ** 64n - 1n)),
    ndarray('bool', [2], Uint8Array.of(1, 0)),
  ];

  it.each(examples)('return $dtype of shape $shape as it was', (array) => {
    const back = readNpy(writeNpy(array));
    expect(back.dtype).toBe(array.dtype);
    expect(back.shape).toEqual(array.shape);
    expect(bytesOf(back)).toEqual(bytesOf(array));
  });

  it('write the very bytes that numpy.save writes', () => {
    const header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }";
    const expected = Buffer.concat([
      Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, 118, 0]),
      Buffer.from(header.padEnd(117) + '\n'),
      Buffer.from(Float64Array.of(0, 90).buffer),
    ]);
    expect(Buffer.from(writeNpy(float64([2], [0, 90])))).toEqual(expected);
  });

  it('decode the extremes of float16', () => {
    expect([0x7c00, 0xfbff, 0x0001].map(float16ToNumber)).toEqual([Infinity, -65504, 2 ** -24]);
  });

  it('name the type that cannot be read', () => {
    expect(() => readNpy(fromBase64(COMPLEX_NPY))).toThrow(/'<c16'.*readable are float16/);
  });
});

describe('writeNpz', () => {
  it('gives equal bytes for equal arrays, in the given order, names with slashes and numbers included', () => {
    const arrays = new Map<string, NdArray>([
      ['D//relu/Relu_output_0', float64([1], [2])],
      ['7', int64([1], [3])],
      ['__proto__', float32([], [4])],
      ['3', float64([0], [])],
      ['Größe', float64([0], [])],
    ]);
    const file = writeNpz(arrays);
    expect(writeNpz(arrays)).toEqual(file);
    expect([...readNpz(file)]).toEqual([...arrays]);
  });
});

describe('malformed files', () => {
  const npz = fromBase64(NUMPY_NPZ);
  const npy = writeNpy(float64([4], [1, 2, 3, 4]));

  it('are refused wherever they are cut', () => {
    for (let length = 0; length < npy.length; length++) {
      expect(() => readNpy(npy.subarray(0, length)), `${length} bytes`).toThrow(MalformedArrayError);
    }
    for (let length = 0; length < npz.length; length += 7) {
      expect(() => readNpz(npz.subarray(0, length)), `${length} bytes`).toThrow(MalformedArrayError);
    }
  });

  it('are refused or read alike when any one byte is flipped, never read as other numbers', () => {
    const whole = [...readNpz(npz).values()].map((array) => Buffer.from(bytesOf(array)).toString('hex'));
    for (let position = 0; position < npz.length; position++) {
      const damaged = npz.slice();
      damaged[position] = (damaged[position] ?? 0) ^ 0x55;
      let read: Map<string, NdArray>;
      try {
        read = readNpz(damaged, 'damaged.npz');
      } catch (error) {
        expect(error, `byte ${position}`).toBeInstanceOf(MalformedArrayError);
        continue;
      }
      for (const array of read.values()) {
        expect(whole, `byte ${position}`).toContain(Buffer.from(bytesOf(array)).toString('hex'));
      }
    }
  });

  it('are refused where a member declares more than it can hold', () => {
    const bomb = writeNpz({ a: float64([1], [1]) });
    const view = new DataView(bomb.buffer);
    const directory = view.getUint32(bomb.length - 22 + 16, true);
    view.setUint16(directory + 10, 8, true);
    view.setUint32(directory + 24, 0xfffffff0, true);
    expect(() => readNpz(bomb)).toThrow(/claims 4294967280 bytes/);
  });

  it('say what is wrong with them', () => {
    expect(() => readNpy(new TextEncoder().encode('hello, world'))).toThrow(/does not begin as a \.npy/);
    expect(() => readNpy(npy.subarray(0, -8), 'x.npy')).toThrow(
      /x\.npy declares float64 of shape \[4\], that is 32 bytes of data, but holds 24/,
    );
  });
});
