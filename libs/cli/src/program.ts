import { Command } from 'commander';
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

const HELP = `
A first measurement:
  oblique measure --model net.onnx --grid orientation=0:180/12 --grid phase=-180:180/3 --out D.npz --plot D.svg

The paper, on your networks:
  oblique reproduce --networks net.onnx --out report

Commands use the services at --endpoint, else those that "oblique up" started, else start what they need themselves.
Exit codes: 0 done, 1 failed, 2 wrong command line or request, 3 not found, 4 no service answers, 5 something is in
the way (a file, a name), 130 interrupted.`;

/**
 * The command line: every command with its options.
 * @param signal Aborted when the user interrupts.
 */
export function createProgram(signal: AbortSignal): Command {
  const program = new Command('oblique')
    .description('Measures exactly what a vision network is sensitive to, in every layer at once.')
    .version('0.1.0')
    .showHelpAfterError('Use --help to see what is possible.')
    .addHelpText('after', HELP)
    .exitOverride();
  addMeasureCommand(program, signal);
  addReproduceCommand(program, signal);
  addRunCommand(program, signal);
  addTrainCommand(program, signal);
  addTrainingsCommands(program, signal);
  addModelsCommands(program, signal);
  addStimuliCommands(program, signal);
  addDataCommands(program, signal);
  addStoreCommands(program, signal);
  addServicesCommands(program, signal);
  withCommonOptions(program);
  return program;
}

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
