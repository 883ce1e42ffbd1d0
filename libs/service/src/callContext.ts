import type { Metadata } from '@grpc/grpc-js';
import type { Logger } from 'pino';

import type { CallerAccess } from './callerAccess.js';

/** What a handler knows of the call it answers. */
export interface CallContext {
  /** Full name, e.g. `/oblique.serving.v1.ServingService/ListModels`. */
  readonly method: string;
  /**
   * Aborted when the work is no longer wanted: the client cancelled or vanished, the deadline passed, or the service
   * stops. Its reason is a ServiceError, so `signal.throwIfAborted()` ends a handler correctly.
   */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /**
   * Who calls, for queues in which clients take turns: the address of the connection, or, where the header
   * `x-oblique-client` is sent, that name at that host.
   */
  readonly client: string;
  /** Headers that the client sent. */
  readonly metadata: Metadata;
  /** What may be read for whoever calls; undefined for callers on this machine: whatever the service can read. */
  readonly access: CallerAccess | undefined;
  /** Absent where the client set none. */
  readonly deadline: Date | undefined;
}
