export type { Parameter } from './parameter.js';
export type { ImageSize, InputEncoding, Point, StimulusFamily, Stretch } from './stimulusFamily.js';
export { FAMILIES, findFamily, findParameter } from './families.js';
export {
  checkImageSize,
  checkStretch,
  compileStimulus,
  MAXIMUM_SIZE_PIXELS,
  STIMULUS_METADATA_KEY,
  type StimulusOptions,
} from './compileStimulus.js';
export { canonicalPoint, checkStretchable, checkValue, completePoint, stimulusFeeds } from './point.js';
export { sizedPoint } from './sizedPoint.js';
export { defaultGrids, gridPoints, lazyGridPoints, type GridAxis, type GridPoints } from './grid.js';
export {
  EmptyGridError,
  GridTooLargeError,
  RepeatedParameterError,
  StimulusError,
  StretchError,
  UnknownFamilyError,
  UnknownParameterError,
  ValueOutOfRangeError,
} from './errors.js';
