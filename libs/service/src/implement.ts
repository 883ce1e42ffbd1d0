import type * as grpc from '@grpc/grpc-js';

import type { HandlerRuntime } from './beginCall.js';
import type { ClientStreamingHandler, ServerStreamingHandler, UnaryHandler } from './handlers.js';
import type { RequestOf, ResponseOf } from './methodTypes.js';
import { requestReader, type RequestReader } from './requests/requestReader.js';

/** The kind of handler that a method of a generated service definition needs. */
export type HandlerOf<Method> = Method extends { requestStream: false; responseStream: false }
  ? UnaryHandler<RequestOf<Method>, ResponseOf<Method>>
  : Method extends { requestStream: false; responseStream: true }
    ? ServerStreamingHandler<RequestOf<Method>, ResponseOf<Method>>
    : Method extends { requestStream: true; responseStream: false }
      ? ClientStreamingHandler<RequestOf<Method>, ResponseOf<Method>>
      : never;

export type HandlersOf<Definition> = { readonly [Method in keyof Definition]: HandlerOf<Definition[Method]> };

/** A gRPC service with all its handlers. */
export interface Implementation {
  readonly definition: grpc.ServiceDefinition;
  bind(runtime: HandlerRuntime): grpc.UntypedServiceImplementation;
}

interface Bindable {
  bind(runtime: HandlerRuntime, read: RequestReader<unknown>): grpc.UntypedHandleCall;
}

/**
 * Binds a handler to every method of a generated definition:
 *
 *     implement(servingV1.ServingServiceService, { listModels: unary(async (request, call) => …), … })
 */
export function implement<Definition extends grpc.ServiceDefinition>(
  definition: Definition,
  handlers: HandlersOf<Definition>,
): Implementation;
export function implement(
  definition: grpc.ServiceDefinition,
  handlers: Readonly<Record<string, Bindable>>,
): Implementation {
  const methods = Object.entries(definition);
  return {
    // Requests are read in the handler, which can say what is wrong with them.
    definition: Object.fromEntries(
      methods.map(([name, method]) => [name, { ...method, requestDeserialize: (bytes: Buffer) => bytes }]),
    ),
    bind: (runtime) =>
      Object.fromEntries(
        methods.flatMap(([name, method]) => {
          const handler = handlers[name];
          return handler === undefined ? [] : [[name, handler.bind(runtime, requestReader(method))]];
        }),
      ),
  };
}
