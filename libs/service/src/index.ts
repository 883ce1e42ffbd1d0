export { type CallContext } from './callContext.js';
export { type CallerAccess } from './callerAccess.js';
export {
  type ClientStreamingHandler,
  clientStreaming,
  type ServerStreamingHandler,
  serverStreaming,
  unary,
  type UnaryHandler,
} from './handlers.js';
export { HandlerThreads } from './handlerThreads.js';
export { serveHandlers } from './serveHandlers.js';
export { implement, type HandlerOf, type HandlersOf, type Implementation } from './implement.js';
export { type RequestOf, type ResponseOf } from './methodTypes.js';
export { ERROR_DOMAIN, isReason, type Reason, REASONS } from './reasons.js';
export { ServiceError, type ServiceErrorOptions } from './serviceError.js';
export { type FieldViolation } from './statusDetails.js';
export { type OptionSpec, type OptionSpecs, type OptionValues, UsageError } from './serviceOptions.js';
export {
  defineService,
  type ErrorMapping,
  type ServiceContext,
  type ServiceDefinition,
} from './serviceDefinition.js';
export { DEFAULT_STORE } from './serviceConfig.js';
export { PortInUseError, type RunningService, startService } from './startService.js';
export { EXIT_CODES, type ReadyLine, runService } from './runService.js';
export { type ClientMethodOf, createClient, type ServiceClient } from './createClient.js';
export { type CallOptions, type RequestSource } from './clientCalls.js';
export { type ClientOptions } from './serviceLink.js';
export {
  type ArtifactClient,
  type ArtifactSource,
  fetchArtifact,
  streamArtifact,
  uploadArtifact,
} from './artifactClient.js';
export { readArtifactRef, readDigest, readProvenance, writeProvenance } from './artifactMessages.js';
export { MAX_MESSAGE_BYTES } from './channelOptions.js';
export { errorMapper } from './errorMapper.js';
export { progressStream, type ProgressEvent } from './progressStream.js';
export { Changes } from './changes.js';
export { HEARTBEAT_MS, isGone, recordOwnerSchema, thisOwner, type RecordOwner } from './recordOwner.js';
export { countDeath, MOST_DEATHS_IN_PLACE } from './countDeath.js';
export { checkHealth, type Health } from './checkHealth.js';
export { allMethods } from './descriptors.js';
