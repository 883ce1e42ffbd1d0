import { listOf } from './callerAccess.js';
import { setMaxListeners } from 'node:events';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { openStore } from '@oblique/artifacts';
import { HealthImplementation } from 'grpc-health-check';
import { pino, type Logger } from 'pino';

import { artifactService } from './artifactService.js';
import { CHANNEL_OPTIONS, WINDOW_BYTES } from './channelOptions.js';
import { drain } from './drain.js';
import { errorMapper } from './errorMapper.js';
import type { Implementation } from './implement.js';
import { reflectionService } from './reflectionService.js';
import { revisionService } from './revisionService.js';
import { RunningCalls } from './runningCalls.js';
import { readConfig } from './serviceConfig.js';
import type { ServiceDefinition } from './serviceDefinition.js';
import type { OptionSpecs } from './serviceOptions.js';
import { widenWindows } from './widenWindows.js';

/** A service that accepts calls. */
export interface RunningService {
  readonly name: string;
  /** `host:port`, with the port that it listens on. */
  readonly endpoint: string;
  readonly log: Logger;
  readonly exitWithParent: boolean;
  /** How long stopping can take where all is well. */
  readonly stopsWithinMs: number;
  /**
   * Stops it: health says NOT_SERVING, no new calls, the running ones may end within `--drain-seconds` and are
   * cancelled then, close hooks in reverse order. Calling it again gives the same promise.
   */
  close(): Promise<void>;
}

/** How long close hooks may take, once calls have ended: a training writes its snapshot. */
const CLOSING_MS = 30_000;

/** The port that a service should listen on belongs to another process. */
export class PortInUseError extends Error {
  override readonly name = 'PortInUseError';
}

/**
 * Starts a service in this process; `runService` does so for a process of its own.
 *
 * @throws UsageError, PortInUseError, and whatever opening the store and `register` throw.
 */
export async function startService<Specs extends OptionSpecs>(
  definition: ServiceDefinition<Specs>,
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = {},
): Promise<RunningService> {
  const { common, options } = readConfig(definition, argv, environment);
  const { name } = definition;
  const lines = pino.destination({ dest: 2, sync: true });
  // A log that cannot be written, as on a full disk, is no reason to die.
  lines.on('error', () => undefined);
  const log = pino({ name, level: common['log-level'] }, lines);
  const stopping = new AbortController();
  const abandoned = new AbortController();
  // Every call that runs listens to it.
  setMaxListeners(0, abandoned.signal);
  const calls = new RunningCalls();
  const closeHooks: (() => Promise<void> | void)[] = [];

  const closeAll = async (): Promise<void> => {
    for (const close of closeHooks.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        log.error({ err: error }, 'a close hook failed');
      }
    }
  };

  try {
    const store = await openStore(common.store);
    const revision = [`${name} ${definition.version}`];
    const registered = await definition.register({
      name,
      store,
      options,
      log,
      stopping: stopping.signal,
      onClose: (close) => closeHooks.push(close),
      computesWith: (...what) => revision.push(...what),
    });
    const implementations = [...registered, artifactService(store), revisionService(revision.join('; '))];
    const server = new Server(CHANNEL_OPTIONS);
    const runtime = {
      service: name,
      log,
      abandoned: abandoned.signal,
      calls,
      access: { roots: listOf(common['data-roots']), hosts: listOf(common['allowed-hosts']) },
      toServiceError: errorMapper(definition.errors ?? []),
    };
    for (const implementation of implementations) {
      server.addService(implementation.definition, implementation.bind(runtime));
    }
    const serviceNames = implementations.map(nameOf);
    const health = new HealthImplementation();
    health.addToServer(server);
    reflectionService(serviceNames).addToServer(server);

    const port = await bind(server, common.host, common.port);
    widenWindows(server, WINDOW_BYTES);
    for (const service of ['', ...serviceNames]) health.setStatus(service, 'SERVING');
    const endpoint = `${common.host.includes(':') ? `[${common.host}]` : common.host}:${port}`;
    log.info({ endpoint, store: common.store }, 'serving');

    const stop = async (): Promise<void> => {
      for (const service of ['', ...serviceNames]) health.setStatus(service, 'NOT_SERVING');
      stopping.abort();
      await drain(server, calls, common['drain-seconds'] * 1000, abandoned);
      await closeAll();
      log.info('stopped');
    };
    let stopped: Promise<void> | undefined;
    return {
      name,
      endpoint,
      log,
      exitWithParent: common['exit-with-parent'],
      stopsWithinMs: common['drain-seconds'] * 1000 + CLOSING_MS,
      close: () => (stopped ??= stop()),
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function bind(server: Server, host: string, port: number): Promise<number> {
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, boundPort) => {
      if (error === null) resolve(boundPort);
      else if (error.message.includes('EADDRINUSE')) {
        const advice = 'stop the process that holds it, or choose another with --port (0: any free one)';
        reject(new PortInUseError(`Port ${port} of ${host} is in use: ${advice}.`, { cause: error }));
      } else reject(new Error(`Cannot listen on ${address}: ${error.message}`, { cause: error }));
    });
  });
}

/** The full name of a gRPC service, from the path of any of its methods. */
function nameOf({ definition }: Implementation): string {
  const [method] = Object.values(definition);
  const [, service] = method?.path.split('/') ?? [];
  if (service === undefined) throw new Error('A gRPC service without methods cannot be served.');
  return service;
}
