import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { buffer } from 'node:stream/consumers';
import { readNpy, toNumbers } from '@oblique/arrays';
import { openPromise, type Entry, type ZipFile } from 'yauzl';
import type { ArrangedImages } from './arrangeImages.js';
import { cachedFile } from './cachedFile.js';
import type { ImageEntry } from './imageEntry.js';
import { DatasetError } from './imageSet.js';
import { readEach } from './readEach.js';
import type { SkippedEntry } from './skippedEntry.js';
import { stackedImages } from './stackedImages.js';
import type { LocalFile, LocalRange } from './storedFile.js';

const STORED = 0;
/** Eight bytes for each of the most images that one file may have, and a header. */
const LARGEST_LABELS_BYTES = 2 ** 25 + 2 ** 12;
const MOST_NAMED = 20;

/** One .npz: its stack of images and the label of each. */
interface Part {
  readonly stack: LocalFile;
  readonly labels: Float64Array;
}

/**
 * ImageNet32 and its like: .npz files with `data`, a stack of images, and `labels`, whole numbers of which each is a
 * class; files that are none such are skipped. Format: Chrabaszcz, Loshchilov & Hutter 2017, "A downsampled variant of
 * ImageNet".
 */
export async function zippedImages(
  files: readonly LocalFile[],
  cacheFolder: string,
  skipped: SkippedEntry[],
): Promise<ArrangedImages> {
  const parts = await readEach(files, skipped, async (file) => {
    const part = await partOf(file, cacheFolder);
    const { length } = await stackedImages(part.stack);
    if (length === part.labels.length) return part;
    throw new DatasetError(`has ${length} images but ${part.labels.length} labels`);
  });
  const labels = [...new Set(parts.flatMap((part) => [...new Set(part.labels)]))].sort((a, b) => a - b);
  const indices = new Map(labels.map((label, index) => [label, index]));
  const entries: ImageEntry[] = [];
  for (const { stack, labels: own } of parts) {
    const images = await stackedImages(stack, (image) => indices.get(own[image] ?? NaN) ?? 0);
    for (const image of images) entries.push(image);
  }
  return { classes: labels.map((label) => `class ${label}`), entries };
}

async function partOf({ name, bytes }: LocalFile, cacheFolder: string): Promise<Part> {
  if (bytes.kind !== 'file') throw new DatasetError('lies within an archive; unpack that first');
  if (typeof bytes.path !== 'string') throw new DatasetError('has a path that is no UTF-8; rename it');
  const zip = await openPromise(bytes.path, { lazyEntries: true, autoClose: false });
  try {
    const members = new Map<string, Entry>();
    for await (const member of zip.eachEntry()) members.set(member.fileName, member);
    const [data, labels] = [members.get('data.npy'), members.get('labels.npy')];
    if (!data || !labels) {
      const found = [...members.keys()].slice(0, MOST_NAMED).map((member) => member.replace(/\.npy$/, ''));
      throw new DatasetError(
        `needs the arrays "data" and "labels"; it has ${members.size === 0 ? 'none' : found.join(', ')}`,
      );
    }
    return {
      stack: { name, bytes: await rangeOf(zip, data, bytes.path, cacheFolder) },
      labels: await labelsOf(zip, labels),
    };
  } finally {
    zip.close();
  }
}

async function labelsOf(zip: ZipFile, member: Entry): Promise<Float64Array> {
  if (member.uncompressedSize > LARGEST_LABELS_BYTES)
    throw new DatasetError(
      `"labels" are ${member.uncompressedSize} bytes; at most ${LARGEST_LABELS_BYTES} are read`,
    );
  const labels = toNumbers(readNpy(await buffer(await zip.openReadStreamPromise(member)), '"labels"'));
  const odd = labels.find((label) => !Number.isSafeInteger(label));
  if (odd !== undefined)
    throw new DatasetError(`"labels" must be whole numbers, of which each is a class; one is ${odd}`);
  return labels;
}

/** Where a member's bytes are; a compressed one is unpacked into the cache. */
async function rangeOf(zip: ZipFile, member: Entry, path: string, cacheFolder: string): Promise<LocalRange> {
  if (member.compressionMethod === STORED) {
    const { fileDataStart } = await zip.readLocalFileHeaderPromise(member, { minimal: true });
    return { kind: 'slice', path, offset: fileDataStart, sizeBytes: member.uncompressedSize };
  }
  const { mtimeMs, size } = await stat(path);
  const unpacked = await cachedFile(
    cacheFolder,
    ['unzip', path, mtimeMs, size, member.fileName],
    async (target) => pipeline(await zip.openReadStreamPromise(member), createWriteStream(target)),
  );
  return { kind: 'file', path: unpacked };
}
