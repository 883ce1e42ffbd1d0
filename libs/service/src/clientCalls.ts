import {
  Metadata,
  type Client,
  type CallOptions as GrpcCallOptions,
  type MethodDefinition,
} from '@grpc/grpc-js';

import { clientError } from './lostCall.js';
import { ServiceError } from './serviceError.js';

export interface CallOptions {
  /** Cancels the call when aborted; it fails with CANCELLED. */
  readonly signal?: AbortSignal | undefined;
  /** How long the call may take, in milliseconds from now; beyond it fails with DEADLINE_EXCEEDED. Default: for ever. */
  readonly deadlineMs?: number | undefined;
  /** Headers to send. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /**
   * True where what is asked about goes on without this call, such as a run that is watched: the call is made again as
   * often as its service comes back.
   */
  readonly watch?: boolean;
}

/** Requests of a stream: those that can be had again, as an array's or a function's can, can be sent again. */
export type RequestSource<Request> =
  AsyncIterable<Request> | Iterable<Request> | (() => AsyncIterable<Request> | Iterable<Request>);

interface Cancellable {
  cancel(): void;
}

export function callUnary<Request, Response>(client: Client, method: MethodDefinition<Request, Response>) {
  return async (request: Request, options: CallOptions = {}): Promise<Response> => {
    throwIfAborted(method.path, options.signal);
    return new Promise<Response>((resolve, reject) => {
      const call = client.makeUnaryRequest<Request, Response>(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        headersOf(options),
        grpcOptionsOf(options),
        (error, response) => {
          unlink();
          if (error !== null) reject(clientError(client, error, options.signal));
          else if (response !== undefined) resolve(response);
          else reject(new ServiceError('INTERNAL', `${method.path} ended without a response.`));
        },
      );
      const unlink = cancelWith(options.signal, call);
    });
  };
}

export function callServerStreaming<Request, Response>(
  client: Client,
  method: MethodDefinition<Request, Response>,
) {
  // Lazy: the call starts with the first response asked for, and leaving the loop cancels it.
  return async function* (
    request: Request,
    options: CallOptions = {},
  ): AsyncGenerator<Response, void, undefined> {
    throwIfAborted(method.path, options.signal);
    const call = client.makeServerStreamRequest<Request, Response>(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
      headersOf(options),
      grpcOptionsOf(options),
    );
    const unlink = cancelWith(options.signal, call);
    const responses: AsyncIterable<Response> = call;
    try {
      yield* responses;
    } catch (error) {
      throw clientError(client, error, options.signal);
    } finally {
      unlink();
      call.cancel();
    }
  };
}

export function callClientStreaming<Request, Response>(
  client: Client,
  method: MethodDefinition<Request, Response>,
) {
  return async (
    requests: AsyncIterable<Request> | Iterable<Request>,
    options: CallOptions = {},
  ): Promise<Response> => {
    throwIfAborted(method.path, options.signal);
    return new Promise<Response>((resolve, reject) => {
      const ended = new AbortController();
      const call = client.makeClientStreamRequest<Request, Response>(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        headersOf(options),
        grpcOptionsOf(options),
        (error, response) => {
          unlink();
          ended.abort();
          if (error !== null) reject(clientError(client, error, options.signal));
          else if (response !== undefined) resolve(response);
          else reject(new ServiceError('INTERNAL', `${method.path} ended without a response.`));
        },
      );
      const unlink = cancelWith(options.signal, call);
      send(requests, call, ended.signal).catch((error: unknown) => {
        // The source of the requests failed: that is the caller's own error.
        reject(error instanceof Error ? error : new Error(String(error)));
        call.cancel();
      });
    });
  };
}

interface RequestStream<Request> {
  write(request: Request): boolean;
  end(): void;
  once(event: 'drain', listener: () => void): unknown;
  off(event: 'drain', listener: () => void): unknown;
}

/** Writes all requests, no faster than they are taken; stops quietly when the call has ended. */
async function send<Request>(
  requests: AsyncIterable<Request> | Iterable<Request>,
  call: RequestStream<Request>,
  ended: AbortSignal,
): Promise<void> {
  for await (const request of requests) {
    if (ended.aborted) return;
    if (call.write(request)) continue;
    await new Promise<void>((resolve) => {
      const settle = (): void => {
        call.off('drain', settle);
        ended.removeEventListener('abort', settle);
        resolve();
      };
      call.once('drain', settle);
      ended.addEventListener('abort', settle, { once: true });
    });
  }
  if (!ended.aborted) call.end();
}

function headersOf({ metadata = {} }: CallOptions): Metadata {
  const headers = new Metadata();
  for (const [key, value] of Object.entries(metadata)) headers.set(key, value);
  return headers;
}

function grpcOptionsOf({ deadlineMs }: CallOptions): GrpcCallOptions {
  return deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs };
}

function throwIfAborted(path: string, signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  const late = signal.reason instanceof Error && signal.reason.name === 'TimeoutError';
  throw late
    ? new ServiceError('DEADLINE_EXCEEDED', `The time for ${path} was over before it was sent.`)
    : new ServiceError('CANCELLED', `${path} was cancelled before it was sent.`);
}

/** Cancels the call when the signal fires; gives the function that lets go of the signal again. */
function cancelWith(signal: AbortSignal | undefined, call: Cancellable): () => void {
  const cancel = (): void => {
    call.cancel();
  };
  signal?.addEventListener('abort', cancel, { once: true });
  return () => signal?.removeEventListener('abort', cancel);
}
