import type { DType } from '@oblique/arrays';
import { TensorProto_DataType as Code } from './generated/onnx.js';

const CODES: { readonly [K in DType]: number } = {
  float32: Code.FLOAT,
  uint8: Code.UINT8,
  int8: Code.INT8,
  uint16: Code.UINT16,
  int16: Code.INT16,
  int32: Code.INT32,
  int64: Code.INT64,
  bool: Code.BOOL,
  float16: Code.FLOAT16,
  float64: Code.DOUBLE,
  uint32: Code.UINT32,
  uint64: Code.UINT64,
};

const DTYPES = new Map<number, DType>(Object.entries(CODES).map(([dtype, code]) => [code, dtype as DType]));

/** ONNX's number for an element type (`TensorProto.DataType`), e.g. for the attribute `to` of Cast. */
export function dataTypeCode(dtype: DType): number {
  return CODES[dtype];
}

/** The element type that ONNX's number stands for; undefined for strings, complex, bfloat16 and narrower types. */
export function dtypeOfCode(code: number): DType | undefined {
  return DTYPES.get(code);
}
