export { GratingBatches, type GratingBatch, type GratingBatchesOptions } from './gratingBatches.js';
export { densityRange, priorDensity, type GratingPrior } from './gratingPrior.js';
export {
  amountRange,
  checkLabelNoise,
  DEFAULT_AMOUNT,
  labelRate,
  LabelNoiseError,
  type LabelNoise,
} from './labelNoise.js';
