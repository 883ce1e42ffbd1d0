import { orchestratorV1, servingV1, stimulusV1 } from '@oblique/contracts';
import { defaultHome, findRunning, startServices, type ServiceName } from '@oblique/launcher';
import { createClient, UsageError, type ServiceClient } from '@oblique/service';
import { join } from 'node:path';
import type { Terminal } from './terminal.js';

/** Options of every command that talks to services. */
export interface ConnectionOptions {
  /** `host:port` for all services, or `serving=host:port,stimulus=host:port,…`. */
  readonly endpoint?: string;
  /** Artifact store of services that the command starts itself. */
  readonly store?: string;
}

/** The services that a command needs, running. */
export interface Connection {
  /** `host:port` of a service. */
  endpoint(service: ServiceName): string;
  readonly stimulus: ServiceClient<typeof stimulusV1.StimulusServiceService>;
  readonly serving: ServiceClient<typeof servingV1.ServingServiceService>;
  readonly orchestrator: ServiceClient<typeof orchestratorV1.OrchestratorServiceService>;
}

/** The artifact store of services that commands start. */
export function storeLocation(options: ConnectionOptions): string {
  return options.store ?? process.env['OBLIQUE_STORE'] ?? join(defaultHome(), 'store');
}

/**
 * Runs `use` with the services: those at `--endpoint` (or OBLIQUE_ENDPOINT), else those that `oblique up` started, else
 * services started for as long as `use` runs.
 */
export async function withServices<Result>(
  names: readonly ServiceName[],
  options: ConnectionOptions,
  terminal: Terminal,
  use: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const stated = options.endpoint ?? process.env['OBLIQUE_ENDPOINT'];
  if (stated !== undefined) return using(readEndpoints(stated), use);
  const running = await findRunning(defaultHome());
  if (running !== undefined) return using((name) => running.endpoints[name], use);
  const started = await startServices({
    store: storeLocation(options),
    home: defaultHome(),
    names,
    onRestart: ({ name }) => {
      terminal.note(`The ${name} service died and was started again.`);
    },
  });
  const stop = (): void => {
    void started.stop();
  };
  process.once('exit', stop);
  try {
    return await using((name) => started.endpoints[name], use);
  } finally {
    process.off('exit', stop);
    await started.stop();
  }
}

async function using<Result>(
  find: (service: ServiceName) => string | undefined,
  use: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const endpoint = (service: ServiceName): string => {
    const found = find(service);
    if (found === undefined)
      throw new UsageError(
        `No endpoint of the ${service} service is known; name it with --endpoint ${service}=HOST:PORT.`,
      );
    return found;
  };
  const open: { close(): void }[] = [];
  const opened = <Client extends { close(): void }>(client: Client): Client => {
    open.push(client);
    return client;
  };
  try {
    return await use({
      endpoint,
      get stimulus() {
        return opened(createClient(stimulusV1.StimulusServiceService, endpoint('stimulus')));
      },
      get serving() {
        return opened(createClient(servingV1.ServingServiceService, endpoint('serving')));
      },
      get orchestrator() {
        return opened(createClient(orchestratorV1.OrchestratorServiceService, endpoint('orchestrator')));
      },
    });
  } finally {
    for (const client of open) client.close();
  }
}

function readEndpoints(text: string): (service: ServiceName) => string | undefined {
  if (!text.includes('=')) return () => text;
  const byName = new Map(
    text.split(',').map((part) => {
      const [name = '', endpoint = ''] = part.split('=');
      if (name === '' || endpoint === '')
        throw new UsageError(`--endpoint ${text}: write HOST:PORT, or SERVICE=HOST:PORT,…`);
      return [name, endpoint];
    }),
  );
  return (service) => byName.get(service);
}
