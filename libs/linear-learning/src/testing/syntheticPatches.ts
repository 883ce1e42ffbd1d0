import { ndarray } from '@oblique/arrays';
import { randomStream } from '@oblique/random';
import type { Patches } from '../patches.js';

/**
 * Patches of normal noise whose k-th cosine (by rising frequency) has variance `variance(k)`, k from 1, on grey 1/2:
 * [count, size²].
 */
export function syntheticPatches(options: {
  readonly count: number;
  readonly sizePixels: number;
  readonly variance: (k: number) => number;
}): Patches {
  const { count, sizePixels, variance } = options;
  const waves = cosines(sizePixels);
  const pixels = sizePixels * sizePixels;
  const stream = randomStream(5, 'synthetic patches');
  const data = new Float32Array(count * pixels).fill(0.5);
  for (let patch = 0; patch < count; patch++) {
    for (const [index, wave] of waves.entries()) {
      const size = Math.sqrt(variance(index + 1)) * stream.normal();
      for (let pixel = 0; pixel < pixels; pixel++) {
        data[patch * pixels + pixel] = (data[patch * pixels + pixel] ?? 0) + size * (wave[pixel] ?? 0);
      }
    }
  }
  return ndarray('float32', [count, pixels], data);
}

/** The orthonormal cosines of an image, by rising frequency. */
export function cosines(sizePixels: number): Float64Array[] {
  const along = (frequency: number, position: number): number =>
    Math.sqrt((frequency === 0 ? 1 : 2) / sizePixels) *
    Math.cos((Math.PI * frequency * (position + 0.5)) / sizePixels);
  const frequencies = Array.from({ length: sizePixels * sizePixels }, (_, index) => ({
    across: index % sizePixels,
    down: Math.floor(index / sizePixels),
  })).sort((a, b) => a.across ** 2 + a.down ** 2 - (b.across ** 2 + b.down ** 2));
  return frequencies.map(({ across, down }) =>
    Float64Array.from(
      { length: sizePixels * sizePixels },
      (_, pixel) => along(across, pixel % sizePixels) * along(down, Math.floor(pixel / sizePixels)),
    ),
  );
}
