import type { ServiceDefinition } from '@grpc/grpc-js';
import {
  artifactV1,
  orchestratorV1,
  servingV1,
  statisticsV1,
  stimulusV1,
  trainingV1,
} from '@oblique/contracts';
import { defaultHome, findRunning, SERVICES, startServices, type ServiceName } from '@oblique/launcher';
import {
  createClient,
  ServiceError,
  UsageError,
  type ArtifactClient,
  type ServiceClient,
} from '@oblique/service';
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
  /** The artifacts of the store, by way of a service. */
  artifacts(service: ServiceName): ArtifactClient;
  readonly stimulus: ServiceClient<typeof stimulusV1.StimulusServiceService>;
  readonly serving: ServiceClient<typeof servingV1.ServingServiceService>;
  readonly statistics: ServiceClient<typeof statisticsV1.StatisticsServiceService>;
  readonly training: ServiceClient<typeof trainingV1.TrainingServiceService>;
  readonly orchestrator: ServiceClient<typeof orchestratorV1.OrchestratorServiceService>;
}

/** Where a service is. */
interface Place {
  readonly endpoint: string;
  /** Where it is when it has been started again. @throws ServiceError where nobody starts it again. */
  readonly locate?: () => Promise<string>;
  /** Whether somebody starts it again when it dies. */
  readonly supervised: boolean;
}

type FindPlace = (service: ServiceName) => Place | undefined;

const NAMES = Object.keys(SERVICES) as ServiceName[];
const ENDPOINT_FORM = 'write HOST:PORT for all services, or SERVICE=HOST:PORT,…';

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
  const stated = options.endpoint ?? (process.env['OBLIQUE_ENDPOINT'] || undefined);
  const named = stated === undefined ? new Map<ServiceName, string>() : readEndpoints(stated);
  const running = names.every((name) => named.has(name)) ? undefined : await findRunning(defaultHome());
  const known: FindPlace = (name) => {
    const stated = named.get(name);
    if (stated !== undefined) return { endpoint: stated, supervised: false };
    const endpoint = running?.endpoints[name];
    return endpoint === undefined ? undefined : { endpoint, supervised: true, locate: () => locate(name) };
  };
  const missing = names.filter((name) => known(name) === undefined);
  if (missing.length === 0) return using(known, terminal, use);
  const dependent = missing.find((name) => SERVICES[name].length > 0);
  if (named.size > 0 && dependent !== undefined) {
    // One that is started here would call services started here, not those that were named.
    throw new UsageError(
      `No endpoint of the ${dependent} service is known; name it with --endpoint ${dependent}=HOST:PORT.`,
    );
  }
  return withStarted(missing, storeLocation(options), terminal, (started) =>
    using((name) => known(name) ?? started(name), terminal, use),
  );
}

/**
 * Runs `use` with services started over an artifact store of their own, whatever runs already: nothing that was computed
 * before is known to them.
 */
export async function withOwnServices<Result>(
  names: readonly ServiceName[],
  store: string,
  terminal: Terminal,
  use: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  return withStarted(names, store, terminal, (started) => using(started, terminal, use));
}

async function withStarted<Result>(
  names: readonly ServiceName[],
  store: string,
  terminal: Terminal,
  use: (started: FindPlace) => Promise<Result>,
): Promise<Result> {
  const started = await startServices({
    store,
    home: defaultHome(),
    names,
    onRestart: ({ name }) => {
      terminal.note(`The ${name} service died and was started again.`);
    },
  });
  try {
    return await use((name) => {
      const endpoint = started.endpoints[name];
      const now = (): Promise<string> => Promise.resolve(started.endpoint(name));
      return endpoint === undefined ? undefined : { endpoint, supervised: true, locate: now };
    });
  } finally {
    terminal.endProgress();
    await started.stop();
  }
}

/** Where a service is that "oblique up" started. */
async function locate(service: ServiceName): Promise<string> {
  const endpoint = (await findRunning(defaultHome()))?.endpoints[service];
  if (endpoint !== undefined) return endpoint;
  throw new ServiceError(
    'UNAVAILABLE',
    'The services that "oblique up" started have ended. Start them again with "oblique up", and repeat this command: what ' +
      'was computed is kept.',
  );
}

async function using<Result>(
  find: FindPlace,
  terminal: Terminal,
  use: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const placeOf = (service: ServiceName): Place => {
    const found = find(service);
    if (found === undefined)
      throw new UsageError(
        `No endpoint of the ${service} service is known; name it with --endpoint ${service}=HOST:PORT.`,
      );
    return found;
  };
  const open: { close(): void }[] = [];
  const clientOf = <Definition extends ServiceDefinition>(
    definition: Definition,
    service: ServiceName,
  ): ServiceClient<Definition> => {
    const { endpoint, ...place } = placeOf(service);
    const client = createClient(definition, endpoint, {
      ...place,
      name: `the ${service} service`,
      onLost: (name) => {
        terminal.note(`The connection to ${name} was lost; trying again …`);
      },
    });
    open.push(client);
    return client;
  };
  const once = <Client>(create: () => Client): (() => Client) => {
    let client: Client | undefined;
    return () => (client ??= create());
  };
  const stimulus = once(() => clientOf(stimulusV1.StimulusServiceService, 'stimulus'));
  const serving = once(() => clientOf(servingV1.ServingServiceService, 'serving'));
  const statistics = once(() => clientOf(statisticsV1.StatisticsServiceService, 'statistics'));
  const training = once(() => clientOf(trainingV1.TrainingServiceService, 'training'));
  const orchestrator = once(() => clientOf(orchestratorV1.OrchestratorServiceService, 'orchestrator'));
  try {
    return await use({
      endpoint: (service) => placeOf(service).endpoint,
      artifacts: (service) => clientOf(artifactV1.ArtifactServiceService, service),
      get stimulus() {
        return stimulus();
      },
      get serving() {
        return serving();
      },
      get statistics() {
        return statistics();
      },
      get training() {
        return training();
      },
      get orchestrator() {
        return orchestrator();
      },
    });
  } finally {
    for (const client of open) client.close();
  }
}

/**
 * Reads `host:port` or `serving=host:port,stimulus=host:port`.
 * @throws UsageError
 */
export function readEndpoints(text: string): Map<ServiceName, string> {
  if (!text.includes('=')) {
    const endpoint = checkEndpoint(text, text);
    return new Map(NAMES.map((name) => [name, endpoint]));
  }
  return new Map(
    text.split(',').map((part) => {
      const [given = '', endpoint = ''] = part.split('=');
      const name = NAMES.find((known) => known === given.trim());
      if (name === undefined) {
        throw new UsageError(
          `--endpoint ${text}: there is no service ${JSON.stringify(given)}; there are ${NAMES.join(', ')}.`,
        );
      }
      return [name, checkEndpoint(endpoint, text)];
    }),
  );
}

function checkEndpoint(endpoint: string, whole: string): string {
  const [, port] = /^\S+:(\d{1,5})$/u.exec(endpoint.trim()) ?? [];
  if (port === undefined || Number(port) < 1 || Number(port) > 65_535)
    throw new UsageError(`--endpoint ${whole}: ${ENDPOINT_FORM}.`);
  return endpoint.trim();
}
