export { NO_AUGMENTATION, type Augmentation, type RandomResizedCrop } from './augmentation.js';
export { makeExample, type Recipe } from './example.js';
export { extractPatches, type PatchOptions } from './extractPatches.js';
export { GratingBatches, type GratingBatch, type GratingBatchesOptions } from './gratings/gratingBatches.js';
export { densityRange, priorDensity, type GratingPrior } from './gratings/gratingPrior.js';
export {
  amountRange,
  checkLabelNoise,
  DEFAULT_AMOUNT,
  labelRate,
  LabelNoiseError,
  type LabelNoise,
} from './gratings/labelNoise.js';
export type { ByteRange, ImageEntry } from './imageEntry.js';
export {
  CorruptImageError,
  DatasetError,
  TooManyCorruptImagesError,
  type DatasetSource,
  type ImageSet,
  type LabelledImage,
} from './imageSet.js';
export { openImageSet, type OpenImageSetOptions } from './openImageSet.js';
export type { Task } from './task.js';
export { TrainingBatches, type Batch, type TrainingBatchesOptions } from './trainingBatches.js';
