import { readNpyHeader, type NpyHeader } from '@oblique/arrays';
import type { ImageEntry } from './imageEntry.js';
import { DatasetError } from './imageSet.js';
import type { LocalFile } from './cifarImages.js';
import { readStart, sliceOf } from './storedFile.js';

const LONGEST_HEADER_BYTES = 1 << 16;

type Layout = Pick<Extract<ImageEntry, { kind: 'raw' }>, 'width' | 'height' | 'channels' | 'planar'>;

/**
 * The images of a .npy, uint8 [n, h, w], [n, h, w, 3], [n, 3, h, w] or, as in ImageNet32, [n, 3 · size²] in planes.
 * @param classOf class of each; 0 where it is not given
 * @throws DatasetError where the array is no such stack
 */
export async function stackedImages(
  { name, bytes }: LocalFile,
  classOf: (image: number) => number = () => 0,
): Promise<ImageEntry[]> {
  const header = readNpyHeader(await readStart(bytes, LONGEST_HEADER_BYTES), name);
  const layout = layoutOf(name, header);
  const imageBytes = layout.width * layout.height * layout.channels;
  return Array.from({ length: header.shape[0] ?? 0 }, (_, image) => ({
    kind: 'raw',
    name: `image ${image} of ${name}`,
    classIndex: classOf(image),
    bytes: sliceOf(bytes, header.dataOffset + image * imageBytes, imageBytes),
    ...layout,
  }));
}

function layoutOf(name: string, { dtype, shape, columnMajor }: NpyHeader): Layout {
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
    `${name} is ${dtype} of shape [${shape.join(', ')}]${columnMajor ? ' in column-major order' : ''}; a stack of images is uint8 ` +
      '[n, h, w], [n, h, w, 3], [n, 3, h, w] or [n, 3 · size²], row-major.',
  );
}
