import type { Analysis } from './analysis.js';
import { labelNoise } from './label-noise/labelNoise.js';
import { linear } from './linear/linear.js';
import { orientation } from './orientation/orientation.js';
import { hueRotated } from './trained-controls/hueRotated.js';
import { alone, type Runnable } from './runnable.js';
import { rotated } from './trained-controls/rotated.js';

export { InvalidParametersError, type AnalysisParameter, type ParameterViolation } from './analysis.js';
export { planRun, type RunPlan } from './planRun.js';
export type { PreparedRun, Runnable } from './runnable.js';
export { readReportFiles, type ReportFile } from './reportFiles.js';
export { connectServices, type ServiceEndpoints, type Services } from './services.js';

/** Every analysis, in the order in which they are listed. */
const ANALYSES: readonly Analysis[] = [orientation, rotated, hueRotated, linear, labelNoise];

/** Everything that can be run, by the order in which it is listed. */
export const RUNNABLES: readonly Runnable[] = ANALYSES.map(alone);
