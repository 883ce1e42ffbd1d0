import { setImmediate } from 'node:timers/promises';
import {
  CorruptImageError,
  DatasetError,
  listSkipped,
  makeExample,
  TooManyCorruptImagesError,
  type Augmentation,
  type ImageSet,
  type LabelledImage,
} from '@oblique/datasets';
import { randomStream } from '@oblique/random';
import { ImageStatistics, type ImageStatisticsResult, type RgbImage } from '@oblique/statistics';
import { imagesByClass, spread } from './imagesByClass.js';
import type { SheetImage } from './imageSheet.js';

/** A finer spectrum would say no more about images, and take longer. */
const LARGEST_SPECTRUM_SIDE = 256;

export interface Description {
  /** Images of every class, in the order of the set's classes. */
  readonly classCounts: readonly number[];
  readonly statistics: ImageStatisticsResult;
  readonly examples: readonly SheetImage[];
}

export interface DescribeOptions {
  /** How many images to look at, evenly over the classes. */
  readonly images: number;
  /** How many of them to keep as examples. */
  readonly examples: number;
  /** Undefined: the images as they are. */
  readonly augmentation: Augmentation | undefined;
  readonly signal: AbortSignal;
  readonly report: (done: number, total: number) => void;
}

/**
 * Looks at images of a set. Those that cannot be read are left out, however many; the set counts them.
 * @throws DatasetError where the set cannot be augmented as asked, or none of the images can be read
 */
export async function describeImages(set: ImageSet, options: DescribeOptions): Promise<Description> {
  const { signal, report } = options;
  const members = imagesByClass(set);
  const chosen = spread(members, options.images);
  const total = chosen.flat().length;
  const examples = new Set(spread(chosen, options.examples).flat());
  const kept: SheetImage[] = [];
  let statistics: ImageStatistics | undefined;
  let done = 0;
  for (const index of chosen.flat()) {
    // Other calls, and this one's end, come in between.
    await setImmediate();
    signal.throwIfAborted();
    const read = await readable(set, index);
    if (read !== undefined) {
      const image = options.augmentation ? augmented(read, options.augmentation, index) : read;
      statistics ??= new ImageStatistics(spectrumSide(image));
      statistics.add(image);
      if (examples.has(index)) kept.push({ ...image, label: set.classes[read.classIndex] ?? '' });
    }
    done += 1;
    report(done, total);
  }
  if (statistics === undefined) {
    throw new DatasetError(
      `None of the ${counted(total)} can be read: ${listSkipped(set.skipped)}. Repair or replace them.`,
    );
  }
  return {
    classCounts: members.map(({ length }) => length),
    statistics: statistics.result(),
    examples: kept,
  };
}

function counted(images: number): string {
  return images === 1 ? 'only image' : `${images} images looked at`;
}

async function readable(set: ImageSet, index: number): Promise<LabelledImage | undefined> {
  try {
    return await set.read(index);
  } catch (error) {
    if (error instanceof CorruptImageError || error instanceof TooManyCorruptImagesError) return undefined;
    throw error;
  }
}

/** The image as training sees it, as large as its shorter side, in bytes. */
function augmented(image: LabelledImage, augmentation: Augmentation, index: number): RgbImage {
  const side = Math.min(image.width, image.height);
  const planes = new Float32Array(3 * side * side);
  const recipe = { task: { kind: 'reconstruction' }, augmentation, inputSizePixels: side } as const;
  makeExample(image, recipe, randomStream(0, 'describe images', index), planes);
  const pixels = new Uint8Array(planes.length);
  for (let place = 0; place < pixels.length; place++) {
    pixels[place] = Math.round(255 * (planes[(place % 3) * side * side + Math.floor(place / 3)] ?? 0));
  }
  return { pixels, width: side, height: side };
}

/** The largest power of two that the image has room for. */
function spectrumSide({ width, height }: RgbImage): number {
  return Math.min(LARGEST_SPECTRUM_SIDE, 2 ** Math.max(1, Math.floor(Math.log2(Math.min(width, height)))));
}
