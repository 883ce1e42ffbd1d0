export {
  MAXIMUM_POINTS,
  measureSensitivity,
  type MeasuredStimulus,
  type MarkedPoint,
  type MeasureSensitivityOptions,
  type Sensitivity,
  type WriteSensitivityProgram,
} from './measureSensitivity.js';
export { mixedLayers, type MixedLayer } from './layerBatches.js';
export { checkImageSize, networkInput, type NetworkInput } from './networkInput.js';
export { sensitivityArchive } from './sensitivityArchive.js';
export type { NonFiniteReason } from './diagnosis.js';
export { NonFiniteSensitivityError, SensitivityError } from './sensitivityError.js';
export {
  layerOutput,
  sensitivityProgram,
  type Derivative,
  type Precision,
  type SensitivityProgramOptions,
} from './sensitivityProgram.js';
export { sumOfSquares, type Summed } from './sumOfSquares.js';
export { writeSensitivityProgram, type WrittenSensitivityProgram } from './writeSensitivityProgram.js';
