import type { ArrangedImages } from './arrangeImages.js';
import type { ImageEntry } from './imageEntry.js';
import { DatasetError } from './imageSet.js';
import { readEach } from './readEach.js';
import type { SkippedEntry } from './skippedEntry.js';
import { checkImageCount } from './stackedImages.js';
import { readRange, sizeOfRange, sliceOf, streamRange, type LocalFile } from './storedFile.js';

const SIZE = 32;
const PIXEL_BYTES = SIZE * SIZE * 3;
/** Names of a hundred classes take a kilobyte or two. */
const LONGEST_NAMES_BYTES = 1 << 16;

/**
 * CIFAR-10 (one byte of label, 3072 of planes) or CIFAR-100 (coarse label, fine label, planes) in binary; of CIFAR-100
 * the fine labels are taken. Names of classes come from batches.meta.txt or fine_label_names.txt, if it is there. Files
 * whose size is no multiple of such a record are skipped.
 * Format: https://www.cs.toronto.edu/~kriz/cifar.html
 */
export async function cifarImages(
  files: readonly LocalFile[],
  names: LocalFile | undefined,
  skipped: SkippedEntry[],
): Promise<ArrangedImages> {
  const entries = (await readEach(files, skipped, imagesOf)).flat();
  const classCount = entries.reduce((count, { classIndex }) => Math.max(count, classIndex + 1), 0);
  const lines = names ? await readEach([names], skipped, namesOf) : [];
  const classes = Array.from({ length: classCount }, (_, index) => lines[0]?.[index] ?? `class ${index}`);
  return { classes, entries };
}

async function imagesOf({ name, bytes }: LocalFile): Promise<Extract<ImageEntry, { kind: 'raw' }>[]> {
  const sizeBytes = await sizeOfRange(bytes);
  const labelBytes = [1, 2].find((count) => sizeBytes % (PIXEL_BYTES + count) === 0);
  if (labelBytes === undefined || sizeBytes === 0) {
    throw new DatasetError(
      `${sizeBytes} bytes, which is no multiple of the 3073 or 3074 of an image in CIFAR-10 or CIFAR-100`,
    );
  }
  const record = PIXEL_BYTES + labelBytes;
  checkImageCount(sizeBytes / record);
  const entries: Extract<ImageEntry, { kind: 'raw' }>[] = [];
  let passed = 0;
  for await (const piece of streamRange(bytes)) {
    for (;;) {
      const start = entries.length * record;
      const label = piece[start + labelBytes - 1 - passed];
      if (label === undefined) break;
      entries.push({
        kind: 'raw',
        name: `image ${entries.length} of ${name}`,
        classIndex: label,
        bytes: sliceOf(bytes, start + labelBytes, PIXEL_BYTES),
        width: SIZE,
        height: SIZE,
        channels: 3,
        planar: true,
      });
    }
    passed += piece.length;
  }
  return entries;
}

async function namesOf({ bytes }: LocalFile): Promise<string[]> {
  if ((await sizeOfRange(bytes)) > LONGEST_NAMES_BYTES)
    throw new DatasetError(`more than the ${LONGEST_NAMES_BYTES} bytes that names of classes take`);
  return new TextDecoder()
    .decode(await readRange(bytes))
    .split(/\s+/)
    .filter(Boolean);
}
