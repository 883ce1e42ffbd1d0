import { randomUUID } from 'node:crypto';

import type { Metadata, StatusObject } from '@grpc/grpc-js';
import type { Logger } from 'pino';

import type { CallContext } from './callContext.js';
import { isLocalPeer, type CallerAccess } from './callerAccess.js';
import type { RunningCalls } from './runningCalls.js';
import { ServiceError } from './serviceError.js';

/** What all handlers of a running service share. */
export interface HandlerRuntime {
  readonly service: string;
  readonly log: Logger;
  /** Aborted when the service stops and the time for calls to end by themselves is over. */
  readonly abandoned: AbortSignal;
  readonly calls: RunningCalls;
  /** What may be read for callers on other machines. */
  readonly access: CallerAccess;
  /** Errors of the libraries as errors of the service: the one place where they are mapped. */
  toServiceError(error: unknown): ServiceError;
}

export interface RunningCall {
  readonly context: CallContext;
  succeed(): void;
  /** The status to send for an error; where the call had ended already, why it ended. */
  fail(error: unknown): StatusObject & Error;
}

/** The part of grpc-js's server calls that is the same for all kinds. */
interface ServerCall {
  readonly metadata: Metadata;
  getPath(): string;
  getPeer(): string;
  getDeadline(): Date | number;
  once(event: 'cancelled', listener: () => void): unknown;
}

/** Starts the bookkeeping of one call: its signal, its log lines and the mapping of its errors. */
export function beginCall(call: ServerCall, runtime: HandlerRuntime): RunningCall {
  const method = call.getPath();
  const deadlineMs = Number(call.getDeadline());
  const deadline = Number.isFinite(deadlineMs) ? new Date(deadlineMs) : undefined;
  const log = runtime.log.child({ method });
  const startedMs = performance.now();
  const controller = new AbortController();

  const abandon = (): void => {
    controller.abort(new ServiceError('UNAVAILABLE', `The ${runtime.service} service is stopping.`));
  };
  const end = runtime.calls.begin();
  const release = (): void => {
    runtime.abandoned.removeEventListener('abort', abandon);
  };
  runtime.abandoned.addEventListener('abort', abandon, { once: true });
  if (runtime.abandoned.aborted) abandon();
  // Also emitted after a call that has ended well, when nobody listens to the signal any more.
  call.once('cancelled', () => {
    release();
    const late = deadline !== undefined && Date.now() >= deadline.getTime();
    controller.abort(
      late
        ? new ServiceError('DEADLINE_EXCEEDED', `The deadline of ${method} passed before the work was done.`)
        : new ServiceError('CANCELLED', `The client gave up ${method}.`),
    );
  });

  const milliseconds = (): number => Math.round(performance.now() - startedMs);
  return {
    context: {
      method,
      signal: controller.signal,
      log,
      client: clientOf(call),
      metadata: call.metadata,
      access: isLocalPeer(call.getPeer()) ? undefined : runtime.access,
      deadline,
    },
    succeed() {
      release();
      end();
      log.debug({ milliseconds: milliseconds() }, 'done');
    },
    fail(error) {
      release();
      end();
      const cause: unknown = controller.signal.aborted ? controller.signal.reason : error;
      const known = runtime.toServiceError(cause);
      const serviceError = known.reason === 'INTERNAL' ? withId(cause, known, log) : known;
      log.info({ reason: serviceError.reason, milliseconds: milliseconds() }, serviceError.message);
      return Object.assign(new Error(serviceError.message), serviceError.toStatus());
    },
  };
}

/** Longest name of a client that is told apart from others. */
const LONGEST_NAME = 200;

function clientOf(call: ServerCall): string {
  const peer = call.getPeer();
  const [name] = call.metadata.get('x-oblique-client');
  if (name === undefined) return peer;
  const host = peer.slice(0, Math.max(0, peer.lastIndexOf(':')));
  return `${host} ${String(name).slice(0, LONGEST_NAME)}`;
}

/** Logs a fault with its stack under an id, and tells the client the id. */
function withId(cause: unknown, known: ServiceError, log: Logger): ServiceError {
  const errorId = randomUUID().slice(0, 8);
  log.error({ errorId, err: cause }, 'internal error');
  const message = `Internal error ${errorId} (the log of the service tells more under this id): ${known.message}`;
  return new ServiceError('INTERNAL', message, { metadata: { ...known.metadata, errorId }, cause });
}
