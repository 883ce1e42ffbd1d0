import { servingV1, type artifactV1, type trainingV1 } from '@oblique/contracts';
import { defaultHome, findRunning } from '@oblique/launcher';
import { fetchArtifact, readDigest, ServiceError, UsageError } from '@oblique/service';
import type { Command } from 'commander';
import { addModelFile, isModelFile, modelNameOf } from '../addModelFile.js';
import { contextOf, type CommandContext } from '../commandContext.js';
import { withServices, type Connection } from '../connection.js';
import { followTraining, shortId } from '../followTraining.js';
import { skippedText } from '../skippedText.js';
import { duration } from '../terminal.js';
import { addTrainingOptions, readTrainingOptions, type TrainingOptions } from '../trainingOptions.js';
import { checkOutput, writeOutput } from '../writeOutput.js';

interface TrainOptions extends TrainingOptions {
  readonly name?: string;
  readonly replace?: boolean;
  readonly out?: string;
  readonly force?: boolean;
  readonly detach?: boolean;
}

const HELP = `
A training is known by the hash of what it is: the same command again joins it while it runs, goes on with it where it
was interrupted, and gives its result at once where it is done. Ctrl-C cancels it, keeping all that it learned.
A network is trained with the preprocessing that it declares, else with ImageNet's normalisation, which it then declares.

Examples:
  oblique train --network small_resnet --data scenes --task object-orientation --steps 300 --warm-up 30 --out world.onnx
  oblique train --network small_resnet --task tilt --prior oblique --rotate-in-disc --steps 300 --name oblique-world
  oblique train --network resnet18 --width 0.25 --data photos.tar --crop random --flip --epochs 10 --seed 1`;

export function addTrainCommand(program: Command, signal: AbortSignal): void {
  addTrainingOptions(
    program
      .command('train')
      .summary('train a network on scenes or your images')
      .description(
        'Train a built-in architecture, or any ONNX network, on synthetic scenes or your own images.',
      ),
  )
    .option('--name <name>', 'register the trained model, e.g. for "oblique measure --model NAME"')
    .option('--replace', 'give the name to this model if it names another')
    .option('--out <file.onnx>', 'write the trained model here')
    .option('--force', 'overwrite an existing file')
    .option('--detach', 'only start it, on services that stay')
    .addHelpText('after', HELP)
    .action(async (options: TrainOptions, command: Command) => {
      await train(options, contextOf(command, signal));
    });
}

async function train(
  options: TrainOptions,
  { terminal, connection: connectionOptions, signal }: CommandContext,
): Promise<void> {
  checkOutput(options.out, options.force ?? false);
  if (options.detach === true) await checkDetached(options, connectionOptions.endpoint);
  readTrainingOptions(options, undefined);
  await withServices(['training', 'serving'], connectionOptions, terminal, async (connection) => {
    const spec = readTrainingOptions(options, await givenModel(connection, options.network, signal));
    const label = options.name ?? modelNameOf(options.network);
    const { training } = await connection.training.startTraining({ spec, label }, { signal });
    if (training === undefined)
      throw new ServiceError('INTERNAL', 'The training service started a training and did not say which.');
    const { id } = training;
    if (options.detach === true) {
      terminal.result(
        `Training ${shortId(id)}. Follow it with: oblique trainings watch ${shortId(id)}`,
        training,
      );
      return;
    }
    terminal.note(`Training ${shortId(id)}`);
    const ended = await followTraining(connection, id, terminal, signal, 'cancel');
    const written = await keepModel(connection, ended, options, signal);
    const { seconds = 0, device = '', executor = '' } = ended.result ?? {};
    const done = `${ended.step} steps in ${duration(seconds)}, ${executor} on ${device}`;
    const passedOver = skippedText(ended.skipped);
    terminal.result([done, ...(passedOver ? [`Skipped ${passedOver}`] : []), ...written].join('\n'), {
      ...ended,
      out: options.out ?? null,
    });
  });
}

/** @throws UsageError where the training would end with the command. */
async function checkDetached({ out, name }: TrainOptions, endpoint: string | undefined): Promise<void> {
  if (out !== undefined || name !== undefined)
    throw new UsageError('--out and --name need the trained model, for which --detach does not wait.');
  const stated = endpoint ?? (process.env['OBLIQUE_ENDPOINT'] || undefined);
  if (stated === undefined && (await findRunning(defaultHome())) === undefined)
    throw new UsageError('--detach needs services that stay; start them with: oblique up');
}

/** The model that a file, name or digest stands for; undefined: a built-in architecture is meant. */
async function givenModel(
  connection: Connection,
  network: string,
  signal: AbortSignal,
): Promise<artifactV1.ArtifactRef | undefined> {
  if (isModelFile(network)) return (await addModelFile(connection, network, { name: '', signal })).artifact;
  try {
    const { model } = await connection.serving.describeModel(
      { model: network, allTensors: false },
      { signal },
    );
    return model?.artifact;
  } catch (error) {
    const unknown = ServiceError.from(error);
    if (unknown.reason !== 'UNKNOWN_MODEL') throw unknown;
    return undefined;
  }
}

/** Writes and registers the trained model as asked, and says so. */
async function keepModel(
  connection: Connection,
  { result }: trainingV1.Training,
  { out, name, replace }: TrainOptions,
  signal: AbortSignal,
): Promise<string[]> {
  const digest = readDigest(result?.model?.digest ?? '', 'model');
  const said: string[] = [];
  if (out !== undefined) {
    await writeOutput(out, await fetchArtifact(connection.artifacts('training'), digest, { signal }));
    said.push(`Wrote ${out}`);
  }
  if (name !== undefined) {
    const header = servingV1.AddModelRequest_Header.fromPartial({
      name,
      replace: replace ?? false,
      source: { $case: 'digest', value: digest },
    });
    await connection.serving.addModel([{ part: { $case: 'header', value: header } }], { signal });
    said.push(`Measure it with: oblique measure --model ${name} --input model`);
  }
  return said;
}
