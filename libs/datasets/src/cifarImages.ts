import type { ArrangedImages } from './arrangeImages.js';
import type { ImageEntry } from './imageEntry.js';
import { DatasetError } from './imageSet.js';
import { readRange, sliceOf, type LocalRange } from './storedFile.js';

const SIZE = 32;
const PIXEL_BYTES = SIZE * SIZE * 3;

/** A file of the set that lies on the local disk. */
export interface LocalFile {
  readonly name: string;
  readonly bytes: LocalRange;
}

/**
 * CIFAR-10 (one byte of label, 3072 of planes) or CIFAR-100 (coarse label, fine label, planes) in binary; of CIFAR-100
 * the fine labels are taken. Names of classes come from batches.meta.txt or fine_label_names.txt, if it is there.
 * Format: https://www.cs.toronto.edu/~kriz/cifar.html
 * @throws DatasetError where a file's size is no multiple of such a record
 */
export async function cifarImages(
  files: readonly LocalFile[],
  names: LocalFile | undefined,
): Promise<ArrangedImages> {
  const entries: ImageEntry[] = [];
  let classCount = 0;
  for (const { name, bytes } of files) {
    const content = await readRange(bytes);
    const labelBytes = [1, 2].find((count) => content.length % (PIXEL_BYTES + count) === 0);
    if (labelBytes === undefined || content.length === 0) {
      throw new DatasetError(
        `${name} has ${content.length} bytes, which is no multiple of the 3073 or 3074 of an image in CIFAR-10 or CIFAR-100.`,
      );
    }
    const record = PIXEL_BYTES + labelBytes;
    for (let start = 0; start < content.length; start += record) {
      const classIndex = content[start + labelBytes - 1] ?? 0;
      classCount = Math.max(classCount, classIndex + 1);
      entries.push({
        kind: 'raw',
        name: `image ${start / record} of ${name}`,
        classIndex,
        bytes: sliceOf(bytes, start + labelBytes, PIXEL_BYTES),
        width: SIZE,
        height: SIZE,
        channels: 3,
        planar: true,
      });
    }
  }
  const lines = names
    ? new TextDecoder()
        .decode(await readRange(names.bytes))
        .split(/\s+/)
        .filter(Boolean)
    : [];
  const classes = Array.from({ length: classCount }, (_, index) => lines[index] ?? `class ${index}`);
  return { classes, entries };
}
