export {
  InvalidLinearLearningError,
  LearningDivergedError,
  type LinearLearningSpec,
  type Shuffle,
} from './linearLearningSpec.js';
export type { Patches, PrincipalComponents } from './patches.js';
export { LinearTraining, type AdvanceOptions, type LinearTrainingOptions } from './linearTraining.js';
