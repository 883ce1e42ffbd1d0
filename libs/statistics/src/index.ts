export { bootstrap } from './bootstrap.js';
export {
  cardinalObliqueRatio,
  MismatchedLayersError,
  type LayerRatio,
  type Measurement,
  type Quantity,
  type RatioOptions,
  type ResampledRatios,
} from './cardinalObliqueRatio.js';
export { circularShift, nearestTurn, type CircularShift } from './circularShift.js';
export { curveDifference } from './curveDifference.js';
export { elbowFit, lineFit, powerLawFit, type ElbowFit, type LineFit, type PowerLawFit } from './fits.js';
export { normaliseCurves, type Curve } from './curves.js';
export { depthTrend } from './depthTrend.js';
export { HUE_BIN_CENTRES_DEG, hueCounts } from './hueCounts.js';
export { ImageStatistics, type ImageStatisticsResult } from './imageStatistics.js';
export { ORIENTATION_BIN_CENTRES_DEG, orientationEnergy } from './orientationEnergy.js';
export { overSeeds, type OverSeeds } from './overSeeds.js';
export { amplitudeExponent, powerSpectrum } from './powerSpectrum.js';
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
export { fitTwoPeaks, type TwoPeakedFit } from './twoPeakedFit.js';
export { cardinalWindows, EmptyWindowError, type CardinalWindows } from './windows.js';
export { logWindowRatio, type WindowContrast } from './windowContrast.js';
