import { readNpyHeader, type NpyHeader } from '@oblique/arrays';
import type { ImageEntry } from './imageEntry.js';
import { DatasetError } from './imageSet.js';
import { readStart, sizeOfRange, sliceOf, type LocalFile } from './storedFile.js';

const LONGEST_HEADER_BYTES = 1 << 16;
/** Of one file: where each lies is kept in memory. */
const MOST_IMAGES = 2 ** 22;

type Layout = Pick<Extract<ImageEntry, { kind: 'raw' }>, 'width' | 'height' | 'channels' | 'planar'>;

/**
 * The images of a .npy, uint8 [n, h, w], [n, h, w, 3], [n, 3, h, w] or, as in ImageNet32, [n, 3 · size²] in planes.
 * @param classOf class of each; 0 where it is not given
 * @throws DatasetError, MalformedArrayError where the array is no such stack, or larger than its file
 */
export async function stackedImages(
  { name, bytes }: LocalFile,
  classOf: (image: number) => number = () => 0,
): Promise<ImageEntry[]> {
  const header = readNpyHeader(await readStart(bytes, LONGEST_HEADER_BYTES), 'the array');
  const layout = layoutOf(header);
  const imageBytes = layout.width * layout.height * layout.channels;
  const [count = 0] = header.shape;
  const held = (await sizeOfRange(bytes)) - header.dataOffset;
  if (imageBytes === 0 || count * imageBytes > held) {
    throw new DatasetError(
      `declares ${count} images of ${layout.width} × ${layout.height} pixels, that is ${count * imageBytes} bytes, but holds ${held}`,
    );
  }
  checkImageCount(count);
  return Array.from({ length: count }, (_, image) => ({
    kind: 'raw',
    name: `image ${image} of ${name}`,
    classIndex: classOf(image),
    bytes: sliceOf(bytes, header.dataOffset + image * imageBytes, imageBytes),
    ...layout,
  }));
}

/** @throws DatasetError where one file has more images than can be kept apart */
export function checkImageCount(count: number): void {
  if (count > MOST_IMAGES)
    throw new DatasetError(`${count} images; at most ${MOST_IMAGES} in a file are read`);
}

function layoutOf({ dtype, shape, columnMajor }: NpyHeader): Layout {
  const [, a = 0, b = 0, c = 0] = shape;
  if (dtype === 'uint8' && !columnMajor) {
    const side = Math.sqrt(a / 3);
    if (shape.length === 2 && a > 0 && Number.isInteger(side)) {
      return { width: side, height: side, channels: 3, planar: true };
    }
    if (shape.length === 3) return { width: b, height: a, channels: 1, planar: false };
    if (shape.length === 4 && c === 3) return { width: b, height: a, channels: 3, planar: false };
    if (shape.length === 4 && a === 3) return { width: c, height: b, channels: 3, planar: true };
  }
  throw new DatasetError(
    `is ${dtype} of shape [${shape.join(', ')}]${columnMajor ? ' in column-major order' : ''}; a stack of images is uint8 ` +
      '[n, h, w], [n, h, w, 3], [n, 3, h, w] or [n, 3 · size²], row-major',
  );
}
