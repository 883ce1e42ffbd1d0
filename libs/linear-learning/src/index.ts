export { acuityCyclesPerPixel, searchedAcuityCyclesPerPixel } from './acuity.js';
export { discreteLearnedAt, discreteLearning, type DiscreteLearning } from './discreteLearning.js';
export { flowIntegral } from './flowIntegral.js';
export { initialProportion } from './initialProportion.js';
export {
  cyclesPerPixel,
  frequencySensitivity,
  gratingFrequency,
  gratingRow,
  thresholdOf,
} from './frequencySensitivity.js';
export {
  flowTimePerUpdate,
  halfTime,
  learnedAt,
  sensitivityAt,
  sensitivityInflectionTime,
  sharpness,
  timeTo,
  type GradientFlow,
} from './gradientFlow.js';
export {
  InvalidLinearLearningError,
  LearningDivergedError,
  type LinearLearningSpec,
  type Shuffle,
} from './linearLearningSpec.js';
export { LinearTraining, type AdvanceOptions, type LinearTrainingOptions } from './linearTraining.js';
export type { Patches, PrincipalComponents } from './patches.js';
export {
  principalComponents,
  readPrincipalComponents,
  writePrincipalComponents,
  type PrincipalComponentsOptions,
} from './principalComponents.js';
export { supervisedAt, supervisedTimeTo, type SupervisedFlow } from './supervisedFlow.js';
export {
  covarianceOfEquallyUseful,
  supervisedLearning,
  USEFULNESS,
  type SupervisedLearning,
  type Usefulness,
} from './supervisedLearning.js';
