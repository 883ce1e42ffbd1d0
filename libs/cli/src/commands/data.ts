import type { artifactV1, datasetV1, statisticsV1 } from '@oblique/contracts';
import { fetchArtifact, readDigest, ServiceError, UsageError } from '@oblique/service';
import type { Command } from 'commander';
import { join } from 'node:path';
import { readWholeNumber } from '../addModelFile.js';
import { contextOf, type CommandContext } from '../commandContext.js';
import { withServices, type Connection } from '../connection.js';
import { describeText } from '../describeText.js';
import { addDatasetOptions, readDatasetOptions, type DatasetOptions } from '../sceneOptions.js';
import { skippedText } from '../skippedText.js';
import { checkOutput, writeOutput } from '../writeOutput.js';

interface DescribeOptions extends DatasetOptions {
  readonly images: string;
  readonly out?: string;
  readonly force?: boolean;
}

interface PreviewOptions extends DatasetOptions {
  readonly examples: string;
  readonly out: string;
  readonly force?: boolean;
}

const FILES = { sheet: 'contact-sheet.png', statistics: 'image-statistics.npz' };

const HELP = `
Data are "scenes" (the built-in procedural world; synthetic), or where images are: a folder or tar archive with one
folder a class, CIFAR in binary, ImageNet32 (.npz) or a stack of images (.npy), on disk, at s3:// or at http(s)://.`;

export function addDataCommands(program: Command, signal: AbortSignal): void {
  const data = program
    .command('data')
    .summary('describe and preview images to learn from')
    .description('Sets of images that networks learn from.');

  addDatasetOptions(
    data
      .command('describe <data>')
      .description('Classes, unreadable files, orientations, hues and spectrum of images.'),
  )
    .option('--images <count>', 'look at so many, evenly over the classes', '2000')
    .option('--out <folder>', `write ${FILES.sheet} and ${FILES.statistics} here`)
    .option('--force', 'overwrite existing files')
    .addHelpText(
      'after',
      `${HELP}\n\nExamples:\n  oblique data describe photographs.tar\n  oblique data describe scenes --prior oblique --out world`,
    )
    .action(async (source: string, options: DescribeOptions, command: Command) => {
      await describe(readDatasetOptions(source, options), options, contextOf(command, signal));
    });

  addDatasetOptions(data.command('preview <data>').description('A sheet of example images as one PNG.'))
    .option('--examples <count>', 'how many, evenly over the classes', '100')
    .requiredOption('--out <file.png>', 'file to write')
    .option('--force', 'overwrite an existing file')
    .addHelpText('after', `${HELP}\n\nExample:\n  oblique data preview scenes --out scenes.png`)
    .action(async (source: string, options: PreviewOptions, command: Command) => {
      await preview(readDatasetOptions(source, options), options, contextOf(command, signal));
    });
}

async function describe(
  dataset: datasetV1.Dataset,
  { images, out, force = false }: DescribeOptions,
  context: CommandContext,
): Promise<void> {
  const request = {
    dataset,
    images: readWholeNumber('--images', images),
    examples: 0,
    augmentation: undefined,
  };
  const paths =
    out === undefined ? undefined : { sheet: join(out, FILES.sheet), npz: join(out, FILES.statistics) };
  checkOutput(paths?.sheet, force);
  checkOutput(paths?.npz, force);
  const { terminal, connection, signal } = context;
  await withServices(['statistics'], connection, terminal, async (services) => {
    const description = await described(services, request, context);
    if (paths !== undefined) {
      await save(services, description.contactSheet, paths.sheet, signal);
      await save(services, description.statistics, paths.npz, signal);
    }
    const written = Object.values(paths ?? {}).map((path) => `Wrote ${path}`);
    terminal.result([describeText(description), ...written].join('\n'), { ...description, out: out ?? null });
  });
}

async function preview(
  dataset: datasetV1.Dataset,
  { examples, out, force = false }: PreviewOptions,
  context: CommandContext,
): Promise<void> {
  const count = readWholeNumber('--examples', examples);
  if (!out.endsWith('.png')) throw new UsageError(`--out ${out}: the sheet is a .png.`);
  checkOutput(out, force);
  const { terminal, connection, signal } = context;
  await withServices(['statistics'], connection, terminal, async (services) => {
    const request = { dataset, images: count, examples: count, augmentation: undefined };
    const { contactSheet, kind, skipped } = await described(services, request, context);
    await save(services, contactSheet, out, signal);
    const passedOver = skippedText(skipped);
    terminal.result([`Wrote ${out}: ${kind}.`, ...(passedOver ? [`Skipped ${passedOver}`] : [])].join('\n'), {
      out,
      kind,
      skipped,
    });
  });
}

async function described(
  { statistics }: Connection,
  request: statisticsV1.DescribeImagesRequest,
  { terminal, signal }: CommandContext,
): Promise<statisticsV1.ImagesDescription> {
  let result: statisticsV1.ImagesDescription | undefined;
  for await (const { event } of statistics.describeImages(request, { signal })) {
    if (event?.$case === 'progress') terminal.progress(event.value);
    if (event?.$case === 'result') result = event.value;
  }
  if (result === undefined)
    throw new ServiceError('INTERNAL', 'The statistics service ended the description without a result.');
  return result;
}

async function save(
  services: Connection,
  artifact: artifactV1.ArtifactRef | undefined,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const digest = readDigest(artifact?.digest ?? '', 'artifact');
  await writeOutput(path, await fetchArtifact(services.artifacts('statistics'), digest, { signal }));
}
