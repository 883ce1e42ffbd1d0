import type { BigIntStats } from 'node:fs';
import { isUtf8 } from 'node:buffer';
import { readdir, realpath, stat } from 'node:fs/promises';
import { isHidden, nameText, PICTURE } from './fileNames.js';
import { DatasetError } from './imageSet.js';
import { reasonOf, type SkippedEntry } from './skippedEntry.js';
import type { FoundFiles, StoredFile } from './storedFile.js';

const SLASH = Buffer.from('/');

/** A thing found while walking, by its path on the disk and its name within the set. */
interface Place {
  readonly path: Buffer;
  readonly name: string;
}

/**
 * All files below a folder, hidden ones left out, in the order of their names. Links are followed out of the folder,
 * and each folder outside is read once; a link to what is read here under its own name is skipped, and so is one to
 * nothing, a file that is no file of bytes (a pipe, socket or device, which is never opened), and a folder that cannot
 * be listed.
 * @throws DatasetError where the folder itself cannot be listed
 */
export async function folderFiles(folder: string, signal: AbortSignal | undefined): Promise<FoundFiles> {
  const root = await realpath(folder, { encoding: 'buffer' });
  const files: StoredFile[] = [];
  const skipped: SkippedEntry[] = [];
  /** Folders read so far, by device and inode. */
  const read = new Map<string, string>();

  const skip = ({ name }: Place, reason: string): void => void skipped.push({ name, reason });
  const take = ({ path, name }: Place): void =>
    void files.push({ name, bytes: { kind: 'file', path: isUtf8(path) ? path.toString() : path } });

  const walk = async (place: Place): Promise<void> => {
    signal?.throwIfAborted();
    const identity = identityOf(await stat(place.path, { bigint: true }));
    const before = read.get(identity);
    if (before !== undefined) {
      skip(place, `folder that is read already, as ${before}`);
      return;
    }
    read.set(identity, place.name);
    const items = await readdir(place.path, { withFileTypes: true, encoding: 'buffer' });
    for (const item of items.sort((a, b) => Buffer.compare(a.name, b.name))) {
      const text = nameText(item.name);
      if (isHidden(text)) continue;
      const below = {
        path: Buffer.concat([place.path, SLASH, item.name]),
        name: place.name === '' ? text : `${place.name}/${text}`,
      };
      try {
        if (item.isSymbolicLink()) await follow(below);
        else if (item.isDirectory()) await walk(below);
        else if (item.isFile()) take(below);
        else skip(below, 'pipe, socket or device');
      } catch (error) {
        signal?.throwIfAborted();
        skip(below, reasonOf(error));
      }
    }
  };

  const follow = async (link: Place): Promise<void> => {
    let target: BigIntStats;
    try {
      target = await stat(link.path, { bigint: true });
    } catch (error) {
      skip(link, linkReason(error));
      return;
    }
    const real = await realpath(link.path, { encoding: 'buffer' });
    const inside = isWithin(root, real) ? nameText(real.subarray(root.length + 1)) : undefined;
    const readAnyway = inside !== undefined && !isHidden(inside);
    if (target.isDirectory()) {
      if (readAnyway)
        skip(
          link,
          inside === '' ? 'link to the whole set' : `link to ${inside}, which is read under that name`,
        );
      else if (isWithin(real, root)) skip(link, 'link to a folder that the set lies in');
      else await walk(link);
    } else if (!target.isFile()) skip(link, 'link to a pipe, socket or device');
    else if (readAnyway && PICTURE.test(inside))
      skip(link, `link to ${inside}, which is read under that name`);
    else take(link);
  };

  try {
    await walk({ path: root, name: '' });
  } catch (cause) {
    signal?.throwIfAborted();
    throw new DatasetError(`${folder} cannot be listed: ${reasonOf(cause)}.`, { cause });
  }
  return { files, skipped };
}

function identityOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}

/** Whether a real path is the folder or lies in it. */
function isWithin(folder: Buffer, path: Buffer): boolean {
  if (folder.equals(SLASH)) return true;
  return (
    path.subarray(0, folder.length).equals(folder) &&
    (path.length === folder.length || path[folder.length] === SLASH[0])
  );
}

function linkReason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'link to nothing';
  if (code === 'ELOOP') return 'link that leads back to itself';
  return `link that cannot be followed: ${reasonOf(error)}`;
}
