import type { NdArray } from '@oblique/arrays';
import type { ImageSet } from './imageSet.js';

export interface PatchOptions {
  readonly count: number;
  /** Height and width. */
  readonly sizePixels: number;
  readonly seed: number | bigint;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Square patches at random places, evenly over the images, no place twice; grey is the mean of the channels.
 * @returns [count, sizePixels²] in [0, 1], the patches of an image one after the other
 * @throws DatasetError where the images are too small or too few for so many different patches
 */
export async function extractPatches(_set: ImageSet, _options: PatchOptions): Promise<NdArray<'float32'>> {
  throw new Error('Not built yet.');
}
