import type { Analysis } from './analysis.js';
import { labelNoise } from './label-noise/labelNoise.js';
import { linear } from './linear/linear.js';
import { orientation } from './orientation/orientation.js';
import { hueRotated } from './trained-controls/hueRotated.js';
import { rotated } from './trained-controls/rotated.js';

export {
  InvalidParametersError,
  type Analysis,
  type AnalysisParameter,
  type ParameterViolation,
  type Plan,
  type PreparedAnalysis,
  type RunContext,
} from './analysis.js';
export { orientation } from './orientation/orientation.js';
export { readReportFiles, type ReportFile } from './reportFiles.js';
export { connectServices, type ServiceEndpoints, type Services } from './services.js';

/** Every analysis, by the order in which they are listed. */
export const ANALYSES: readonly Analysis[] = [orientation, rotated, hueRotated, linear, labelNoise];
