import type { ImageEntry } from './imageEntry.js';
import { DatasetError } from './imageSet.js';
import type { StoredFile } from './storedFile.js';

/** Entries in order, and the names of their classes, if any. */
export interface ArrangedImages {
  readonly classes: readonly string[];
  readonly entries: readonly ImageEntry[];
}

/**
 * Images by the folder they lie in: one folder a class, in the order of the names. Folders that all share are no
 * classes; images that lie in one folder have none.
 * @throws DatasetError where some images lie beside the folders of classes
 */
export function arrangeImages(files: readonly StoredFile[]): ArrangedImages {
  const paths = files.map(({ name }) => name.split('/'));
  const shared = sharedFolders(paths);
  const depthOf = (path: readonly string[]): number => path.length - 1 - shared;
  const flat = paths.every((path) => depthOf(path) === 0);
  const stray = paths.find((path) => depthOf(path) === 0);
  if (!flat && stray) {
    throw new DatasetError(
      `Images must lie in one folder a class, or all in one folder; ${stray.join('/')} lies beside folders. Move it.`,
    );
  }
  const folders = paths.map((path) => path[shared] ?? '');
  const classes = flat ? [] : [...new Set(folders)].sort();
  const indices = new Map(classes.map((name, index) => [name, index]));
  const entries = files.map(({ name, bytes }, index): ImageEntry => {
    return { kind: 'encoded', name, bytes, classIndex: indices.get(folders[index] ?? '') ?? 0 };
  });
  return { classes, entries };
}

/** How many folders all paths begin with alike. */
function sharedFolders(paths: readonly (readonly string[])[]): number {
  const [first = []] = paths;
  let shared = first.length - 1;
  for (const path of paths) {
    const differs = path.findIndex((part, index) => index >= path.length - 1 || part !== first[index]);
    shared = Math.min(shared, differs);
  }
  return shared;
}
