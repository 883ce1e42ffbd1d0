import { ndarray, sizeOf, type DType, type NdArray } from '@oblique/arrays';
import { inferenceV2 } from '@oblique/contracts';
import { ServiceError } from '@oblique/service';
import { contentsField, contentsName } from './contentsField.js';

/**
 * A tensor from its typed contents.
 * @throws ServiceError INVALID_ARGUMENT where the contents are in a field of another datatype, are too few or too many,
 *   hold a number that the datatype cannot, or where the datatype (FP16) has no typed contents.
 */
export function readContents(
  dtype: DType,
  shape: readonly number[],
  { name, datatype, contents }: inferenceV2.ModelInferRequest_InferInputTensor,
  field: string,
): NdArray {
  const key = contentsField(dtype);
  if (key === undefined) {
    throw invalid(
      `Input ${name}: ${datatype} has no typed contents; use raw_input_contents.`,
      `${field}.contents`,
    );
  }
  const given = contents ?? inferenceV2.InferTensorContents.fromPartial({});
  for (const [other, values] of Object.entries<ArrayLike<unknown>>({ ...given })) {
    if (other !== key && values.length > 0) {
      const message = `Input ${name}: ${datatype} goes into ${contentsName(key)}, not ${contentsName(other)}.`;
      throw invalid(message, `${field}.contents.${contentsName(other)}`);
    }
  }
  const expected = sizeOf(shape);
  if (given[key].length !== expected) {
    const message = `Input ${name} of shape [${shape.join(', ')}] takes ${expected} elements, not ${given[key].length}.`;
    throw invalid(message, `${field}.contents.${contentsName(key)}`);
  }
  const array = arrayOf(dtype, shape, given);
  if (key === 'intContents' || key === 'uintContents') {
    const index = given[key].findIndex((value, at) => value !== array.data[at]);
    if (index >= 0) {
      const message = `Input ${name}: ${given[key][index]} (element ${index}) is out of range for ${datatype}.`;
      throw invalid(message, `${field}.contents.${contentsName(key)}`);
    }
  }
  return array;
}

function arrayOf(dtype: DType, shape: readonly number[], contents: inferenceV2.InferTensorContents): NdArray {
  switch (dtype) {
    case 'bool':
      return ndarray(dtype, shape, Uint8Array.from(contents.boolContents, Number));
    case 'int8':
      return ndarray(dtype, shape, Int8Array.from(contents.intContents));
    case 'int16':
      return ndarray(dtype, shape, Int16Array.from(contents.intContents));
    case 'int32':
      return ndarray(dtype, shape, Int32Array.from(contents.intContents));
    case 'int64':
      return ndarray(dtype, shape, BigInt64Array.from(contents.int64Contents, BigInt));
    case 'uint8':
      return ndarray(dtype, shape, Uint8Array.from(contents.uintContents));
    case 'uint16':
      return ndarray(dtype, shape, Uint16Array.from(contents.uintContents));
    case 'uint32':
      return ndarray(dtype, shape, Uint32Array.from(contents.uintContents));
    case 'uint64':
      return ndarray(dtype, shape, BigUint64Array.from(contents.uint64Contents, BigInt));
    case 'float32':
      return ndarray(dtype, shape, Float32Array.from(contents.fp32Contents));
    case 'float64':
      return ndarray(dtype, shape, Float64Array.from(contents.fp64Contents));
    case 'float16':
      throw new TypeError('FP16 has no typed contents.');
  }
}

function invalid(message: string, field: string): ServiceError {
  return new ServiceError('INVALID_ARGUMENT', message, { field });
}
