import { setTimeout as delay } from 'node:timers/promises';

import type { Client } from '@grpc/grpc-js';

import type { CallOptions } from './clientCalls.js';
import { LostCallError } from './lostCall.js';
import { ServiceError } from './serviceError.js';
import type { ServiceLink } from './serviceLink.js';

// What is repeated when. A call of a method that its contract calls NO_SIDE_EFFECTS or IDEMPOTENT is made again when it was
// lost (see lostCall.ts): while its service is started again, and at most twice where the service died of it, or seems to.

/** How long a service that is known may be away: longer than a supervisor takes to start it on a machine that is busy. */
const AWAY_MS = 120_000;
/** How long one is looked for that has never answered, or that answers that it is not ready. */
const NEVER_SEEN_MS = 3000;
const NOT_READY_MS = 10_000;
/** A process that was stopped for a while sees much time pass between two attempts: it makes so many in any case. */
const FEWEST_ATTEMPTS = 5;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2000;
/** How often a request is sent again that its service died of. */
const MOST_DEATHS = 2;
/** A watch does no work that could kill: it is only given up where the service cannot stay alive at all. */
const MOST_DEATHS_WATCHED = 30;

/** Makes one attempt of a call within the time that is left. */
export type Attempt<Result> = (client: Client, options: CallOptions) => Result;

/** The call, made again while that can help. @throws ServiceError */
export async function repeatedCall<Response>(
  link: ServiceLink,
  repeatable: boolean,
  options: CallOptions,
  attempt: Attempt<Promise<Response>>,
): Promise<Response> {
  const persistence = new Persistence(link, repeatable, options);
  for (;;) {
    try {
      const response = await attempt(link.client, persistence.attemptOptions());
      link.answered();
      return response;
    } catch (error) {
      await persistence.recover(error);
    }
  }
}

/**
 * The stream, asked for again from its beginning where it was lost: those who read it take states, progress and results,
 * for which the newest counts.
 * @param inPieces Its messages are parts of a whole: it is only asked for again before the first.
 * @throws ServiceError
 */
export async function* repeatedStream<Response>(
  link: ServiceLink,
  { repeatable, inPieces }: { readonly repeatable: boolean; readonly inPieces: boolean },
  options: CallOptions,
  attempt: Attempt<AsyncIterable<Response>>,
): AsyncGenerator<Response, void, undefined> {
  const persistence = new Persistence(link, repeatable, options);
  let begun = false;
  for (;;) {
    try {
      for await (const response of attempt(link.client, persistence.attemptOptions())) {
        link.answered();
        persistence.answered();
        begun = true;
        yield response;
      }
      link.answered();
      return;
    } catch (error) {
      if (begun && inPieces) throw error;
      await persistence.recover(error);
    }
  }
}

/** What has become of one call so far. */
class Persistence {
  readonly #link: ServiceLink;
  readonly #repeatable: boolean;
  readonly #options: CallOptions;
  readonly #endMs: number | undefined;
  #deaths = 0;
  #awaySinceMs: number | undefined;
  #attempts = 0;
  #waitMs = FIRST_WAIT_MS;

  constructor(link: ServiceLink, repeatable: boolean, options: CallOptions) {
    this.#link = link;
    this.#repeatable = repeatable;
    this.#options = options;
    this.#endMs = options.deadlineMs === undefined ? undefined : performance.now() + options.deadlineMs;
  }

  /** The caller's options, with the time that is left. */
  attemptOptions(): CallOptions {
    if (this.#endMs === undefined) return this.#options;
    return { ...this.#options, deadlineMs: Math.max(0, this.#endMs - performance.now()) };
  }

  /** Something of the response has come. */
  answered(): void {
    this.#awaySinceMs = undefined;
    this.#attempts = 0;
    this.#waitMs = FIRST_WAIT_MS;
  }

  /** Waits until the next attempt. @throws the error where there is none. */
  async recover(error: unknown): Promise<void> {
    const { signal, watch = false } = this.#options;
    if (!(error instanceof LostCallError)) {
      this.#link.answered();
      throw error;
    }
    if (!this.#repeatable || signal?.aborted === true) throw error;
    if (error.loss === 'died') {
      this.#deaths += 1;
      if (this.#deaths > (watch ? MOST_DEATHS_WATCHED : MOST_DEATHS)) throw this.#tooOften(error);
    }
    this.#awaySinceMs ??= performance.now();
    this.#attempts += 1;
    const away = performance.now() - this.#awaySinceMs;
    if (away > this.#patienceMs(error) && this.#attempts >= FEWEST_ATTEMPTS) throw error;
    const waitMs = error.retryAfterMs ?? this.#waitMs;
    if (this.#endMs !== undefined && performance.now() + waitMs >= this.#endMs) {
      throw new ServiceError('DEADLINE_EXCEEDED', `The time for this call is over. ${error.message}`, {
        cause: error,
      });
    }
    if (this.#link.known) this.#link.lose();
    await delay(waitMs, undefined, { signal }).catch(() => {
      throw error;
    });
    this.#waitMs = Math.min(this.#waitMs * 2, LONGEST_WAIT_MS);
    await this.#link.locate();
  }

  #patienceMs({ loss }: LostCallError): number {
    if (loss === 'away' && this.#options.watch !== true && !this.#link.supervised) return NOT_READY_MS;
    return this.#link.known ? AWAY_MS : NEVER_SEEN_MS;
  }

  #tooOften(error: LostCallError): ServiceError {
    return new ServiceError(
      'SERVICE_DIED',
      `${capital(this.#link.service)} died ${this.#deaths} times while it worked on this, so it is not asked again ` +
        `(${error.message}). Its log says why; where memory ran out, ask for less at once, e.g. a smaller batch.`,
      { cause: error },
    );
  }
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
