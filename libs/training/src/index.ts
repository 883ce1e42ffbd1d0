export { evaluationMode } from './evaluationMode.js';
export {
  contrast,
  crossEntropy,
  meanSquaredError,
  softCrossEntropy,
  type Loss,
  type LossTensors,
} from './loss.js';
export {
  adam,
  sgd,
  type AdamOptions,
  type Optimiser,
  type Precision,
  type SgdOptions,
  type Update,
} from './optimiser.js';
export { learningRateAt, type Schedule } from './schedule.js';
export {
  deserialiseState,
  initialState,
  networkOf,
  serialiseState,
  type TrainableState,
} from './trainableState.js';
export { Trainer, type StepResult } from './trainer.js';
export { trainingMode, type TrainingMode } from './trainingMode.js';
export { trainingStep, type TrainingStep, type TrainingStepOptions } from './trainingStep.js';
