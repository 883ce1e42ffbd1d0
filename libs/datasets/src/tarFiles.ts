import { open, type FileHandle } from 'node:fs/promises';
import { Header, Pax } from 'tar';
import { DatasetError } from './imageSet.js';
import type { StoredFile } from './storedFile.js';

const BLOCK = 512;
/** Headers of small files lie close together: they are read many at a time. */
const WINDOW_BYTES = 1 << 20;

/**
 * The files of a .tar by what its headers say; of their bytes only where they are is read.
 * @throws DatasetError where the file is no tar archive, or is cut short
 */
export async function tarFiles(path: string, signal: AbortSignal | undefined): Promise<StoredFile[]> {
  const file = await open(path);
  try {
    const { size: end } = await file.stat();
    const reader = windowed(file);
    const files: StoredFile[] = [];
    let next: Pax | undefined;
    let all: Pax | undefined;
    for (let position = 0; position + BLOCK <= end;) {
      signal?.throwIfAborted();
      const header = new Header(await reader(position, BLOCK), 0, next, all);
      if (header.nullBlock) break;
      const sizeBytes = header.size ?? 0;
      const start = position + BLOCK;
      if (!header.cksumValid) {
        throw new DatasetError(
          `${path} is no tar archive, or damaged: the header at byte ${position} is wrong.`,
        );
      }
      if (start + sizeBytes > end) {
        throw new DatasetError(
          `${path} is cut short: ${header.path ?? 'its last file'} goes beyond its end.`,
        );
      }
      const text = async (): Promise<string> => (await reader(start, sizeBytes)).toString('utf8');
      next = undefined;
      if (header.type === 'GlobalExtendedHeader') all = Pax.parse(await text(), all, true);
      else if (header.type === 'ExtendedHeader') next = Pax.parse(await text());
      else if (header.type === 'NextFileHasLongPath')
        next = new Pax({ path: (await text()).replace(/\0.*$/s, '') });
      else if (header.type === 'File' || header.type === 'OldFile') {
        const name = (header.path ?? '').replace(/^(\.?\/)+/, '');
        const bytes = { kind: 'slice', path, offset: start, sizeBytes } as const;
        if (!name.split('/').some((part) => part.startsWith('.'))) files.push({ name, bytes });
      }
      position = start + Math.ceil(sizeBytes / BLOCK) * BLOCK;
    }
    return files;
  } finally {
    await file.close();
  }
}

/** Reads ranges of a file that mostly follow one another. */
function windowed(file: FileHandle): (start: number, count: number) => Promise<Buffer> {
  let window = Buffer.alloc(0);
  let from = 0;
  return async (start, count) => {
    if (start < from || start + count > from + window.length) {
      const bytes = Buffer.alloc(Math.max(WINDOW_BYTES, count));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
      window = bytes.subarray(0, bytesRead);
      from = start;
    }
    return window.subarray(start - from, start - from + count);
  };
}
