import { logVerbosity, setLogVerbosity } from '@grpc/grpc-js';

import { commonOptions } from './serviceConfig.js';
import type { ServiceDefinition } from './serviceDefinition.js';
import { UsageError, type OptionSpecs } from './serviceOptions.js';
import { PortInUseError, startService, type RunningService } from './startService.js';
import { usageOf } from './usage.js';

/** Exit codes of a service's process; 0 after a stop by SIGTERM, SIGINT or the death of its parent. */
export const EXIT_CODES = { failed: 1, usage: 2, portInUse: 3 } as const;

/** The line that a service prints on stdout, as JSON, once it accepts calls. */
export interface ReadyLine {
  readonly name: string;
  /** `host:port` */
  readonly endpoint: string;
  readonly pid: number;
}

/**
 * The `main` of a service: reads flags and environment, serves until SIGTERM or SIGINT, then stops gracefully. A second
 * signal stops at once. Problems at the start are one line on stderr and an exit code.
 */
export async function runService<Specs extends OptionSpecs>(
  definition: ServiceDefinition<Specs>,
): Promise<void> {
  const argv = process.argv.slice(2);
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(`${helpOf(definition)}\n`);
    return;
  }
  // What grpc-js would print, it also throws.
  setLogVerbosity(logVerbosity.NONE);
  let service: RunningService;
  try {
    service = await startService(definition, argv, process.env);
  } catch (error) {
    process.stderr.write(`${definition.name}: ${error instanceof Error ? error.message : String(error)}\n`);
    if (error instanceof UsageError) process.stderr.write('Use --help to see all options.\n');
    // Not exitCode: what register had started before it failed would keep the process alive.
    process.exit(exitCodeOf(error));
  }
  serveUntilToldToStop(service);
  const ready: ReadyLine = { name: service.name, endpoint: service.endpoint, pid: process.pid };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
}

function helpOf<Specs extends OptionSpecs>({
  name,
  description,
  defaultPort,
  options,
}: ServiceDefinition<Specs>): string {
  return usageOf(name, description, { ...commonOptions(defaultPort), ...options });
}

function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return EXIT_CODES.usage;
  return error instanceof PortInUseError ? EXIT_CODES.portInUse : EXIT_CODES.failed;
}

function serveUntilToldToStop(service: RunningService): void {
  const { log } = service;
  let stopping = false;
  const stop = (why: string): void => {
    if (stopping) process.exit(0);
    stopping = true;
    log.info({ why }, 'stopping');
    void service.close().finally(() => process.exit(0));
    // Whatever keeps it: a process that was told to stop ends.
    setTimeout(() => process.exit(EXIT_CODES.failed), service.stopsWithinMs).unref();
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
  if (service.exitWithParent) {
    process.stdin
      .on('end', () => {
        stop('the parent died');
      })
      .on('error', () => {
        stop('the parent died');
      });
    process.stdin.resume();
  }
  // Nobody reads stdout any more: no reason to die.
  process.stdout.on('error', () => undefined);
  process.on('unhandledRejection', (error) => {
    log.error({ err: error }, 'a promise was rejected and nobody looked');
  });
  process.on('uncaughtException', (error) => {
    // The state is unknown: whoever supervises the process starts it anew.
    log.fatal({ err: error }, 'uncaught exception');
    process.exit(EXIT_CODES.failed);
  });
}
