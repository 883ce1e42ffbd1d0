import { Client, credentials, status as GrpcStatus, type ServiceError as GrpcError } from '@grpc/grpc-js';
import { ServiceError } from '@oblique/service';

/** How long a service may stay silent. */
export const HANG_MS = 10_000;

/** A streaming answer that says that it goes on is let go after this long. */
const ENOUGH_MS = 1500;

/** How a call ended. */
export interface Outcome {
  /** Undefined where it ended well. */
  readonly error: ServiceError | undefined;
  /** What it answered, as bytes. */
  readonly messages: readonly Buffer[];
  /** Nothing came for {@link HANG_MS}. */
  readonly hung: boolean;
}

export interface RawMethod {
  /** Full name, e.g. `/oblique.serving.v1.ServingService/ListModels`. */
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
}

/** Sends bytes to a service as they are, so that what no client would send can be sent. */
export class RawClient {
  readonly #client: Client;

  constructor(endpoint: string) {
    this.#client = new Client(endpoint, credentials.createInsecure(), {
      'grpc.max_receive_message_length': -1,
    });
  }

  /**
   * @param requests one message, or any number for a method that takes a stream
   * @param giveUp end the stream of requests by cancelling it
   */
  async call(method: RawMethod, requests: readonly Uint8Array[], giveUp = false): Promise<Outcome> {
    return new Promise((resolve) => {
      const messages: Buffer[] = [];
      let settled = false;
      let heard = false;
      const settle = (outcome: Pick<Outcome, 'hung'> & { readonly error?: GrpcError | null }): void => {
        if (settled) return;
        settled = true;
        clearTimeout(hang);
        clearTimeout(enough);
        const error = outcome.error ? ServiceError.from(outcome.error) : undefined;
        resolve({ messages, hung: outcome.hung, error });
      };
      const answered = (error: GrpcError | null, message?: Buffer): void => {
        if (message !== undefined) messages.push(message);
        settle({ error, hung: false });
      };
      const { path } = method;
      const first = Buffer.from(requests[0] ?? new Uint8Array());
      let call: { cancel(): void };
      if (method.requestStream) {
        const stream = this.#client.makeClientStreamRequest(path, same, same, answered);
        for (const request of requests) stream.write(Buffer.from(request));
        if (giveUp) setTimeout(() => stream.cancel(), 5);
        else stream.end();
        call = stream;
      } else if (method.responseStream) {
        call = this.#client
          .makeServerStreamRequest(path, same, same, first)
          .on('data', (message: Buffer) => {
            heard = true;
            messages.push(message);
          })
          .on('error', (error: GrpcError) => settle({ error, hung: false }))
          .on('end', () => settle({ hung: false }));
      } else call = this.#client.makeUnaryRequest(path, same, same, first, answered);
      const hang = setTimeout(() => {
        call.cancel();
        settle({ hung: !heard });
      }, HANG_MS);
      const enough = setInterval(() => {
        if (heard) call.cancel();
      }, ENOUGH_MS);
    });
  }

  close(): void {
    this.#client.close();
  }
}

/** Whether a client may be told so: everything but faults of the service itself. */
export function isFault({ error, hung }: Outcome): boolean {
  return hung || error?.status === GrpcStatus.INTERNAL || error?.status === GrpcStatus.UNKNOWN;
}

function same(bytes: Buffer): Buffer {
  return bytes;
}
