import { setTimeout as delay } from 'node:timers/promises';

import type { CallOptions } from './clientCalls.js';
import { ServiceError } from './serviceError.js';

/** A call is sent at most this often to a service that is overloaded each time. */
const MAXIMUM_ATTEMPTS = 50;

/** A service may ask for less or more; clients wait within these. */
const SHORTEST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 60_000;

/**
 * Sends a call again when the service refused it as OVERLOADED, after as long as it asks for (`google.rpc.RetryInfo`):
 * it has done nothing of it. Not beyond the call's deadline, which holds for all attempts together.
 */
export function repeatOverloaded<Request, Response>(
  call: (request: Request, options?: CallOptions) => Promise<Response>,
) {
  return async (request: Request, options: CallOptions = {}): Promise<Response> => {
    const attempts = new Attempts(options);
    for (;;) {
      try {
        return await call(request, attempts.options());
      } catch (error) {
        await attempts.waitFor(error);
      }
    }
  };
}

/** The same for calls that are answered by a stream, while nothing of it has arrived. */
export function repeatOverloadedStream<Request, Response>(
  call: (request: Request, options?: CallOptions) => AsyncIterable<Response>,
) {
  return async function* (
    request: Request,
    options: CallOptions = {},
  ): AsyncGenerator<Response, void, undefined> {
    const attempts = new Attempts(options);
    for (;;) {
      let hasBegun = false;
      try {
        for await (const response of call(request, attempts.options())) {
          hasBegun = true;
          yield response;
        }
        return;
      } catch (error) {
        if (hasBegun) throw error;
        await attempts.waitFor(error);
      }
    }
  };
}

/** The attempts at one call. */
class Attempts {
  readonly #options: CallOptions;
  readonly #endMs: number;
  #count = 0;

  constructor(options: CallOptions) {
    this.#options = options;
    this.#endMs = Date.now() + (options.deadlineMs ?? Infinity);
  }

  /** The call's options, with what is left of its time. */
  options(): CallOptions {
    const { deadlineMs } = this.#options;
    return deadlineMs === undefined
      ? this.#options
      : { ...this.#options, deadlineMs: this.#endMs - Date.now() };
  }

  /** Waits for the next attempt. @throws the error itself where there is none. */
  async waitFor(error: unknown): Promise<void> {
    this.#count += 1;
    if (!(error instanceof ServiceError) || error.reason !== 'OVERLOADED') throw error;
    const waitMs = Math.min(Math.max(error.retryAfterMs ?? 1000, SHORTEST_WAIT_MS), LONGEST_WAIT_MS);
    const { signal } = this.#options;
    if (this.#count >= MAXIMUM_ATTEMPTS || Date.now() + waitMs >= this.#endMs) throw error;
    try {
      await delay(waitMs, undefined, signal === undefined ? {} : { signal });
    } catch (cause) {
      throw new ServiceError('CANCELLED', 'The call was given up while its service was overloaded.', {
        cause,
      });
    }
  }
}
