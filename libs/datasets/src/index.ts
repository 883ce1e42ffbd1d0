export { NO_AUGMENTATION, type Augmentation, type RandomResizedCrop } from './augmentation.js';
export { makeExample, type Recipe } from './example.js';
export { extractPatches, type PatchOptions } from './extractPatches.js';
export * from './gratings/index.js';
export type { ByteRange, ImageEntry } from './imageEntry.js';
export {
  CorruptImageError,
  DatasetError,
  TooManyCorruptImagesError,
  type DatasetSource,
  type ImageSet,
  type LabelledImage,
} from './imageSet.js';
export { AccessRefusedError, checkLocation, type DataAccess } from './dataAccess.js';
export { openImageSet, type OpenImageSetOptions } from './openImageSet.js';
export { listSkipped, type SkippedEntry } from './skippedEntry.js';
export type { Task } from './task.js';
export { TrainingBatches, type Batch, type TrainingBatchesOptions } from './trainingBatches.js';
