import type { DType } from '@oblique/arrays';
import type { inferenceV2 } from '@oblique/contracts';

export type ContentsField = Exclude<keyof inferenceV2.InferTensorContents, 'bytesContents'>;

const FIELDS: { readonly [K in DType]: ContentsField | undefined } = {
  bool: 'boolContents',
  int8: 'intContents',
  int16: 'intContents',
  int32: 'intContents',
  int64: 'int64Contents',
  uint8: 'uintContents',
  uint16: 'uintContents',
  uint32: 'uintContents',
  uint64: 'uint64Contents',
  float16: undefined,
  float32: 'fp32Contents',
  float64: 'fp64Contents',
};

/** The field of typed contents that holds elements of this type; undefined where they only travel raw. */
export function contentsField(dtype: DType): ContentsField | undefined {
  return FIELDS[dtype];
}

/** A field of typed contents as the protocol writes it, e.g. `fp32_contents`. */
export function contentsName(field: string): string {
  return field.replace('Contents', '_contents');
}
