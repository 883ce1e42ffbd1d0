export * as googleRpcErrorDetails from './generated/google/rpc/error_details.js';
export * as googleRpcStatus from './generated/google/rpc/status.js';
export * as artifactV1 from './generated/oblique/artifact/v1/artifact.js';
export * as progressV1 from './generated/oblique/progress/v1/progress.js';
export * as stimulusV1 from './generated/oblique/stimulus/v1/stimulus.js';
export * as servingV1 from './generated/oblique/serving/v1/serving.js';
export * as statisticsV1 from './generated/oblique/statistics/v1/statistics.js';
export * as orchestratorV1 from './generated/oblique/orchestrator/v1/orchestrator.js';
