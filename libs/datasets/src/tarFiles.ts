import { open, type FileHandle } from 'node:fs/promises';
import { posix } from 'node:path';
import { isHidden, nameText, PICTURE } from './fileNames.js';
import type { ByteRange } from './imageEntry.js';
import { DatasetError } from './imageSet.js';
import type { SkippedEntry } from './skippedEntry.js';
import type { FoundFiles } from './storedFile.js';
import {
  readPaxRecords,
  readTarHeader,
  seemsTarHeader,
  TAR_BLOCK_BYTES as BLOCK,
  untilNul,
} from './tarHeader.js';

/** Headers of small files lie close together: they are read many at a time. */
const WINDOW_BYTES = 1 << 20;
/** No name is longer; an extended header that claims to be is not read. */
const LONGEST_EXTENSION_BYTES = 1 << 20;
/** As deep as Linux follows links. */
const MOST_LINKS = 40;

type Entry =
  | { readonly kind: 'file'; readonly bytes: ByteRange }
  | { readonly kind: 'link'; readonly target: string; readonly hard: boolean };

/** What extended headers say of the next entry, beside its own header. */
interface Extension {
  name?: Buffer;
  linkName?: Buffer;
  sizeBytes?: number;
  sparse?: boolean;
}

/**
 * The files of a .tar by what its headers say; of their bytes only where they are is read. A hard link is the file that
 * it is linked to, and so is a symbolic link to a file that is not read under its own name. What cannot be read is
 * skipped; after a damaged header the next sound one is looked for.
 * @throws DatasetError where the file is no tar archive
 */
export async function tarFiles(path: string, signal: AbortSignal | undefined): Promise<FoundFiles> {
  const file = await open(path);
  try {
    const { size: end } = await file.stat();
    const reader = windowed(file);
    const entries = new Map<string, Entry>();
    const skipped: SkippedEntry[] = [];
    const keep = (name: string, entry: Entry): void => {
      if (isHidden(name)) return;
      if (entries.has(name)) skipped.push({ name, reason: 'replaced by a later entry of the same name' });
      entries.set(name, entry);
    };

    /** The next block from `position` on that is a sound header. */
    const resume = async (position: number): Promise<number> => {
      for (; position + BLOCK <= end; position += BLOCK) {
        signal?.throwIfAborted();
        const block = await reader(position, BLOCK);
        if (seemsTarHeader(block) && readTarHeader(block)) return position;
      }
      return end;
    };

    let next: Extension = {};
    for (let position = 0; position + BLOCK <= end;) {
      signal?.throwIfAborted();
      const block = await reader(position, BLOCK);
      if (block.every((byte) => byte === 0)) break;
      const header = readTarHeader(block);
      if (!header) {
        if (position === 0 && !seemsTarHeader(block))
          throw new DatasetError(`${path} is no tar archive, or damaged: the header at byte 0 is wrong.`);
        skipped.push({ name: `header at byte ${position}`, reason: 'damaged' });
        position = await resume(position + BLOCK);
        next = {};
        continue;
      }
      const { type } = header;
      const extension = /^[xXgLK]$/.test(type);
      const { name: longName, linkName, sizeBytes: longSize, sparse } = extension ? {} : next;
      const sizeBytes = longSize ?? header.sizeBytes;
      const name = nameText(longName ?? header.name).replace(/^(\.?\/)+/, '');
      const start = position + BLOCK;
      if (!(sizeBytes <= end - start)) {
        const claimed = Number.isNaN(sizeBytes) ? 'a size that is no number' : `${sizeBytes} bytes`;
        skipped.push({ name, reason: `claims ${claimed}, but the archive ends ${end - start} bytes later` });
        position = await resume(start);
        next = {};
        continue;
      }
      if (extension) {
        if (sizeBytes > LONGEST_EXTENSION_BYTES)
          skipped.push({
            name,
            reason: `extended header of ${sizeBytes} bytes; at most ${LONGEST_EXTENSION_BYTES} are read`,
          });
        else next = { ...next, ...extensionOf(type, await reader(start, sizeBytes)) };
      } else {
        next = {};
        if (sparse === true || type === 'S') skipped.push({ name, reason: 'sparse file' });
        else if (type === '1' || type === '2')
          keep(name, { kind: 'link', hard: type === '1', target: nameText(linkName ?? header.linkName) });
        else if (/^[346]$/.test(type)) skipped.push({ name, reason: 'pipe or device' });
        else if (!/^[5DVM]$/.test(type))
          keep(name, { kind: 'file', bytes: { kind: 'slice', path, offset: start, sizeBytes } });
      }
      position = start + Math.ceil(sizeBytes / BLOCK) * BLOCK;
    }
    return linked(entries, skipped);
  } finally {
    await file.close();
  }
}

function extensionOf(type: string, bytes: Buffer): Extension {
  // The window that the bytes lie in is used again.
  if (type === 'L') return { name: Buffer.from(untilNul(bytes)) };
  if (type === 'K') return { linkName: Buffer.from(untilNul(bytes)) };
  // Of global headers, which may say nothing of a path, nothing is needed.
  if (type === 'g') return {};
  const records = readPaxRecords(Buffer.from(bytes));
  const [name, linkName, size] = [records.get('path'), records.get('linkpath'), records.get('size')];
  return {
    ...(name && { name }),
    ...(linkName && { linkName }),
    ...(size && { sizeBytes: /^\d+$/.test(size.toString('latin1')) ? Number(size.toString('latin1')) : NaN }),
    ...([...records.keys()].some((key) => key.startsWith('GNU.sparse.')) && { sparse: true }),
  };
}

/** The files, each link as what it leads to. */
function linked(entries: ReadonlyMap<string, Entry>, skipped: readonly SkippedEntry[]): FoundFiles {
  const files: { name: string; bytes: ByteRange }[] = [];
  const odd = [...skipped];
  const folders = new Set<string>();
  for (const name of entries.keys())
    for (
      let folder = posix.dirname(name);
      folder !== '.' && !folders.has(folder);
      folder = posix.dirname(folder)
    )
      folders.add(folder);
  for (const [name, entry] of entries) {
    const skip = (reason: string): void => void odd.push({ name, reason });
    let [at, found]: [string, Entry | undefined] = [name, entry];
    /** What a symbolic link leads to. */
    let shown: string | undefined;
    for (let depth = 0; found?.kind === 'link' && depth < MOST_LINKS; depth++) {
      if (found.hard) shown ??= at;
      at = found.hard ? found.target.replace(/^(\.?\/)+/, '') : posix.join(posix.dirname(at), found.target);
      found = entries.get(at);
    }
    shown ??= at;
    if (found?.kind === 'link') skip('link that leads back to itself');
    else if (at === '.') skip('link to the whole set');
    else if (!found)
      skip(
        folders.has(at) ? `link to ${at}, which is read under that name` : 'link to nothing in the archive',
      );
    else if (shown !== name && PICTURE.test(shown)) skip(`link to ${shown}, which is read under that name`);
    else files.push({ name, bytes: found.bytes });
  }
  return { files, skipped: odd };
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
