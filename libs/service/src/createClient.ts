import { Client, credentials, type ServiceDefinition } from '@grpc/grpc-js';

import { CHANNEL_OPTIONS } from './channelOptions.js';
import { callClientStreaming, callServerStreaming, callUnary, type CallOptions } from './clientCalls.js';
import { idempotentMethods } from './descriptors.js';
import type { RequestOf, ResponseOf } from './methodTypes.js';
import { repeatOverloaded, repeatOverloadedStream } from './repeatOverloaded.js';

/** How a method of a generated service definition is called. */
export type ClientMethodOf<Method> = Method extends { requestStream: false; responseStream: false }
  ? (request: RequestOf<Method>, options?: CallOptions) => Promise<ResponseOf<Method>>
  : Method extends { requestStream: false; responseStream: true }
    ? (request: RequestOf<Method>, options?: CallOptions) => AsyncIterable<ResponseOf<Method>>
    : Method extends { requestStream: true; responseStream: false }
      ? (
          requests: AsyncIterable<RequestOf<Method>> | Iterable<RequestOf<Method>>,
          options?: CallOptions,
        ) => Promise<ResponseOf<Method>>
      : never;

/** A method for every RPC of a service; all of them fail with a ServiceError. */
export type ServiceClient<Definition> = {
  readonly [Method in keyof Definition]: ClientMethodOf<Definition[Method]>;
} & {
  /** Lets the connection go; calls still running fail with CANCELLED. */
  close(): void;
};

/**
 * A client of one service at `host:port`. It connects with its first call, and connects anew when the service comes back.
 * Calls of methods whose contract declares an `idempotency_level` are repeated a few times (within about three seconds)
 * while the service is UNAVAILABLE and nothing of the response has arrived. Calls that a service refuses as OVERLOADED
 * are repeated when it asks for that, within their deadline.
 *
 *     const serving = createClient(servingV1.ServingServiceService, '127.0.0.1:7002');
 *     const { models } = await serving.listModels({}, { deadlineMs: 5000 });
 */
export function createClient<Definition extends ServiceDefinition>(
  definition: Definition,
  endpoint: string,
): ServiceClient<Definition>;
export function createClient(definition: ServiceDefinition, endpoint: string): object {
  const client = new Client(endpoint, credentials.createInsecure(), {
    ...CHANNEL_OPTIONS,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 1000,
    'grpc.service_config': JSON.stringify(retryConfig(definition)),
  });
  const methods = Object.entries(definition).map(([name, method]): [string, unknown] => {
    if (method.requestStream && method.responseStream)
      throw new Error(`${method.path} streams both ways; clients do not.`);
    if (method.requestStream) return [name, callClientStreaming(client, method)];
    return [
      name,
      method.responseStream
        ? repeatOverloadedStream(callServerStreaming(client, method))
        : repeatOverloaded(callUnary(client, method)),
    ];
  });
  return { ...Object.fromEntries(methods), close: client.close.bind(client) };
}

function retryConfig(definition: ServiceDefinition): object {
  const [, service = ''] = Object.values(definition)[0]?.path.split('/') ?? [];
  const name = idempotentMethods(service).map((method) => ({ service, method }));
  if (name.length === 0) return {};
  const retryPolicy = {
    maxAttempts: 5,
    initialBackoff: '0.2s',
    maxBackoff: '2s',
    backoffMultiplier: 2,
    retryableStatusCodes: ['UNAVAILABLE'],
  };
  return { methodConfig: [{ name, retryPolicy }] };
}
