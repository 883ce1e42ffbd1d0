import { Metadata, status as GrpcStatus, type StatusObject } from '@grpc/grpc-js';

import { ERROR_DOMAIN, isReason, REASONS, type Reason } from './reasons.js';
import { decodeStatusDetails, encodeStatusDetails, type FieldViolation } from './statusDetails.js';

export interface ServiceErrorOptions {
  /** The request's field that is wrong, e.g. `grid[0].values`; the message becomes its violation. */
  readonly field?: string;
  /** Where several fields are wrong. */
  readonly fields?: readonly FieldViolation[];
  /** Facts for programs, e.g. `{ layer: 'conv9' }`; keys in lowerCamelCase. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** After how long a repetition makes sense. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

// Trailers share one HTTP/2 header block, which is refused beyond 64 KiB.
const MAX_MESSAGE_CHARACTERS = 4096;
const MAX_METADATA_CHARACTERS = 512;
const MAX_FIELDS = 16;

/**
 * Why a call failed. Handlers throw it; clients get it back with reason, message and fields as they were thrown.
 */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly reason: Reason;
  readonly fields: readonly FieldViolation[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly retryAfterMs: number | undefined;

  constructor(reason: Reason, message: string, options: ServiceErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.reason = reason;
    this.fields = [
      ...(options.field === undefined ? [] : [{ field: options.field, description: message }]),
      ...(options.fields ?? []),
    ];
    this.metadata = options.metadata ?? {};
    this.retryAfterMs = options.retryAfterMs;
  }

  /** The gRPC status of the reason. */
  get status(): GrpcStatus {
    return REASONS[this.reason].status;
  }

  /** As gRPC sends it: code, message, and `google.rpc` details in the trailers; overlong texts are cut. */
  toStatus(): StatusObject {
    const message = cut(this.message, MAX_MESSAGE_CHARACTERS);
    const metadata = encodeStatusDetails(this.status, message, {
      reason: this.reason,
      domain: ERROR_DOMAIN,
      metadata: Object.fromEntries(
        Object.entries(this.metadata).map(([key, value]) => [key, cut(value, MAX_METADATA_CHARACTERS)]),
      ),
      fields: this.fields.slice(0, MAX_FIELDS).map(({ field, description }) => ({
        field: cut(field, MAX_METADATA_CHARACTERS),
        description: cut(description, MAX_METADATA_CHARACTERS),
      })),
      retryAfterMs: this.retryAfterMs,
    });
    return { code: this.status, details: message, metadata };
  }

  /** Any error as a ServiceError: itself, one that came over gRPC with all its details, or INTERNAL. */
  static from(error: unknown): ServiceError {
    if (error instanceof ServiceError) return error;
    if (isGrpcError(error)) return fromGrpcError(error);
    const message = error instanceof Error ? error.message : String(error);
    return new ServiceError(reasonOfName(error), message, { cause: error });
  }
}

/** What the platform's own errors say by their names: AbortSignal.abort and AbortSignal.timeout. */
function reasonOfName(error: unknown): Reason {
  const name = error instanceof Error ? error.name : undefined;
  return name === 'AbortError' ? 'CANCELLED' : name === 'TimeoutError' ? 'DEADLINE_EXCEEDED' : 'INTERNAL';
}

interface GrpcError extends Error {
  readonly code: GrpcStatus;
  readonly details: string;
  readonly metadata: Metadata;
}

function isGrpcError(error: unknown): error is GrpcError {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'number' &&
    'details' in error &&
    typeof error.details === 'string' &&
    'metadata' in error &&
    error.metadata instanceof Metadata
  );
}

function fromGrpcError(error: GrpcError): ServiceError {
  const details = decodeStatusDetails(error.metadata);
  if (details?.domain === ERROR_DOMAIN && isReason(details.reason)) {
    const { reason, fields, metadata, retryAfterMs } = details;
    return new ServiceError(reason, error.details, {
      fields,
      metadata,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      cause: error,
    });
  }
  return new ServiceError(reasonOfStatus(error.code, error.details), error.details, { cause: error });
}

/** The nearest reason for errors that the transport, a proxy or a foreign service made. */
function reasonOfStatus(code: GrpcStatus, details: string): Reason {
  if (code === GrpcStatus.RESOURCE_EXHAUSTED) {
    return /larger than|message/i.test(details) ? 'MESSAGE_TOO_LARGE' : 'OUT_OF_MEMORY';
  }
  const name = GrpcStatus[code];
  return isReason(name) ? name : 'INTERNAL';
}

/** Cut to a length, and made well-formed: gRPC percent-encodes messages, which throws on half of a surrogate pair. */
function cut(text: string, characters: number): string {
  const short = text.length <= characters ? text : `${text.slice(0, characters - 1)}…`;
  return Buffer.from(short, 'utf8').toString('utf8');
}
