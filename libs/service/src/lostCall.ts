import { Metadata, status as GrpcStatus, type Client } from '@grpc/grpc-js';

import { ServiceError } from './serviceError.js';
import { decodeStatusDetails } from './statusDetails.js';

/**
 * How a call was lost that its service did not refuse:
 *
 * - `unreachable`: it was never sent, since nobody answers at the endpoint;
 * - `died`: the connection ended while the service had it;
 * - `away`: the service itself says that it is stopping, or not ready.
 */
export type Loss = 'unreachable' | 'died' | 'away';

/** A call that may be answered when it is made again. */
export class LostCallError extends ServiceError {
  constructor(
    readonly loss: Loss,
    message: string,
    options: { readonly retryAfterMs?: number; readonly cause: unknown },
  ) {
    super('UNAVAILABLE', message, options);
  }
}

/** The error of a call as its caller sees it; `signal` is the caller's own. */
export function clientError(client: Client, error: unknown, signal: AbortSignal | undefined): ServiceError {
  if (signal?.aborted === true && isTimeout(signal.reason)) {
    return new ServiceError('DEADLINE_EXCEEDED', 'The time that the caller allowed is over.', {
      cause: error,
    });
  }
  const known = ServiceError.from(error);
  if (signal?.aborted === true || !isGrpcError(error)) return known;
  if (decodeStatusDetails(error.metadata) !== undefined) {
    if (known.reason !== 'UNAVAILABLE') return known;
    const { retryAfterMs, message } = known;
    return new LostCallError('away', message, {
      cause: error,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }
  const loss = lossOf(error);
  if (loss === undefined) return known;
  const endpoint = client.getChannel().getTarget().replace(/^dns:/, '');
  const what =
    loss === 'unreachable' ? `No service answers at ${endpoint}` : `The connection to ${endpoint} was lost`;
  return new LostCallError(loss, `${what}: ${error.details}`, { cause: error });
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

/** What the transport's own statuses mean; Node makes several of a connection that breaks under a stream. */
function lossOf({ code, details }: GrpcError): Loss | undefined {
  switch (code) {
    case GrpcStatus.UNAVAILABLE:
      return /^(No connection established|Name resolution failed|Failed to connect)/.test(details)
        ? 'unreachable'
        : 'died';
    case GrpcStatus.INTERNAL:
      return /RST_STREAM|ECONNRESET|EPIPE|socket hang up/.test(details) ? 'died' : undefined;
    // A server that is cut off resets its streams in these words; the caller's own signal has not fired.
    case GrpcStatus.CANCELLED:
      return details === 'Call cancelled' ? 'died' : undefined;
    default:
      return undefined;
  }
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof Error && reason.name === 'TimeoutError';
}
