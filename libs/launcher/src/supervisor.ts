import { randomBytes } from 'node:crypto';

import type { RestartEvent } from './childService.js';
import { LaunchError } from './servicePrograms.js';
import { startServices, type LaunchOptions } from './startServices.js';
import { createStateFile, readAddress, removeStateFile } from './stateFile.js';
import { askSupervisor, listenForRequests, type SupervisorStatus } from './supervisorRequests.js';

/** What a supervisor is started with, as JSON in its first argument. */
export type SupervisorOptions = Omit<LaunchOptions, 'onRestart'>;

/** What it tells the process that started it. */
export type SupervisorMessage = { readonly ready: SupervisorStatus } | { readonly error: string };

/**
 * Starts the services, then keeps them running and answers later commands until it is told to stop.
 *
 * @throws LaunchError where services run already for this home, or one cannot be started.
 */
export async function supervise(options: SupervisorOptions): Promise<SupervisorStatus> {
  const { home, store } = options;
  const token = randomBytes(16).toString('hex');
  const services = await startServices({ ...options, onRestart: logRestart });
  const status = (): SupervisorStatus => ({ store, services: services.status() });

  const stop = async (): Promise<SupervisorStatus> => {
    const last = status();
    await services.stop();
    await removeStateFile(home);
    return last;
  };
  const stopAndExit = (): void => {
    void stop().finally(() => process.exit(0));
  };

  const { server, port } = await listenForRequests(token, async (request) => {
    if (request === 'status') return status();
    const last = await stop();
    // Its answer leaves first: the server ends when the last connection is closed.
    server.close(() => process.exit(0));
    return last;
  });
  try {
    await claimHome(home, { pid: process.pid, port, token });
  } catch (error) {
    await services.stop();
    server.close();
    throw error;
  }
  process.on('SIGTERM', stopAndExit).on('SIGINT', stopAndExit);
  return status();
}

/** Makes the state file ours, in place of one whose supervisor is dead. */
async function claimHome(home: string, address: { pid: number; port: number; token: string }): Promise<void> {
  if (await createStateFile(home, address)) return;
  const other = await readAddress(home);
  if (other !== undefined && (await askSupervisor(other, 'status')) !== undefined) {
    throw new LaunchError(`Services run already for ${home}; stop them first.`);
  }
  await removeStateFile(home);
  if (!(await createStateFile(home, address))) {
    throw new LaunchError(`Another command is starting services for ${home} at this moment.`);
  }
}

function logRestart({ name, died, restartInMs }: RestartEvent): void {
  const line = { time: new Date().toISOString(), service: name, died, restartInMs };
  process.stderr.write(`${JSON.stringify(line)}\n`);
}
