import { bytesOf, bytesPerElement, ndarrayFromBytes, sizeOf, type DType, type NdArray } from './ndarray.js';

/** Bytes that are no readable .npy or .npz; the message says where and why. */
export class MalformedArrayError extends Error {
  override readonly name = 'MalformedArrayError';
}

const TYPE_CODES: { readonly [K in DType]: string } = {
  float16: 'f2',
  float32: 'f4',
  float64: 'f8',
  int8: 'i1',
  int16: 'i2',
  int32: 'i4',
  int64: 'i8',
  uint8: 'u1',
  uint16: 'u2',
  uint32: 'u4',
  uint64: 'u8',
  bool: 'b1',
};

const DTYPES = new Map<string, DType>(
  Object.entries(TYPE_CODES).map(([dtype, code]) => [code, dtype as DType] as const),
);

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const ALIGNMENT = 64;

/**
 * The array's .npy file: format 1.0 (2.0 where the header needs it), little-endian, row-major, as
 * `numpy.save` writes it. Source: NumPy Enhancement Proposal 1 and `numpy.lib.format`.
 */
export function writeNpy(array: NdArray): Uint8Array {
  const code = TYPE_CODES[array.dtype];
  const order = bytesPerElement(array.dtype) === 1 ? '|' : '<';
  const shape = array.shape.length === 1 ? `(${array.shape[0]},)` : `(${array.shape.join(', ')})`;
  const dictionary = `{'descr': '${order}${code}', 'fortran_order': False, 'shape': ${shape}, }`;
  const lengthBytes = dictionary.length + ALIGNMENT + 10 > 0xffff ? 4 : 2;
  const preamble = MAGIC.length + 2 + lengthBytes;
  const total = Math.ceil((preamble + dictionary.length + 1) / ALIGNMENT) * ALIGNMENT;

  const data = bytesOf(array);
  const file = new Uint8Array(total + data.byteLength).fill(0x20, 0, total);
  file.set(MAGIC);
  file.set([lengthBytes === 2 ? 1 : 2, 0], MAGIC.length);
  const view = new DataView(file.buffer);
  if (lengthBytes === 2) view.setUint16(8, total - preamble, true);
  else view.setUint32(8, total - preamble, true);
  file.set(new TextEncoder().encode(dictionary), preamble);
  file[total - 1] = 0x0a;
  file.set(data, total);
  return file;
}

/** What the header of a .npy file says. */
export interface NpyHeader {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Whether the elements are big-endian. */
  readonly swapped: boolean;
  readonly columnMajor: boolean;
  /** Bytes before the elements. */
  readonly dataOffset: number;
}

/**
 * The header of a .npy file of format 1, 2 or 3.
 * @param start the file, or its beginning as far as the header goes
 * @param name what to call the file in messages
 * @throws MalformedArrayError where the bytes begin no .npy, or it holds a type that {@link DType} lacks
 */
export function readNpyHeader(start: Uint8Array, name = 'the .npy file'): NpyHeader {
  const { text, end } = readHeader(start, name);
  return {
    ...parseType(text, name),
    shape: parseShape(text, name),
    columnMajor: parseColumnMajor(text, name),
    dataOffset: end,
  };
}

/**
 * Reads a .npy file of format 1, 2 or 3, in either byte order and either memory order; the result is little-endian
 * and row-major.
 * @param name what to call the file in messages
 * @throws MalformedArrayError where the bytes are no .npy, are cut short, or hold a type that {@link DType} lacks
 */
export function readNpy(file: Uint8Array, name = 'the .npy file'): NdArray {
  const { dtype, swapped, shape, columnMajor, dataOffset } = readNpyHeader(file, name);
  const expected = sizeOf(shape) * bytesPerElement(dtype);
  const found = file.byteLength - dataOffset;
  if (found !== expected) {
    throw new MalformedArrayError(
      `${name} declares ${dtype} of shape [${shape.join(', ')}], that is ${expected} bytes of data, but holds ${found}.`,
    );
  }
  const bytes = file.slice(dataOffset);
  if (swapped) reverseEach(bytes, bytesPerElement(dtype));
  return ndarrayFromBytes(
    dtype,
    shape,
    columnMajor ? toRowMajor(bytes, shape, bytesPerElement(dtype)) : bytes,
  );
}

function readHeader(file: Uint8Array, name: string): { text: string; end: number } {
  if (file.byteLength < 10 || MAGIC.some((byte, index) => file[index] !== byte)) {
    throw new MalformedArrayError(`${name} does not begin as a .npy file does (\\x93NUMPY).`);
  }
  const version = file[6] ?? 0;
  if (version < 1 || version > 3) {
    throw new MalformedArrayError(`${name} has .npy format version ${version}; 1, 2 and 3 can be read.`);
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const start = version === 1 ? 10 : 12;
  if (file.byteLength < start) throw new MalformedArrayError(`${name} ends within its header.`);
  const end = start + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (end > file.byteLength) {
    throw new MalformedArrayError(
      `${name} ends within its header: ${end} bytes expected, ${file.byteLength} found.`,
    );
  }
  return { text: new TextDecoder().decode(file.subarray(start, end)), end };
}

function parseType(header: string, name: string): { dtype: DType; swapped: boolean } {
  const match = /'descr'\s*:\s*'([<>|=]?)([^']*)'/.exec(header);
  const dtype = match && DTYPES.get(match[2] ?? '');
  if (!match || !dtype) {
    throw new MalformedArrayError(
      `${name} holds elements of type ${match ? `'${match[1]}${match[2]}'` : `that its header does not name plainly (${header.trim().slice(0, 120)})`}; readable are ${[...DTYPES.values()].join(', ')}.`,
    );
  }
  return { dtype, swapped: match[1] === '>' && bytesPerElement(dtype) > 1 };
}

function parseShape(header: string, name: string): number[] {
  const match = /'shape'\s*:\s*\(([\d\sL,]*)\)/.exec(header);
  if (!match)
    throw new MalformedArrayError(`${name} has no shape in its header: ${header.trim().slice(0, 120)}`);
  const shape = (match[1] ?? '').split(',').map((size) => size.trim().replace(/L$/, ''));
  if (shape.at(-1) === '') shape.pop();
  const sizes = shape.map((size) => (size === '' ? NaN : Number(size)));
  if (!sizes.every(Number.isSafeInteger)) {
    throw new MalformedArrayError(`${name} has the unreadable shape (${match[1]}).`);
  }
  return sizes;
}

function parseColumnMajor(header: string, name: string): boolean {
  const match = /'fortran_order'\s*:\s*(True|False)/.exec(header);
  if (!match) throw new MalformedArrayError(`${name} does not say its memory order (fortran_order).`);
  return match[1] === 'True';
}

function reverseEach(bytes: Uint8Array, size: number): void {
  for (let start = 0; start < bytes.byteLength; start += size) bytes.subarray(start, start + size).reverse();
}

function toRowMajor(bytes: Uint8Array, shape: readonly number[], size: number): Uint8Array {
  const result = new Uint8Array(bytes.byteLength);
  const index = shape.map(() => 0);
  for (let target = 0; target < result.byteLength; target += size) {
    let source = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--)
      source = source * (shape[axis] ?? 1) + (index[axis] ?? 0);
    result.set(bytes.subarray(source * size, (source + 1) * size), target);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1;
      index[axis] = next === shape[axis] ? 0 : next;
      if (next !== shape[axis]) break;
    }
  }
  return result;
}
