import { ndarray, type NdArray } from '@oblique/arrays';
import { randomStream } from '@oblique/random';

/** Noise in [0, 1): float32 [count, 3, sizePixels, sizePixels]. */
export function noiseImages(count: number, sizePixels: number): NdArray<'float32'> {
  const data = new Float32Array(count * 3 * sizePixels ** 2);
  randomStream(0, 'test images').fillUniform(data, 0, 1);
  return ndarray('float32', [count, 3, sizePixels, sizePixels], data);
}
