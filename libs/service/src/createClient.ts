import type { ServiceDefinition } from '@grpc/grpc-js';

import {
  callClientStreaming,
  callServerStreaming,
  callUnary,
  type CallOptions,
  type RequestSource,
} from './clientCalls.js';
import { idempotentMethods } from './descriptors.js';
import type { RequestOf, ResponseOf } from './methodTypes.js';
import { repeatOverloaded, repeatOverloadedStream } from './repeatOverloaded.js';
import { repeatedCall, repeatedStream } from './repeatedCalls.js';
import { ServiceLink, type ClientOptions } from './serviceLink.js';

/** How a method of a generated service definition is called. */
export type ClientMethodOf<Method> = Method extends { requestStream: false; responseStream: false }
  ? (request: RequestOf<Method>, options?: CallOptions) => Promise<ResponseOf<Method>>
  : Method extends { requestStream: false; responseStream: true }
    ? (request: RequestOf<Method>, options?: CallOptions) => AsyncIterable<ResponseOf<Method>>
    : Method extends { requestStream: true; responseStream: false }
      ? (requests: RequestSource<RequestOf<Method>>, options?: CallOptions) => Promise<ResponseOf<Method>>
      : never;

/** A method for every RPC of a service; all of them fail with a ServiceError. */
export type ServiceClient<Definition> = {
  readonly [Method in keyof Definition]: ClientMethodOf<Definition[Method]>;
} & {
  /** Lets the connection go; calls still running fail with CANCELLED. */
  close(): void;
};

/** Streams whose messages are pieces of one whole: whoever puts them together goes on with them too. */
const IN_PIECES: ReadonlySet<string> = new Set(['/oblique.artifact.v1.ArtifactService/GetArtifact']);

/**
 * A client of one service at `host:port`. It connects with its first call, and connects anew when the service comes back.
 * Calls of methods whose contract declares an `idempotency_level` are made again while the service is started again, and
 * at most twice where the service died while it had the call (repeatedCalls.ts). Those that a service
 * refuses as OVERLOADED are repeated when it asks for that, within their deadline.
 *
 *     const serving = createClient(servingV1.ServingServiceService, '127.0.0.1:7002');
 *     const { models } = await serving.listModels({}, { deadlineMs: 5000 });
 */
export function createClient<Definition extends ServiceDefinition>(
  definition: Definition,
  endpoint: string,
  options?: ClientOptions,
): ServiceClient<Definition>;
export function createClient(
  definition: ServiceDefinition,
  endpoint: string,
  clientOptions: ClientOptions = {},
): object {
  const link = new ServiceLink(endpoint, clientOptions);
  const repeatable = repeatablePaths(definition);
  const methods = Object.entries(definition).map(([name, method]): [string, unknown] => {
    const { path } = method;
    if (method.requestStream && method.responseStream)
      throw new Error(`${path} streams both ways; clients do not.`);
    if (method.requestStream) {
      return [
        name,
        (requests: RequestSource<unknown>, options: CallOptions = {}) => {
          const again = repeatable.has(path) && (typeof requests === 'function' || Array.isArray(requests));
          return repeatedCall(link, again, options, (client, attemptOptions) =>
            callClientStreaming(client, method)(
              typeof requests === 'function' ? requests() : requests,
              attemptOptions,
            ),
          );
        },
      ];
    }
    if (method.responseStream) {
      const how = { repeatable: repeatable.has(path), inPieces: IN_PIECES.has(path) };
      return [
        name,
        repeatOverloadedStream((request: unknown, options: CallOptions = {}) =>
          repeatedStream(link, how, options, (client, attemptOptions) =>
            callServerStreaming(client, method)(request, attemptOptions),
          ),
        ),
      ];
    }
    return [
      name,
      repeatOverloaded((request: unknown, options: CallOptions = {}) =>
        repeatedCall(link, repeatable.has(path), options, (client, attemptOptions) =>
          callUnary(client, method)(request, attemptOptions),
        ),
      ),
    ];
  });
  return { ...Object.fromEntries(methods), close: link.close.bind(link) };
}

/** Paths of the methods that may be sent twice. */
function repeatablePaths(definition: ServiceDefinition): ReadonlySet<string> {
  const [first] = Object.values(definition);
  if (first === undefined) return new Set();
  const [, service = ''] = first.path.split('/');
  return new Set(idempotentMethods(service).map((method) => `/${service}/${method}`));
}
