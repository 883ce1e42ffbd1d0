import type { DatasetSource, ImageSet } from './imageSet.js';

export interface OpenImageSetOptions {
  /** Where downloaded and unpacked archives are kept; default `oblique/datasets` in the user's cache folder. */
  readonly cacheFolder?: string;
  readonly signal?: AbortSignal;
}

/**
 * Opens a set of images: scenes, folders with one folder a class, .tar and .tar.gz archives of the same, CIFAR-10/100
 * in binary, ImageNet32 (.npz) and stacks of images (.npy, uint8 [n, h, w], [n, h, w, 3] or [n, 3, h, w]). Where there
 * is a folder `train` beside `test` or `val`, only it is used. Images that lie flat in one folder have no classes.
 * @throws DatasetError where there are no images, or not in an order that can be understood
 */
export async function openImageSet(
  _source: DatasetSource,
  _options: OpenImageSetOptions = {},
): Promise<ImageSet> {
  throw new Error('Not built yet.');
}
