import { isDType, ndarray, ndarrayFromBytes, sizeOf, zeros, type DType, type NdArray } from '@oblique/arrays';
import { dtypeOfCode } from './dataTypes.js';
import { TensorProto_DataLocation, type SparseTensorProto, type TensorProto } from './generated/onnx.js';
import { MalformedProgramError } from './malformedProgramError.js';

/** No axis of a tensor is longer: ONNX files hold less than 2 GB. */
export const MAXIMUM_DIMENSION = 2 ** 31 - 1;

/**
 * The tensor, as a view of the bytes where it can be.
 * @throws MalformedProgramError where its values do not fit its shape, are kept elsewhere, or are of a type that is not
 *   supported.
 */
export function readTensor(tensor: TensorProto): NdArray {
  const dtype = dtypeOfCode(tensor.dataType);
  const where = `Tensor ${tensor.name || '(unnamed)'}`;
  if (dtype === undefined) {
    throw new MalformedProgramError(
      `${where} has ONNX element type ${tensor.dataType}, which is not supported.`,
    );
  }
  if (tensor.dataLocation === TensorProto_DataLocation.EXTERNAL || tensor.externalData.length > 0) {
    throw new MalformedProgramError(
      `${where} keeps its data in another file; save the model with its weights inside (one .onnx file).`,
    );
  }
  const shape = readShape(tensor.dims, where);
  try {
    if (tensor.rawData.length > 0) return ndarrayFromBytes(dtype, shape, tensor.rawData);
    const listed = valuesOf(tensor, dtype);
    if (listed.length !== sizeOf(shape)) {
      throw new RangeError(
        `of shape [${shape.join(', ')}] it should have ${sizeOf(shape)} values and has ${listed.length}`,
      );
    }
    // Only now: a damaged shape may ask for more memory than there is.
    const empty = zeros(dtype, shape);
    if (isDType(empty, 'int64')) return ndarray('int64', shape, BigInt64Array.from(listed, BigInt));
    if (isDType(empty, 'uint64')) return ndarray('uint64', shape, BigUint64Array.from(listed, BigInt));
    listed.forEach((value, index) => (empty.data[index] = Number(value)));
    return empty;
  } catch (error) {
    throw new MalformedProgramError(`${where}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/**
 * The sparse tensor with its zeros written out.
 * @throws MalformedProgramError as {@link readTensor}, and where an index lies outside the shape.
 */
export function readSparseTensor({ values, indices, dims }: SparseTensorProto): NdArray {
  const where = `Sparse tensor ${values?.name === undefined || values.name === '' ? '(unnamed)' : values.name}`;
  if (values === undefined || indices === undefined)
    throw new MalformedProgramError(`${where} lacks its values or its indices.`);
  const shape = readShape(dims, where);
  const [stored, places] = [readTensor(values), readTensor(indices)];
  if (!isDType(places, 'int64')) throw new MalformedProgramError(`${where} has indices that are not int64.`);
  const count = stored.data.length;
  const depth = places.shape.length === 1 ? 1 : shape.length;
  if (places.data.length !== count * depth)
    throw new MalformedProgramError(
      `${where} has ${count} values and indices of shape [${places.shape.join(', ')}].`,
    );
  if (sizeOf(shape) > MAXIMUM_DIMENSION)
    throw new MalformedProgramError(`${where} has the shape [${shape.join(', ')}], which is too large.`);
  const dense = zeros(stored.dtype, shape);
  for (let index = 0; index < count; index++) {
    const place = Array.from(places.data.subarray(index * depth, (index + 1) * depth), Number);
    const flat = depth === 1 && shape.length !== 1 ? (place[0] ?? -1) : flatIndex(place, shape);
    if (flat < 0 || flat >= dense.data.length)
      throw new MalformedProgramError(`${where} has the index [${place.join(', ')}], outside its shape.`);
    dense.data.set(stored.data.subarray(index, index + 1) as never, flat);
  }
  return dense;
}

function flatIndex(place: readonly number[], shape: readonly number[]): number {
  if (place.some((at, axis) => at < 0 || at >= (shape[axis] ?? 0))) return -1;
  return place.reduce((flat, at, axis) => flat * (shape[axis] ?? 0) + at, 0);
}

function readShape(dims: readonly bigint[], where: string): number[] {
  const shape = dims.map(Number);
  if (shape.some((size) => size < 0))
    throw new MalformedProgramError(`${where} has a negative size in [${dims.join(', ')}].`);
  if (shape.some((size) => size > MAXIMUM_DIMENSION))
    throw new MalformedProgramError(
      `${where} has the shape [${dims.join(', ')}]; no size can exceed ${MAXIMUM_DIMENSION}.`,
    );
  return shape;
}

/** Where ONNX keeps values that are not raw bytes, by element type. */
function valuesOf(tensor: TensorProto, dtype: DType): readonly (number | bigint)[] {
  switch (dtype) {
    case 'float32':
      return tensor.floatData;
    case 'float64':
      return tensor.doubleData;
    case 'int64':
      return tensor.int64Data;
    case 'uint32':
    case 'uint64':
      return tensor.uint64Data;
    default:
      return tensor.int32Data;
  }
}
