import { parentPort } from 'node:worker_threads';

import { Metadata } from '@grpc/grpc-js';
import { pino } from 'pino';

import { errorMapper } from './errorMapper.js';
import type { ServerStreamingHandler, UnaryHandler } from './handlers.js';
import type { ThreadAnswer, ThreadCall, ThreadRequest } from './handlerThreads.js';
import type { ErrorMapping } from './serviceDefinition.js';
import { ServiceError } from './serviceError.js';

/** A handler that computes in a thread. */
export type ThreadHandler =
  Pick<UnaryHandler<never, unknown>, 'handle'> | Pick<ServerStreamingHandler<never, unknown>, 'handle'>;

/**
 * Answers calls in a thread of HandlerThreads.
 * @param errors how errors of libraries reach clients, as in the service's definition
 */
export function serveHandlers(
  handlers: Readonly<Record<string, ThreadHandler>>,
  errors: readonly ErrorMapping[],
): void {
  const port = parentPort;
  if (port === null) throw new Error('Handlers are served in a thread.');
  const toServiceError = errorMapper(errors);
  const log = pino({}, pino.destination({ dest: 2, sync: true }));
  const running = new Map<number, AbortController>();
  const answer = (message: ThreadAnswer): void => port.postMessage(message);

  const work = async ({ id, handler, request, ...call }: ThreadCall): Promise<void> => {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const asked = handlers[handler];
      if (asked === undefined) throw new Error(`There is no handler ${handler}.`);
      const { method, access, client, deadline } = call;
      const { signal } = controller;
      const context = {
        method,
        access,
        client,
        deadline,
        signal,
        metadata: new Metadata(),
        log: log.child({ method }),
      };
      // The other thread hands on what the service has read as this method's request.
      const answers = asked.handle(request as never, context);
      if (answers instanceof Promise) answer({ kind: 'message', id, message: await answers });
      else for await (const message of answers) answer({ kind: 'message', id, message });
      answer({ kind: 'end', id, error: undefined });
    } catch (error) {
      const { reason, message, fields, metadata } = toServiceError(error);
      answer({ kind: 'end', id, error: { reason, message, fields, metadata } });
    } finally {
      running.delete(id);
    }
  };

  port.on('message', (asked: ThreadRequest) => {
    if (asked.kind === 'call') void work(asked);
    else running.get(asked.id)?.abort(new ServiceError('CANCELLED', 'The client gave the call up.'));
  });
}
