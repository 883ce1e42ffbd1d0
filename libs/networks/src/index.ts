export {
  ARCHITECTURES,
  buildNetwork,
  findArchitecture,
  UnknownArchitectureError,
  type Architecture,
  type BuildOptions,
} from './architectures.js';
export { LAYERS_KEY, type Layer } from './layer.js';
export {
  IMAGENET,
  PREPROCESSING_KEY,
  preprocessingProgram,
  readPreprocessing,
  withPreprocessing,
  type Preprocessing,
} from './preprocessing.js';
