import { join, resolve } from 'node:path';

import { ChildService, type RestartEvent, type ServiceState } from './childService.js';
import { inStartOrder, LaunchError, localPrograms, type ServiceProgram } from './servicePrograms.js';

export interface LaunchOptions {
  /** Folder or s3:// location that all services share as their artifact store. */
  readonly store: string;
  /** Folder for logs (`logs/<service>.log`) and for the state of services that outlive their command. */
  readonly home: string;
  /** Services wanted; what they need is started too. Default: all. */
  readonly names?: readonly string[] | undefined;
  /** Ports by service; those not named get any free one. */
  readonly ports?: Readonly<Record<string, number>> | undefined;
  /** Told of every service that died and is started again. */
  readonly onRestart?: ((event: RestartEvent) => void) | undefined;
  /** Default: the services of this workspace. */
  readonly programs?: readonly ServiceProgram[] | undefined;
}

export interface LaunchedServices {
  /** `host:port` by service, as they are now: one whose port was taken while it was started again has another. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** @throws LaunchError where that service was not started. */
  endpoint(name: string): string;
  status(): ServiceState[];
  /** Stops all of them, those that call others first. Calling it again gives the same promise. */
  stop(): Promise<void>;
}

/**
 * Starts services as child processes on loopback and waits until all are SERVING. They are restarted when they crash, and
 * end with this process however it ends.
 *
 * @throws LaunchError when one cannot be started, after stopping those that were.
 */
export async function startServices(options: LaunchOptions): Promise<LaunchedServices> {
  const programs = inStartOrder(options.programs ?? localPrograms(), options.names);
  const store = options.store.includes('://') ? options.store : resolve(options.store);
  const children = new Map<string, ChildService>();
  const starting = new Map<string, Promise<string>>();

  const start = async (program: ServiceProgram): Promise<string> => {
    for (const name of program.needs) await starting.get(name);
    const child = new ChildService(program, {
      store,
      logPath: join(options.home, 'logs', `${program.name}.log`),
      port: options.ports?.[program.name] ?? 0,
      endpoints: () => new Map(program.needs.map((name) => [name, endpointOf(name)])),
      onRestart: options.onRestart ?? (() => undefined),
      onMove: () => {
        for (const { name, needs } of programs) if (needs.includes(program.name)) children.get(name)?.renew();
      },
    });
    children.set(program.name, child);
    return child.start();
  };

  const endpointOf = (name: string): string => {
    const endpoint = children.get(name)?.state.endpoint;
    if (endpoint === undefined) throw new LaunchError(`The ${name} service was not started.`);
    return endpoint;
  };

  const stopAll = async (): Promise<void> => {
    for (const { name } of programs.toReversed()) await children.get(name)?.stop();
  };

  for (const program of programs) starting.set(program.name, start(program));
  const outcomes = await Promise.allSettled(starting.values());
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure !== undefined) {
    await stopAll();
    throw failure.reason;
  }

  let stopped: Promise<void> | undefined;
  const status = (): ServiceState[] => [...children.values()].map(({ state }) => state);
  return {
    get endpoints() {
      return Object.fromEntries(status().map(({ name, endpoint }) => [name, endpoint]));
    },
    endpoint: endpointOf,
    status,
    stop: () => (stopped ??= stopAll()),
  };
}
