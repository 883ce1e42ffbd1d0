import type * as grpc from '@grpc/grpc-js';

import type { HandlerRuntime } from './beginCall.js';
import type { ClientStreamingHandler, ServerStreamingHandler, UnaryHandler } from './handlers.js';
import type { RequestOf, ResponseOf } from './methodTypes.js';

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
  bind(runtime: HandlerRuntime): grpc.UntypedHandleCall;
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
  return {
    definition,
    bind: (runtime) =>
      Object.fromEntries(Object.entries(handlers).map(([name, handler]) => [name, handler.bind(runtime)])),
  };
}
