import { open, readFile, type FileHandle } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import type { S3Location } from '@oblique/artifacts';
import { scene } from '@oblique/scenes';
import sharp from 'sharp';
import type { ByteRange, ImageEntry } from './imageEntry.js';
import { CorruptImageError, type LabelledImage } from './imageSet.js';
import { s3Client } from './s3Client.js';

// Images are decoded beside one another in libuv's threads, each by one of them.
sharp.concurrency(1);
sharp.cache(false);

/** Reads the images that entries stand for, keeping archives open. */
export class ImageReader {
  readonly #archives = new Map<string, Promise<FileHandle>>();

  /** @throws CorruptImageError where the bytes are no image */
  async read(entry: ImageEntry): Promise<LabelledImage> {
    switch (entry.kind) {
      case 'scene': {
        const { sizePixels: size } = entry.options;
        const { pixels, classIndex, objectOrientationRad } = scene(entry.options, entry.index);
        return { pixels, width: size, height: size, classIndex, objectOrientationRad };
      }
      case 'raw': {
        const { width, height, classIndex } = entry;
        return { pixels: interleaved(await this.#bytes(entry.bytes), entry), width, height, classIndex };
      }
      case 'encoded':
        return {
          ...(await decoded(await this.#bytes(entry.bytes), entry.name)),
          classIndex: entry.classIndex,
        };
    }
  }

  async close(): Promise<void> {
    const archives = [...this.#archives.values()];
    this.#archives.clear();
    for (const archive of archives) await (await archive).close();
  }

  async #bytes(range: ByteRange): Promise<Uint8Array> {
    switch (range.kind) {
      case 'file':
        return await readFile(range.path);
      case 'object':
        return await objectBytes(range.bucket, range.key);
      case 'slice': {
        const archive = this.#archives.get(range.path) ?? open(range.path);
        this.#archives.set(range.path, archive);
        const bytes = Buffer.alloc(range.sizeBytes);
        const { bytesRead } = await (await archive).read(bytes, 0, range.sizeBytes, range.offset);
        return bytes.subarray(0, bytesRead);
      }
    }
  }
}

async function objectBytes(bucket: S3Location, key: string): Promise<Uint8Array> {
  return await buffer(await s3Client(bucket).getObject(bucket.bucket, key));
}

/** The picture as it lies in the file (EXIF's orientation is left alone, as Pillow leaves it), alpha dropped. */
async function decoded(
  bytes: Uint8Array,
  name: string,
): Promise<{ pixels: Uint8Array; width: number; height: number }> {
  try {
    const { data, info } = await sharp(bytes, { failOn: 'error' })
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { pixels: data, width: info.width, height: info.height };
  } catch (error) {
    throw new CorruptImageError(name, error instanceof Error ? error.message : String(error));
  }
}

function interleaved(bytes: Uint8Array, entry: Extract<ImageEntry, { kind: 'raw' }>): Uint8Array {
  const { channels, planar, name, width, height } = entry;
  const area = width * height;
  if (bytes.length !== area * channels) {
    throw new CorruptImageError(name, `it has ${bytes.length} bytes instead of ${area * channels}`);
  }
  if (channels === 3 && !planar) return bytes;
  const pixels = new Uint8Array(area * 3);
  for (let pixel = 0; pixel < area; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      pixels[pixel * 3 + channel] = bytes[channels === 1 ? pixel : channel * area + pixel] ?? 0;
    }
  }
  return pixels;
}
