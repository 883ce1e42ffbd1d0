/** Element types that arrays hold, by their NumPy names; float16 is kept as its bits. */
export interface DataOf {
  float16: Uint16Array;
  float32: Float32Array;
  float64: Float64Array;
  int8: Int8Array;
  int16: Int16Array;
  int32: Int32Array;
  int64: BigInt64Array;
  uint8: Uint8Array;
  uint16: Uint16Array;
  uint32: Uint32Array;
  uint64: BigUint64Array;
  bool: Uint8Array;
}

export type DType = keyof DataOf;

/** An array in row-major order: `data.length` is the product of `shape`; a scalar has shape `[]`. */
export type NdArray<D extends DType = DType> = {
  [K in D]: { readonly dtype: K; readonly shape: readonly number[]; readonly data: DataOf[K] };
}[D];

const CONSTRUCTORS: {
  readonly [K in DType]: new (buffer: ArrayBufferLike, offset: number, length: number) => DataOf[K];
} = {
  float16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
};

const BYTES: { readonly [K in DType]: number } = {
  float16: 2,
  float32: 4,
  float64: 8,
  int8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  uint8: 1,
  uint16: 2,
  uint32: 4,
  uint64: 8,
  bool: 1,
};

/** Bytes that one element of `dtype` takes. */
export function bytesPerElement(dtype: DType): number {
  return BYTES[dtype];
}

/** Number of elements of an array of this shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * An array of `data` with `shape`.
 * @throws RangeError where the two disagree.
 */
export function ndarray<D extends DType>(dtype: D, shape: readonly number[], data: DataOf[D]): NdArray<D> {
  if (data.length !== sizeOf(shape)) {
    throw new RangeError(
      `An array of shape [${shape.join(', ')}] has ${sizeOf(shape)} elements, not ${data.length}.`,
    );
  }
  return { dtype, shape: [...shape], data };
}

/** An array over little-endian bytes; they are copied only where their offset is not aligned to the element. */
export function ndarrayFromBytes<D extends DType>(
  dtype: D,
  shape: readonly number[],
  bytes: Uint8Array,
): NdArray<D> {
  const size = BYTES[dtype];
  if (bytes.byteLength !== sizeOf(shape) * size) {
    throw new RangeError(
      `An array of ${dtype} of shape [${shape.join(', ')}] takes ${sizeOf(shape) * size} bytes, not ${bytes.byteLength}.`,
    );
  }
  const aligned = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  return ndarray(dtype, shape, new CONSTRUCTORS[dtype](aligned.buffer, aligned.byteOffset, sizeOf(shape)));
}

/** The array's little-endian bytes, not copied. */
export function bytesOf(array: NdArray): Uint8Array {
  return new Uint8Array(array.data.buffer, array.data.byteOffset, array.data.byteLength);
}

/** An array of zeros. */
export function zeros<D extends DType>(dtype: D, shape: readonly number[]): NdArray<D> {
  return ndarrayFromBytes(dtype, shape, new Uint8Array(sizeOf(shape) * BYTES[dtype]));
}

/** float32 array of these numbers. */
export function float32(shape: readonly number[], values: Iterable<number>): NdArray<'float32'> {
  return ndarray('float32', shape, Float32Array.from(values));
}

/** float64 array of these numbers. */
export function float64(shape: readonly number[], values: Iterable<number>): NdArray<'float64'> {
  return ndarray('float64', shape, Float64Array.from(values));
}

/** int64 array of these whole numbers. */
export function int64(shape: readonly number[], values: Iterable<number>): NdArray<'int64'> {
  return ndarray('int64', shape, BigInt64Array.from(values, BigInt));
}

/** Whether the array's elements are of this type. */
export function isDType<D extends DType>(array: NdArray, dtype: D): array is Extract<NdArray, { dtype: D }> {
  return array.dtype === dtype;
}

/** The elements as numbers, float16 decoded, 64-bit integers rounded to doubles where they exceed 2^53. */
export function toNumbers(array: NdArray): Float64Array {
  if (array.dtype === 'float16') return Float64Array.from(array.data, float16ToNumber);
  return Float64Array.from(array.data as ArrayLike<number | bigint>, Number);
}

/** The number that the bits of an IEEE 754 half-precision float stand for. */
export function float16ToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
