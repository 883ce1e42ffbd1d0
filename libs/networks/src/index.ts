export { imageInput } from './activations.js';
export {
  ARCHITECTURES,
  buildNetwork,
  findArchitecture,
  UnknownArchitectureError,
  type Architecture,
  type BuildOptions,
} from './architectures.js';
export { LAYERS_KEY, type Layer } from './layer.js';
export { liftConstants } from './liftConstants.js';
export { findLayers } from './layerStructure.js';
export {
  IMAGENET,
  PREPROCESSING_KEY,
  preprocessingProgram,
  readPreprocessing,
  withPreprocessing,
  type Preprocessing,
} from './preprocessing.js';
export { allActivations, layersOf, selectLayers, UnknownLayerError } from './selectLayers.js';
export { parametersOf, type Parameter, type Role } from './parameters.js';
export {
  reinitialise,
  scaleWeights,
  shuffleOutputChannels,
  shuffleWithinTensors,
} from './weightTransforms.js';
