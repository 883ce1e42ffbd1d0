import { Client, credentials } from '@grpc/grpc-js';

import { CHANNEL_OPTIONS } from './channelOptions.js';

export interface ClientOptions {
  /** What the service is called where its loss is told; default: its endpoint. */
  readonly name?: string;
  /**
   * Where the service is now, asked when it does not answer at its endpoint any more. Throws where it is known not to come
   * back. Default: it is only looked for at the endpoint.
   */
  readonly locate?: () => Promise<string>;
  /**
   * Whether somebody starts the service again when it dies: it is then waited for as long as that takes, though it has not
   * answered yet. Default: only a service that has answered before is waited for.
   */
  readonly supervised?: boolean;
  /** Told once whenever calls have lost the service. */
  readonly onLost?: (service: string) => void;
}

/** The connection of a client to its service, which may come back on another port. */
export class ServiceLink {
  readonly #options: ClientOptions;
  #endpoint: string;
  #client: Client;
  #known: boolean;
  #lost = false;

  constructor(endpoint: string, options: ClientOptions) {
    this.#endpoint = endpoint;
    this.#options = options;
    this.#client = connect(endpoint);
    this.#known = options.supervised ?? false;
  }

  get client(): Client {
    return this.#client;
  }

  /** The service's name for people. */
  get service(): string {
    return this.#options.name ?? `the service at ${this.#endpoint}`;
  }

  /** Whether there is a service, which is worth waiting for. */
  get known(): boolean {
    return this.#known;
  }

  /** Whether somebody starts it again when it dies. */
  get supervised(): boolean {
    return this.#options.supervised ?? false;
  }

  /** The service has answered. */
  answered(): void {
    this.#known = true;
    this.#lost = false;
  }

  /** The service does not answer. */
  lose(): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#options.onLost?.(this.service);
  }

  /** Looks where the service is now. @throws what `locate` throws */
  async locate(): Promise<void> {
    const endpoint = await this.#options.locate?.();
    if (endpoint === undefined || endpoint === this.#endpoint) return;
    this.#client.close();
    this.#endpoint = endpoint;
    this.#client = connect(endpoint);
  }

  close(): void {
    this.#client.close();
  }
}

function connect(endpoint: string): Client {
  return new Client(endpoint, credentials.createInsecure(), {
    ...CHANNEL_OPTIONS,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 1000,
    // Calls are repeated in repeatedCalls.ts, which knows what became of them.
    'grpc.enable_retries': 0,
  });
}
