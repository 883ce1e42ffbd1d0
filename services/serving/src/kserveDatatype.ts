import type { DType } from '@oblique/arrays';

const DATATYPES: { readonly [K in DType]: string } = {
  bool: 'BOOL',
  uint8: 'UINT8',
  uint16: 'UINT16',
  uint32: 'UINT32',
  uint64: 'UINT64',
  int8: 'INT8',
  int16: 'INT16',
  int32: 'INT32',
  int64: 'INT64',
  float16: 'FP16',
  float32: 'FP32',
  float64: 'FP64',
};

/** The name of an element type in the Open Inference Protocol. */
export function kserveDatatype(dtype: DType): string {
  return DATATYPES[dtype];
}
