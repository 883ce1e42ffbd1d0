import { PARTS } from './reproduce/parts.js';
import { reproduce } from './reproduce/reproduce.js';
import { alone, type Runnable } from './runnable.js';

export { InvalidParametersError, type AnalysisParameter, type ParameterViolation } from './analysis.js';
export { planRun, type RunPlan } from './planRun.js';
export { readReportFiles, type ReportFile } from './reportFiles.js';
export type { PreparedRun, Runnable } from './runnable.js';
export { connectServices, type ServiceEndpoints, type Services } from './services.js';

/** Everything that can be run: every analysis by itself, and all of them in one report. */
export const RUNNABLES: readonly Runnable[] = [...PARTS.map(({ analysis }) => alone(analysis)), reproduce];
