import type * as grpc from '@grpc/grpc-js';

import { beginCall, type HandlerRuntime } from './beginCall.js';
import type { CallContext } from './callContext.js';
import type { RequestReader } from './requests/requestReader.js';

export interface UnaryHandler<Request, Response> {
  /** What answers a call, apart from gRPC. */
  handle(request: Request, call: CallContext): Promise<Response>;
  bind(runtime: HandlerRuntime, read: RequestReader<Request>): grpc.handleUnaryCall<Buffer, Response>;
}

export interface ServerStreamingHandler<Request, Response> {
  /** What answers a call, apart from gRPC. */
  handle(request: Request, call: CallContext): AsyncIterable<Response>;
  bind(
    runtime: HandlerRuntime,
    read: RequestReader<Request>,
  ): grpc.handleServerStreamingCall<Buffer, Response>;
}

export interface ClientStreamingHandler<Request, Response> {
  bind(
    runtime: HandlerRuntime,
    read: RequestReader<Request>,
  ): grpc.handleClientStreamingCall<Buffer, Response>;
}

/** One request, one response. */
export function unary<Request, Response>(
  handle: (request: Request, call: CallContext) => Promise<Response>,
): UnaryHandler<Request, Response> {
  return {
    handle,
    bind: (runtime, read) => async (call, callback) => {
      const running = beginCall(call, runtime);
      try {
        const response = await handle(read(call.request), running.context);
        running.succeed();
        callback(null, response);
      } catch (error) {
        callback(running.fail(error));
      }
    },
  };
}

/**
 * One request, any number of responses. No more are made than the client takes; when the call ends early the
 * generator is returned, so that its `finally` blocks run.
 */
export function serverStreaming<Request, Response>(
  handle: (request: Request, call: CallContext) => AsyncIterable<Response>,
): ServerStreamingHandler<Request, Response> {
  return {
    handle,
    bind: (runtime, read) => async (call) => {
      const running = beginCall(call, runtime);
      const { signal } = running.context;
      try {
        for await (const response of handle(read(call.request), running.context)) {
          signal.throwIfAborted();
          if (!call.write(response)) await drained(call, signal);
        }
        running.succeed();
        call.end();
      } catch (error) {
        // grpc-js turns the error into the status and ends the call.
        call.emit('error', running.fail(error));
      }
    },
  };
}

/** Any number of requests, one response. Iterating the requests throws when the call ends early. */
export function clientStreaming<Request, Response>(
  handle: (requests: AsyncIterable<Request>, call: CallContext) => Promise<Response>,
): ClientStreamingHandler<Request, Response> {
  return {
    bind: (runtime, read) => async (call, callback) => {
      const running = beginCall(call, runtime);
      const { signal } = running.context;
      const stop = (): void => {
        call.destroy();
      };
      signal.addEventListener('abort', stop, { once: true });
      try {
        const response = await handle(messages(call, read, signal), running.context);
        running.succeed();
        callback(null, response);
      } catch (error) {
        callback(running.fail(error));
      } finally {
        signal.removeEventListener('abort', stop);
      }
    },
  };
}

async function* messages<Request>(
  call: grpc.ServerReadableStream<Buffer, unknown>,
  read: RequestReader<Request>,
  signal: AbortSignal,
): AsyncGenerator<Request, void, undefined> {
  const stream: AsyncIterable<Buffer> = call.iterator({ destroyOnReturn: false });
  try {
    for await (const bytes of stream) yield read(bytes);
  } catch (error) {
    // A stream destroyed under its reader says "premature close"; the signal knows why.
    signal.throwIfAborted();
    throw error;
  }
  signal.throwIfAborted();
}

/** Resolves when the client has taken what was written; rejects with the signal's reason when the call ends. */
async function drained(
  call: grpc.ServerWritableStream<unknown, unknown>,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve) => {
    const settle = (): void => {
      call.off('drain', settle);
      signal.removeEventListener('abort', settle);
      resolve();
    };
    call.once('drain', settle);
    signal.addEventListener('abort', settle, { once: true });
  });
  signal.throwIfAborted();
}
