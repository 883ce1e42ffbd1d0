import { ndarray, type NdArray } from '@oblique/arrays';
import { randomStream, type RandomStream, type Seed } from '@oblique/random';
import { CorruptImageError, DatasetError, type ImageSet, type LabelledImage } from './imageSet.js';
import { listSkipped } from './skippedEntry.js';

const IMAGES_AT_ONCE = 8;

export interface PatchOptions {
  readonly count: number;
  /** Height and width. */
  readonly sizePixels: number;
  readonly seed: Seed;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Square patches at random places, evenly over the images, no place twice; grey is the mean of the channels. A corrupt
 * image is left out, and the next gives its patches.
 * @returns [count, sizePixels²] in [0, 1], the patches of an image one after the other
 * @throws DatasetError where the images are too small or too few for so many different patches
 */
export async function extractPatches(
  set: ImageSet,
  { count, sizePixels, seed, signal, onProgress }: PatchOptions,
): Promise<NdArray<'float32'>> {
  const patches = new Float32Array(count * sizePixels ** 2);
  const order = randomStream(seed, 'images of patches').permutation(set.length);
  let next = 0;
  let done = 0;
  // Images are decoded beside one another, but take their places in the order.
  while (done < count) {
    signal?.throwIfAborted();
    if (next >= order.length) {
      throw new DatasetError(
        `Only ${done} of ${count} patches could be cut. Skipped: ${listSkipped(set.skipped)}.`,
      );
    }
    const chosen = order.subarray(next, next + IMAGES_AT_ONCE);
    const images = await Promise.all([...chosen].map((index) => unlessCorrupt(set, index)));
    images.forEach((image, place) => {
      const share = Math.ceil((count - done) / (order.length - next - place));
      if (!image || share === 0) return;
      const random = randomStream(seed, 'places of patches', chosen[place] ?? 0);
      for (const start of placesIn(image, share, sizePixels, random)) {
        cutGrey(image, start, sizePixels, patches, done++ * sizePixels ** 2);
      }
    });
    next += chosen.length;
    onProgress?.(done, count);
  }
  return ndarray('float32', [count, sizePixels ** 2], patches);
}

async function unlessCorrupt(set: ImageSet, index: number): Promise<LabelledImage | undefined> {
  try {
    return await set.read(index);
  } catch (error) {
    if (error instanceof CorruptImageError) return undefined;
    throw error;
  }
}

/** Different places, each as the pixel number of its upper left corner. */
function placesIn(
  { width, height }: LabelledImage,
  count: number,
  size: number,
  random: RandomStream,
): ReadonlySet<number> {
  const columns = width - size + 1;
  const rows = height - size + 1;
  if (columns < 1 || rows < 1 || columns * rows < count) {
    throw new DatasetError(
      `${count} different patches of ${size} × ${size} pixels are needed of every image, but one of ${width} × ${height} has ` +
        `${Math.max(0, columns) * Math.max(0, rows)}. Ask for fewer or smaller patches, or take more or larger images.`,
    );
  }
  const places = new Set<number>();
  while (places.size < count) places.add(random.integer(rows) * width + random.integer(columns));
  return places;
}

function cutGrey(
  { pixels, width }: LabelledImage,
  start: number,
  size: number,
  target: Float32Array,
  offset: number,
): void {
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const source = (start + y * width + x) * 3;
      const sum = (pixels[source] ?? 0) + (pixels[source + 1] ?? 0) + (pixels[source + 2] ?? 0);
      target[offset + y * size + x] = sum / 765;
    }
  }
}
