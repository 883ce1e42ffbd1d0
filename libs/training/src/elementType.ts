import { isDType, ndarray, type DType, type NdArray } from '@oblique/arrays';

/** The array with float32 widened to float64, or float64 rounded to float32, where that makes it `dtype`. */
export function inElementType(array: NdArray, dtype: DType): NdArray {
  if (dtype === 'float64' && isDType(array, 'float32'))
    return ndarray('float64', array.shape, Float64Array.from(array.data));
  if (dtype === 'float32' && isDType(array, 'float64'))
    return ndarray('float32', array.shape, Float32Array.from(array.data));
  return array;
}
