export { bootstrap, bootstrapMean } from './bootstrap.js';
export {
  cardinalObliqueRatio,
  MismatchedLayersError,
  type LayerRatio,
  type Measurement,
  type Quantity,
  type RatioOptions,
  type ResampledRatios,
} from './cardinalObliqueRatio.js';
export { circularCorrelation, type CircularCorrelation } from './circularCorrelation.js';
export { circularCrossCorrelation, type CircularCrossCorrelation } from './circularCrossCorrelation.js';
export { circularShift, nearestTurn, type CircularShift } from './circularShift.js';
export { curveDifference } from './curveDifference.js';
export { edgeOrientations } from './edgeOrientations.js';
export { elbowFit, lineFit, powerLawFit, type ElbowFit, type LineFit, type PowerLawFit } from './fits.js';
export { normaliseCurves, type Curve } from './curves.js';
export { depthTrend } from './depthTrend.js';
export { FINE_HUE_BIN_CENTRES_DEG, HUE_BIN_CENTRES_DEG, hueCounts, type HueCounts } from './hueCounts.js';
export { ImageStatistics, type ImageStatisticsResult } from './imageStatistics.js';
export { LAB_HUE_BIN_CENTRES_DEG } from './labHue.js';
export { learningCurveFits, type LearningCurveFit, type LearningShape } from './learningCurveFits.js';
export { matchPeaks, type PeakMatch, type PeakMatches } from './matchPeaks.js';
export { monotonicity } from './monotonicity.js';
export { ORIENTATION_BIN_CENTRES_DEG, orientationEnergy } from './orientationEnergy.js';
export { overSeeds, type OverSeeds } from './overSeeds.js';
export { pairedDifference } from './pairedDifference.js';
export { peaks, type Peak } from './peaks.js';
export { powerK, powerKOverSeeds, type PowerK, type PowerKOverSeeds } from './powerK.js';
export { amplitudeExponent, powerSpectrum, type PowerSpectrum } from './powerSpectrum.js';
export { DEFAULT_RESAMPLING, percentileInterval, type Interval, type Resampling } from './resampling.js';
export type { RgbImage } from './rgbImage.js';
export {
  alongAxis,
  InvalidSensitivityError,
  readSensitivity,
  UnknownAxisError,
  type Axis,
  type Sensitivity,
  type Table,
} from './sensitivity.js';
export { smoothCircular } from './smoothCircular.js';
export { fitTwoPeaks, type TwoPeakedFit } from './twoPeakedFit.js';
export { cardinalWindows, EmptyWindowError, type CardinalWindows } from './windows.js';
export { logWindowRatio, type WindowContrast } from './windowContrast.js';
