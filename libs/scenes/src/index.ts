export { hueDensity, hueQuantile, orientationDensity, orientationQuantile } from './priors.js';
export { scene, type Scene } from './scene.js';
export { SCENE_CLASSES, sceneClass } from './sceneClasses.js';
export {
  checkSceneOptions,
  NATURAL_SCENES,
  SceneOptionsError,
  type FrequencyPrior,
  type HuePrior,
  type OrientationPrior,
  type SceneOptions,
} from './sceneOptions.js';
