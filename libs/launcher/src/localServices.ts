import { fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { ServiceLog } from './serviceLog.js';
import { LaunchError } from './servicePrograms.js';
import { readAddress, removeStateFile } from './stateFile.js';
import type { SupervisorMessage, SupervisorOptions } from './supervisor.js';
import { askSupervisor, type SupervisorStatus } from './supervisorRequests.js';

/** Services that run on their own, under a supervisor. */
export interface RunningServices extends SupervisorStatus {
  /** `host:port` by service. */
  readonly endpoints: Readonly<Record<string, string>>;
  readonly supervisorPid: number;
}

/** The folder for local state: `$OBLIQUE_HOME`, else `.oblique` below the working folder. */
export function defaultHome(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  const home = environment['OBLIQUE_HOME'];
  return resolve(home === undefined || home === '' ? '.oblique' : home);
}

/**
 * Starts services that outlive this process, under a supervisor that restarts those that crash.
 *
 * @throws LaunchError where services run already for this home, or one cannot be started; nothing stays behind then.
 */
export async function startDetached(options: SupervisorOptions): Promise<RunningServices> {
  if ((await findRunning(options.home)) !== undefined) {
    throw new LaunchError(`Services run already for ${options.home}; stop them first.`);
  }
  const first = await startSupervisor(options);
  // One that was killed while it started is started once more.
  const started = first === 'killed' ? await startSupervisor(options) : first;
  if (started === 'killed')
    throw new LaunchError('The supervisor of the services was killed while it started, twice.');
  return started;
}

async function startSupervisor(options: SupervisorOptions): Promise<RunningServices | 'killed'> {
  const log = new ServiceLog(join(options.home, 'logs', 'supervisor.log'));
  const descriptor = log.open();
  const supervisor = fork(
    fileURLToPath(new URL('./supervisorMain.js', import.meta.url)),
    [JSON.stringify(options)],
    {
      detached: true,
      stdio: ['ignore', descriptor, descriptor, 'ipc'],
    },
  );
  closeSync(descriptor);
  const message = await Promise.race([messageOf(supervisor), deathOf(supervisor, log)]);
  if (message === 'killed') return message;
  if ('error' in message) throw new LaunchError(message.error);
  if (supervisor.connected) supervisor.disconnect();
  supervisor.unref();
  return running(message.ready, supervisor.pid ?? 0);
}

/** The services that `startDetached` left running for this home; a stale state file is removed. */
export async function findRunning(home: string): Promise<RunningServices | undefined> {
  const address = await readAddress(home);
  if (address === undefined) return undefined;
  const status = await askSupervisor(address, 'status');
  if (status !== undefined) return running(status, address.pid);
  await removeStateFile(home);
  return undefined;
}

/** Stops them and waits until they have ended; gives what was stopped, undefined where nothing ran. */
export async function stopRunning(home: string): Promise<RunningServices | undefined> {
  const address = await readAddress(home);
  if (address === undefined) return undefined;
  const last = await askSupervisor(address, 'stop');
  if (last !== undefined) return running(last, address.pid);
  await removeStateFile(home);
  return undefined;
}

function running(status: SupervisorStatus, supervisorPid: number): RunningServices {
  const endpoints = Object.fromEntries(status.services.map(({ name, endpoint }) => [name, endpoint]));
  return { ...status, endpoints, supervisorPid };
}

async function messageOf(supervisor: ReturnType<typeof fork>): Promise<SupervisorMessage> {
  // The channel is private to this package: supervisorMain.ts sends nothing else.
  const [message] = (await once(supervisor, 'message')) as [SupervisorMessage];
  return message;
}

async function deathOf(
  supervisor: ReturnType<typeof fork>,
  log: ServiceLog,
): Promise<SupervisorMessage | 'killed'> {
  await once(supervisor, 'exit');
  if (supervisor.signalCode !== null) return 'killed';
  return { error: `The supervisor died. The end of its log ${log.path}:\n${log.tail()}` };
}
