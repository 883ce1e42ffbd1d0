import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import type { S3Location } from '@oblique/artifacts';
import { scene } from '@oblique/scenes';
import { decodedPicture } from './decodedPicture.js';
import type { ByteRange, ImageEntry } from './imageEntry.js';
import { CorruptImageError, DatasetError, type LabelledImage } from './imageSet.js';
import { isPassingFault } from './passingFault.js';
import { s3Client } from './s3Client.js';
import { reasonOf } from './skippedEntry.js';
import { diskPath } from './storedFile.js';

/** No picture of the pixels that are read has more; what has is not read into memory. */
const LARGEST_BYTES = 2 ** 29;

/** Reads the images that entries stand for, keeping archives open. */
export class ImageReader {
  readonly #archives = new Map<string, Promise<FileHandle>>();

  /** @throws CorruptImageError where the bytes cannot be had, or are no image */
  async read(entry: ImageEntry): Promise<LabelledImage> {
    if (entry.kind === 'scene') {
      const { sizePixels: size } = entry.options;
      const { pixels, classIndex, objectOrientationRad } = scene(entry.options, entry.index);
      return { pixels, width: size, height: size, classIndex, objectOrientationRad };
    }
    try {
      const bytes = await this.#bytes(entry.bytes);
      const { classIndex } = entry;
      if (entry.kind === 'raw')
        return { pixels: interleaved(bytes, entry), width: entry.width, height: entry.height, classIndex };
      const { data: pixels, width, height } = await decodedPicture(bytes);
      return { pixels, width, height, classIndex };
    } catch (error) {
      if (isPassingFault(error))
        throw new DatasetError(`${entry.name} cannot be read now: ${reasonOf(error)}`, { cause: error });
      throw new CorruptImageError(entry.name, reasonOf(error));
    }
  }

  async close(): Promise<void> {
    const archives = [...this.#archives.values()];
    this.#archives.clear();
    for (const archive of archives) await (await archive).close();
  }

  async #bytes(range: ByteRange): Promise<Uint8Array> {
    switch (range.kind) {
      case 'file': {
        const file = await open(diskPath(range.path), constants.O_RDONLY | constants.O_NONBLOCK);
        try {
          const status = await file.stat();
          if (!status.isFile()) throw new Error('no file of bytes');
          checkSize(status.size);
          return await file.readFile();
        } finally {
          await file.close();
        }
      }
      case 'object':
        return await objectBytes(range.bucket, range.key);
      case 'slice': {
        checkSize(range.sizeBytes);
        const key = String(range.path);
        const archive = this.#archives.get(key) ?? open(diskPath(range.path));
        this.#archives.set(key, archive);
        const bytes = Buffer.alloc(range.sizeBytes);
        const { bytesRead } = await (await archive).read(bytes, 0, range.sizeBytes, range.offset);
        return bytes.subarray(0, bytesRead);
      }
    }
  }
}

function checkSize(sizeBytes: number): void {
  if (sizeBytes > LARGEST_BYTES) throw new Error(`${sizeBytes} bytes; at most ${LARGEST_BYTES} are read`);
}

async function objectBytes(bucket: S3Location, key: string): Promise<Uint8Array> {
  return await buffer(await s3Client(bucket).getObject(bucket.bucket, key));
}

function interleaved(bytes: Uint8Array, entry: Extract<ImageEntry, { kind: 'raw' }>): Uint8Array {
  const { channels, planar, width, height } = entry;
  const area = width * height;
  if (bytes.length !== area * channels)
    throw new Error(`${bytes.length} bytes instead of ${area * channels}`);
  if (channels === 3 && !planar) return bytes;
  const pixels = new Uint8Array(area * 3);
  for (let pixel = 0; pixel < area; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      pixels[pixel * 3 + channel] = bytes[channels === 1 ? pixel : channel * area + pixel] ?? 0;
    }
  }
  return pixels;
}
