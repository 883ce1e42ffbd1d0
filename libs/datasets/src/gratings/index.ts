export { GratingBatches, type GratingBatch, type GratingBatchesOptions } from './gratingBatches.js';
export {
  checkGratingPrior,
  densityRange,
  GratingPriorError,
  priorDensity,
  type CosinePrior,
  type GratingPrior,
  type NamedGratingPrior,
} from './gratingPrior.js';
export {
  amountRange,
  binaryEntropy,
  checkLabelNoise,
  DEFAULT_AMOUNT,
  labelRate,
  LabelNoiseError,
  type LabelNoise,
} from './labelNoise.js';
