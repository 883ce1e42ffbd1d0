export type { NeededSteps, Step, StepContext, StepProgress, StepResult } from './step.js';
export { Slots } from './slots.js';
export { stepKey } from './stepKey.js';
export { StepRecords, type StepRecord } from './stepRecords.js';
export { checkWorkflow, InvalidWorkflowError } from './workflowGraph.js';
export { ProgressMeter, type Progress } from './progressMeter.js';
export type { RunState, RunStatus, StepState, StepStatus } from './runStatus.js';
export { MissingResultError, WorkflowEngine, type WorkflowEngineOptions } from './workflowEngine.js';
export type { RunOptions, RunOutcome } from './workflowRun.js';
