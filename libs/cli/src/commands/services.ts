import { defaultHome, findRunning, SERVICES, startDetached, stopRunning } from '@oblique/launcher';
import { UsageError } from '@oblique/service';
import type { Command } from 'commander';
import { contextOf } from '../commandContext.js';
import { storeLocation } from '../connection.js';
import { EXIT, ServicesRunError } from '../exitCodes.js';
import { columns } from '../terminal.js';
import { collect } from '../collect.js';

export function addServicesCommands(program: Command, signal: AbortSignal): void {
  program
    .command('up')
    .summary('start the local services')
    .description('Start the services on loopback and leave them running; those that crash are started again.')
    .option(
      '--port <service=port>',
      'a fixed port, e.g. serving=7002 (repeat; default: any free one)',
      collect,
    )
    .action(async (options: { readonly port?: readonly string[] }, command: Command) => {
      const { terminal, connection } = contextOf(command, signal);
      const ports = Object.fromEntries((options.port ?? []).map(readPort));
      const home = defaultHome();
      if ((await findRunning(home)) !== undefined)
        throw new ServicesRunError(
          'Services run already; see them with "oblique status", stop them with "oblique down".',
        );
      const running = await startDetached({ store: storeLocation(connection), home, ports });
      if (signal.aborted) {
        await stopRunning(home);
        signal.throwIfAborted();
      }
      terminal.result(
        `${serviceTable(running.services)}\n\nArtifacts are kept in ${running.store}. Stop with: oblique down`,
        running,
      );
    });

  program
    .command('down')
    .summary('stop the local services')
    .description('Stop the services that "oblique up" started, letting calls that run come to their end.')
    .action(async (_options: object, command: Command) => {
      const { terminal } = contextOf(command, signal);
      const stopped = await stopRunning(defaultHome());
      terminal.result(
        stopped === undefined
          ? 'No services run.'
          : `Stopped ${stopped.services.map(({ name }) => name).join(', ')}.`,
        {
          stopped: stopped?.services.map(({ name }) => name) ?? [],
        },
      );
    });

  program
    .command('status')
    .summary('show the local services')
    .description(`Show the services that "oblique up" started. Exits with ${EXIT.notFound} where none run.`)
    .action(async (_options: object, command: Command) => {
      const { terminal } = contextOf(command, signal);
      const running = await findRunning(defaultHome());
      terminal.result(
        running === undefined
          ? 'No services run. Start them with: oblique up'
          : `${serviceTable(running.services)}\n\nArtifacts are kept in ${running.store}.`,
        running ?? { services: [] },
      );
      if (running === undefined) process.exitCode = EXIT.notFound;
    });
}

function serviceTable(
  services: readonly { name: string; endpoint: string; pid: number | undefined; restarts: number }[],
): string {
  return columns(
    ['service', 'endpoint', 'pid', 'restarts'],
    services.map(({ name, endpoint, pid, restarts }) => [
      name,
      endpoint,
      pid === undefined ? 'restarting' : String(pid),
      String(restarts),
    ]),
  );
}

function readPort(text: string): readonly [service: string, port: number] {
  const [service = '', port = ''] = text.split('=');
  const number = Number(port);
  if (service in SERVICES && Number.isInteger(number) && number > 0 && number < 65_536)
    return [service, number];
  throw new UsageError(`--port ${text}: write SERVICE=PORT with one of ${Object.keys(SERVICES).join(', ')}.`);
}
