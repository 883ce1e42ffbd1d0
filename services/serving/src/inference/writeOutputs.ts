import { bytesOf, type NdArray } from '@oblique/arrays';
import { inferenceV2 } from '@oblique/contracts';
import { MAX_MESSAGE_BYTES, ServiceError } from '@oblique/service';
import { kserveDatatype } from '../kserveDatatype.js';
import { contentsField } from './contentsField.js';

/** What the rest of a response may take. */
const MARGIN_BYTES = 2 ** 20;

/**
 * Tensors as a response holds them, in this order: raw where that is asked for or where a tensor has no other way.
 * @throws ServiceError MESSAGE_TOO_LARGE where they do not fit one message.
 */
export function writeOutputs(
  names: readonly string[],
  results: Readonly<Record<string, NdArray>>,
  isRaw: boolean,
): Pick<inferenceV2.ModelInferResponse, 'outputs' | 'rawOutputContents'> {
  const arrays = names.map((name) => {
    const array = results[name];
    if (array === undefined) throw new TypeError(`The runtime gave no output ${name}.`);
    return { name, array };
  });
  const sizeBytes = arrays.reduce((sum, { array }) => sum + array.data.byteLength, 0);
  if (sizeBytes > MAX_MESSAGE_BYTES - MARGIN_BYTES) {
    throw new ServiceError(
      'MESSAGE_TOO_LARGE',
      `The outputs take ${sizeBytes} bytes, and a message at most ${MAX_MESSAGE_BYTES}; send smaller batches or ask for ` +
        'fewer outputs.',
    );
  }
  const raw = isRaw || arrays.some(({ array }) => contentsField(array.dtype) === undefined);
  return {
    outputs: arrays.map(({ name, array }) => ({
      name,
      datatype: kserveDatatype(array.dtype),
      shape: [...array.shape],
      parameters: {},
      contents: raw ? undefined : contentsOf(array),
    })),
    rawOutputContents: raw ? arrays.map(({ array }) => bytesOf(array)) : [],
  };
}

function contentsOf(array: NdArray): inferenceV2.InferTensorContents {
  return inferenceV2.InferTensorContents.fromPartial(typedContents(array));
}

function typedContents(array: NdArray): Partial<inferenceV2.InferTensorContents> {
  switch (array.dtype) {
    case 'bool':
      return { boolContents: Array.from(array.data, Boolean) };
    case 'int8':
    case 'int16':
    case 'int32':
      return { intContents: [...array.data] };
    case 'int64':
      return { int64Contents: Array.from(array.data, String) };
    case 'uint8':
    case 'uint16':
    case 'uint32':
      return { uintContents: [...array.data] };
    case 'uint64':
      return { uint64Contents: Array.from(array.data, String) };
    case 'float32':
      return { fp32Contents: [...array.data] };
    case 'float64':
      return { fp64Contents: [...array.data] };
    case 'float16':
      throw new TypeError('FP16 has no typed contents.');
  }
}
