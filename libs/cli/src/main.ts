import { ServiceError } from '@oblique/service';
import { CommanderError, type Command } from 'commander';
import { EXIT, exitCodeOf } from './exitCodes.js';
import { createProgram } from './program.js';

const interrupted = new AbortController();
let interruptions = 0;
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    interruptions += 1;
    if (interruptions > 1) process.exit(EXIT.interrupted);
    interrupted.abort(new ServiceError('CANCELLED', 'Interrupted.'));
  });
}

const program = createProgram(interrupted.signal);
// What is printed about a wrong command line goes to stderr; a program that asked for JSON gets it as JSON instead.
if (asksForJson()) quiet(program);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}
// A worker or socket that lingers must not keep the command alive.
process.exit();

function asksForJson(): boolean {
  return process.argv.includes('--json');
}

function quiet(command: Command): void {
  command.configureOutput({ writeErr: () => undefined });
  command.commands.forEach(quiet);
}

function report(error: unknown): number {
  if (error instanceof CommanderError && (!asksForJson() || error.exitCode === 0))
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  const own: unknown = interrupted.signal.aborted && !isOwnWord(error) ? interrupted.signal.reason : error;
  const message = own instanceof Error ? own.message : String(own);
  const exitCode = own instanceof CommanderError ? EXIT.usage : exitCodeOf(own);
  if (asksForJson()) {
    const { reason, fields } =
      own instanceof ServiceError
        ? own
        : { reason: exitCode === EXIT.usage ? 'USAGE' : undefined, fields: [] };
    process.stdout.write(`${JSON.stringify({ error: message, reason, fields, exitCode }, null, 2)}\n`);
  } else {
    process.stderr.write(`oblique: ${message}\n`);
  }
  return interrupted.signal.aborted ? EXIT.interrupted : exitCode;
}

/** Whether a command said itself what its interruption means, rather than the transport that a call was cancelled. */
function isOwnWord(error: unknown): boolean {
  return (
    error instanceof ServiceError &&
    error.reason === 'CANCELLED' &&
    !/cancelled on client/iu.test(error.message)
  );
}
