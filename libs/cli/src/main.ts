import { ServiceError } from '@oblique/service';
import { Command, CommanderError } from 'commander';
import { addDataCommands } from './commands/data.js';
import { addMeasureCommand } from './commands/measure.js';
import { addModelsCommands } from './commands/models.js';
import { addReproduceCommand } from './commands/reproduce.js';
import { addRunCommand } from './commands/run.js';
import { addServicesCommands } from './commands/services.js';
import { addStimuliCommands } from './commands/stimuli.js';
import { addStoreCommands } from './commands/store.js';
import { addTrainCommand } from './commands/train.js';
import { addTrainingsCommands } from './commands/trainings.js';
import { EXIT, exitCodeOf } from './exitCodes.js';

const HELP = `
A first measurement:
  oblique measure --model net.onnx --grid orientation=0:180/12 --grid phase=-180:180/3 --out D.npz --plot D.svg

The paper, on your networks:
  oblique reproduce --networks net.onnx --out report

Commands use the services at --endpoint, else those that "oblique up" started, else start what they need themselves.
Exit codes: 0 done, 1 failed, 2 wrong command line or request, 3 not found, 4 no service answers, 5 something is in
the way (a file, a name), 130 interrupted.`;

const interrupted = new AbortController();
let interruptions = 0;
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    interruptions += 1;
    if (interruptions > 1) process.exit(EXIT.interrupted);
    interrupted.abort(new ServiceError('CANCELLED', 'Interrupted.'));
  });
}

const program = new Command('oblique')
  .description('Measures exactly what a vision network is sensitive to, in every layer at once.')
  .version('0.1.0')
  .showHelpAfterError('Use --help to see what is possible.')
  .addHelpText('after', HELP)
  .exitOverride();
addMeasureCommand(program, interrupted.signal);
addReproduceCommand(program, interrupted.signal);
addRunCommand(program, interrupted.signal);
addTrainCommand(program, interrupted.signal);
addTrainingsCommands(program, interrupted.signal);
addModelsCommands(program, interrupted.signal);
addStimuliCommands(program, interrupted.signal);
addDataCommands(program, interrupted.signal);
addStoreCommands(program, interrupted.signal);
addServicesCommands(program, interrupted.signal);
withCommonOptions(program);
// What is printed about a wrong command line goes to stderr; a program that asked for JSON gets it as JSON instead.
if (asksForJson()) quiet(program);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}
// A worker or socket that lingers must not keep the command alive.
process.exit();

/** Every command takes them, before or after its name. */
function withCommonOptions(command: Command): void {
  command
    .option('--endpoint <where>', 'services to use: HOST:PORT, or SERVICE=HOST:PORT,… (or OBLIQUE_ENDPOINT)')
    .option(
      '--store <location>',
      'artifact store of services started here: a folder or s3://bucket/prefix (or OBLIQUE_STORE)',
    )
    .option('--json', 'results as JSON on stdout');
  command.commands.forEach(withCommonOptions);
}

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
