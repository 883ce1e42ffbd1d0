import { checkSceneOptions, SCENE_CLASSES } from '@oblique/scenes';
import { arrangeImages, type ArrangedImages } from './arrangeImages.js';
import { defaultCacheFolder } from './cachedFile.js';
import { cifarImages } from './cifarImages.js';
import type { DataAccess } from './dataAccess.js';
import { PICTURE, UNREAD_PICTURE } from './fileNames.js';
import { IndexedImages } from './indexedImages.js';
import { DatasetError, type DatasetSource, type ImageSet } from './imageSet.js';
import { limitEvenly } from './limitEvenly.js';
import { locate, type Located } from './locate.js';
import { s3Downloaded } from './s3Files.js';
import { stackedImages } from './stackedImages.js';
import { readEach } from './readEach.js';
import { listSkipped, type SkippedEntry } from './skippedEntry.js';
import type { LocalFile, StoredFile } from './storedFile.js';
import { trainingNames } from './trainingNames.js';
import { zippedImages } from './zippedImages.js';

export interface OpenImageSetOptions {
  /** Where downloaded and unpacked archives are kept; default `oblique/datasets` in the user's cache folder. */
  readonly cacheFolder?: string;
  readonly signal?: AbortSignal | undefined;
  /** What may be read; default: whatever this process can read. */
  readonly access?: DataAccess | undefined;
}

const READABLE =
  'Readable are image folders and .tar or .tar.gz archives (.jpg, .png, .webp, .tif, .gif, .avif), CIFAR in binary (.bin), .npz with ' +
  'data and labels, and .npy.';

/**
 * Opens a set of images: scenes, folders with one folder a class, .tar and .tar.gz archives of the same, CIFAR-10/100
 * in binary, ImageNet32 (.npz) and stacks of images (.npy, uint8 [n, h, w], [n, h, w, 3] or [n, 3, h, w]). Where there
 * is a folder `train` beside `test` or `val`, only it is used. Images that lie flat in one folder have no classes. What
 * gives no image though it might be expected to is skipped, and named with the reason.
 * @throws DatasetError where there are no images, or not in an order that can be understood
 */
export async function openImageSet(
  source: DatasetSource,
  { cacheFolder = defaultCacheFolder(), signal, access }: OpenImageSetOptions = {},
): Promise<ImageSet> {
  if (source.kind === 'scenes') {
    const { scenes: options, limit = Infinity } = source;
    checkSceneOptions(options);
    return new IndexedImages({
      kind: 'scenes',
      synthetic: true,
      length: Math.min(options.count, limit),
      classes: SCENE_CLASSES,
      skipped: [],
      entry: (index) => ({ kind: 'scene', options, index }),
    });
  }
  const located = await locate(source.location, cacheFolder, access, signal);
  const { kind, images, skipped } = await imagesOf(source.location, located, cacheFolder);
  const { classes, entries } = limitEvenly(images, source.limit ?? Infinity);
  return new IndexedImages({
    kind,
    synthetic: false,
    length: entries.length,
    classes,
    skipped,
    entry: (index) => {
      const entry = entries[index];
      if (!entry) throw new RangeError(`There is no image ${index}.`);
      return entry;
    },
  });
}

async function imagesOf(
  location: string,
  located: Located,
  cacheFolder: string,
): Promise<{
  readonly kind: string;
  readonly images: ArrangedImages;
  readonly skipped: readonly SkippedEntry[];
}> {
  const { files: all } = located;
  const ofTraining = trainingNames([...all, ...located.skipped]);
  const files = all.filter(ofTraining).sort(byName);
  const named = (pattern: RegExp): readonly StoredFile[] => files.filter(({ name }) => pattern.test(name));
  const unread = named(UNREAD_PICTURE).map(({ name }) => ({
    name,
    reason: 'format that is not read; convert it to PNG',
  }));
  const skipped: SkippedEntry[] = [...located.skipped.filter(ofTraining), ...unread];
  const local = (found: readonly StoredFile[]): Promise<LocalFile[]> =>
    Promise.all(found.map((file) => localised(file, cacheFolder)));

  const found = async (): Promise<{ readonly kind: string; readonly images: ArrangedImages } | undefined> => {
    const pictures = named(PICTURE);
    if (pictures.length > 0) return { kind: located.kind, images: arrangeImages(pictures) };
    const binaries = named(/\.bin$/i);
    if (binaries.length > 0) {
      const [names] = await local(named(/(^|\/)(batches\.meta|fine_label_names)\.txt$/));
      return { kind: 'CIFAR', images: await cifarImages(await local(binaries), names, skipped) };
    }
    const zips = named(/\.npz$/i);
    if (zips.length > 0)
      return { kind: '.npz', images: await zippedImages(await local(zips), cacheFolder, skipped) };
    const stacks = named(/\.npy$/i);
    if (stacks.length === 0) return undefined;
    const entries = await readEach(await local(stacks), skipped, (file) => stackedImages(file));
    return { kind: '.npy', images: { classes: [], entries: entries.flat() } };
  };

  const images = await found();
  if (images !== undefined && images.images.entries.length > 0)
    return { ...images, skipped: skipped.sort(byName) };
  if (skipped.length > 0) {
    throw new DatasetError(
      `${location} holds no images that can be read. Skipped: ${listSkipped(skipped)}. ${READABLE}`,
    );
  }
  const others = all.length === 0 ? 'nothing' : `${all.length} files, e.g. ${all[0]?.name ?? ''}`;
  throw new DatasetError(`${location} holds no images, but ${others}. ${READABLE}`);
}

function byName({ name: a }: { readonly name: string }, { name: b }: { readonly name: string }): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The file with its bytes on the local disk. */
async function localised({ name, bytes }: StoredFile, cacheFolder: string): Promise<LocalFile> {
  if (bytes.kind !== 'object') return { name, bytes };
  return { name, bytes: { kind: 'file', path: await s3Downloaded(bytes.bucket, bytes.key, cacheFolder) } };
}
