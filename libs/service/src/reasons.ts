import { status as GrpcStatus } from '@grpc/grpc-js';

interface ReasonEntry {
  /** The gRPC status that travels with the reason. */
  readonly status: GrpcStatus;
  /** What it means and what to do, for the documentation (docs/errors.md). */
  readonly description: string;
}

/** The domain of every `google.rpc.ErrorInfo` that Oblique sends. */
export const ERROR_DOMAIN = 'oblique';

/** Every reason for which a call can fail: the one registry. docs/errors.md shows it, and a test compares them. */
export const REASONS = {
  INVALID_ARGUMENT: {
    status: GrpcStatus.INVALID_ARGUMENT,
    description: 'A field of the request is missing or malformed; the violation names it.',
  },
  UNKNOWN_MODEL: {
    status: GrpcStatus.NOT_FOUND,
    description: 'No model has this name or digest; list the models, or add it first.',
  },
  UNKNOWN_LAYER: {
    status: GrpcStatus.INVALID_ARGUMENT,
    description: 'The model has no layer or tensor of this name, or no name matches the pattern.',
  },
  UNKNOWN_VARIABLE: {
    status: GrpcStatus.INVALID_ARGUMENT,
    description: 'The stimulus family has no parameter of this name to differentiate.',
  },
  UNKNOWN_PARAMETER: {
    status: GrpcStatus.INVALID_ARGUMENT,
    description: 'The stimulus family or the analysis has no parameter of this name.',
  },
  UNKNOWN_FAMILY: {
    status: GrpcStatus.INVALID_ARGUMENT,
    description: 'There is no stimulus family of this name; list the families.',
  },
  VALUE_OUT_OF_RANGE: {
    status: GrpcStatus.INVALID_ARGUMENT,
    description:
      'A number, a length or a count is outside its allowed range, or not finite; the message states the range.',
  },
  GRID_EMPTY: {
    status: GrpcStatus.INVALID_ARGUMENT,
    description: 'An axis of the grid has no values, so there is nothing to measure.',
  },
  GRID_TOO_LARGE: {
    status: GrpcStatus.INVALID_ARGUMENT,
    description: 'The grid has more points than the service measures in one call; split it.',
  },
  MALFORMED_MODEL: {
    status: GrpcStatus.INVALID_ARGUMENT,
    description: 'The bytes are no valid ONNX program, or one that the executor rejects.',
  },
  UNSUPPORTED_OPERATOR: {
    status: GrpcStatus.FAILED_PRECONDITION,
    description: 'An operator on the way to a chosen layer has no derivative rule; the message names it.',
  },
  MODEL_EXISTS: {
    status: GrpcStatus.ALREADY_EXISTS,
    description: 'The name belongs to another model; choose another name, or ask to replace it.',
  },
  ARTIFACT_NOT_FOUND: {
    status: GrpcStatus.NOT_FOUND,
    description: 'The store holds no artifact with this digest.',
  },
  ARTIFACT_CORRUPT: {
    status: GrpcStatus.DATA_LOSS,
    description: 'Bytes do not have the SHA-256 digest under which they were asked for; compute them again.',
  },
  STORE_FULL: {
    status: GrpcStatus.RESOURCE_EXHAUSTED,
    description:
      'The artifact store has no space left; free some and repeat. Nothing half-written is visible.',
  },
  STORE_UNAVAILABLE: {
    status: GrpcStatus.UNAVAILABLE,
    description:
      'The artifact store cannot be reached, read or written; the message says where it is and why.',
  },
  OUT_OF_MEMORY: {
    status: GrpcStatus.RESOURCE_EXHAUSTED,
    description: 'The work needs more memory than allowed; choose a smaller batch or raise the limit.',
  },
  OVERLOADED: {
    status: GrpcStatus.RESOURCE_EXHAUSTED,
    description:
      'Too much waits already, of this client or in all, or so much that the deadline cannot be met; RetryInfo says when to repeat.',
  },
  MESSAGE_TOO_LARGE: {
    status: GrpcStatus.RESOURCE_EXHAUSTED,
    description:
      'One message is larger than 64 MiB, or 8 MiB where none is uploaded; send large data as artifacts, in chunks.',
  },
  WORKER_DIED: {
    status: GrpcStatus.ABORTED,
    description: 'The worker that computed the request died and was replaced; the request can be repeated.',
  },
  SERVICE_DIED: {
    status: GrpcStatus.ABORTED,
    description:
      'The service died each time it worked on the request, which was not sent again; ask for less, or see its log.',
  },
  DEVICE_UNAVAILABLE: {
    status: GrpcStatus.FAILED_PRECONDITION,
    description: 'The device asked for (e.g. cuda) cannot be used on this machine.',
  },
  ACCESS_REFUSED: {
    status: GrpcStatus.PERMISSION_DENIED,
    description:
      'The service reads no such folder or address for callers on other machines; its owner allows it.',
  },
  UNKNOWN_RUN: {
    status: GrpcStatus.NOT_FOUND,
    description: 'No run has this id; list the runs.',
  },
  RUN_NOT_RESUMABLE: {
    status: GrpcStatus.FAILED_PRECONDITION,
    description: 'The run is still going on, or has succeeded: there is nothing to resume.',
  },
  UNKNOWN_ANALYSIS: {
    status: GrpcStatus.NOT_FOUND,
    description: 'There is no analysis of this name; list the analyses.',
  },
  UNKNOWN_TRAINING: {
    status: GrpcStatus.NOT_FOUND,
    description: 'No training has this id; list the trainings.',
  },
  UNIMPLEMENTED: {
    status: GrpcStatus.UNIMPLEMENTED,
    description:
      'The service at this endpoint does not have the method called: check the endpoint and versions.',
  },
  CANCELLED: {
    status: GrpcStatus.CANCELLED,
    description: 'The caller gave the call up, and the work was stopped.',
  },
  DEADLINE_EXCEEDED: {
    status: GrpcStatus.DEADLINE_EXCEEDED,
    description: 'The work was not done by the deadline of the call, and was stopped.',
  },
  UNAVAILABLE: {
    status: GrpcStatus.UNAVAILABLE,
    description: 'No service answers at the endpoint, or it is stopping; start it, or repeat a little later.',
  },
  INTERNAL: {
    status: GrpcStatus.INTERNAL,
    description: 'A fault in Oblique; the message has an id under which the log of the service tells more.',
  },
} as const satisfies Record<string, ReasonEntry>;

export type Reason = keyof typeof REASONS;

export function isReason(text: string): text is Reason {
  return Object.hasOwn(REASONS, text);
}
