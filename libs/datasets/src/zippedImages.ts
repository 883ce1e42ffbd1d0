import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { buffer } from 'node:stream/consumers';
import { readNpy, toNumbers } from '@oblique/arrays';
import { openPromise, type Entry, type ZipFile } from 'yauzl';
import type { ArrangedImages } from './arrangeImages.js';
import { cachedFile } from './cachedFile.js';
import type { LocalFile } from './cifarImages.js';
import type { ImageEntry } from './imageEntry.js';
import { DatasetError } from './imageSet.js';
import { stackedImages } from './stackedImages.js';
import type { LocalRange } from './storedFile.js';

const STORED = 0;

/**
 * ImageNet32 and its like: .npz files with `data`, a stack of images, and `labels`, whole numbers of which each is a
 * class. Format: Chrabaszcz, Loshchilov & Hutter 2017, "A downsampled variant of ImageNet".
 * @throws DatasetError where a file lacks one of the two
 */
export async function zippedImages(
  files: readonly LocalFile[],
  cacheFolder: string,
): Promise<ArrangedImages> {
  const parts: { file: LocalFile; labels: Float64Array }[] = [];
  for (const { name, bytes } of files) {
    if (bytes.kind !== 'file') throw new DatasetError(`${name} lies within an archive; unpack that first.`);
    const zip = await openPromise(bytes.path, { lazyEntries: true, autoClose: false });
    try {
      const members = new Map<string, Entry>();
      for await (const member of zip.eachEntry()) members.set(member.fileName, member);
      const [data, labels] = [members.get('data.npy'), members.get('labels.npy')];
      if (!data || !labels) {
        const found = [...members.keys()].map((member) => member.replace(/\.npy$/, '')).join(', ');
        throw new DatasetError(`${name} needs the arrays "data" and "labels"; it has ${found || 'none'}.`);
      }
      parts.push({
        file: { name, bytes: await rangeOf(zip, data, bytes.path, cacheFolder) },
        labels: toNumbers(
          readNpy(await buffer(await zip.openReadStreamPromise(labels)), `"labels" in ${name}`),
        ),
      });
    } finally {
      zip.close();
    }
  }
  const labels = [...new Set(parts.flatMap((part) => [...new Set(part.labels)]))].sort((a, b) => a - b);
  const indices = new Map(labels.map((label, index) => [label, index]));
  const entries: ImageEntry[] = [];
  for (const { file, labels: own } of parts) {
    const images = await stackedImages(file, (image) => indices.get(own[image] ?? NaN) ?? 0);
    if (images.length !== own.length) {
      throw new DatasetError(`${file.name} has ${images.length} images but ${own.length} labels.`);
    }
    for (const image of images) entries.push(image);
  }
  return { classes: labels.map((label) => `class ${label}`), entries };
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
