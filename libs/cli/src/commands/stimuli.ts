import { ndarray, readNpy, sizeOf, type NdArray } from '@oblique/arrays';
import { stimulusV1 } from '@oblique/contracts';
import type { LabelledImage } from '@oblique/report';
import { fetchArtifact, readDigest, ServiceError, UsageError } from '@oblique/service';
import type { Command } from 'commander';
import { join } from 'node:path';
import { contextOf } from '../commandContext.js';
import { withServices, type Connection } from '../connection.js';
import { readGridOption, readSetting, readSize } from '../readGridOption.js';
import { readInput, readStretch } from '../stimulusOptions.js';
import { columns, unitOfD } from '../terminal.js';
import { checkOutput, writeOutput } from '../writeOutput.js';
import { collect } from '../collect.js';

interface RenderOptions {
  readonly set?: readonly string[];
  readonly grid?: readonly string[];
  readonly size: string;
  readonly stretch: string;
  readonly input: string;
  readonly variable?: string;
  readonly out: string;
  readonly force?: boolean;
}

export function addStimuliCommands(program: Command, signal: AbortSignal): void {
  const stimuli = program
    .command('stimuli')
    .summary('list, render and survey the stimuli')
    .description('Families of stimuli: images as smooth functions of a few numbers.');

  stimuli
    .command('list')
    .description('List the families with their parameters, units, ranges and defaults.')
    .action(async (_options: object, command: Command) => {
      const { terminal, connection } = contextOf(command, signal);
      const { families } = await withServices(['stimulus'], connection, terminal, ({ stimulus }) =>
        stimulus.listFamilies({}, { signal }),
      );
      terminal.result(families.map(describe).join('\n\n'), families);
    });

  stimuli
    .command('render <family>')
    .description(
      'Render images (PNG for people, .npy for programs), and their derivatives with --variable, into a folder.',
    )
    .option('--set <name=value>', 'value of a parameter (repeat)', collect)
    .option('--grid <name=values>', 'values of a parameter to render at (repeat)', collect)
    .option('--variable <name>', 'also render d image / d this parameter')
    .option('--size <pixels>', '224 or 320x240', '224')
    .option('--stretch <none|minmax>', 'stretch each image to [-1, 1]', 'none')
    .option('--input <direct|imagenet>', 'as it is, or ImageNet-normalised', 'direct')
    .requiredOption('--out <folder>', 'folder to write to')
    .option('--force', 'overwrite existing files')
    .addHelpText(
      'after',
      '\nExample:\n  oblique stimuli render gabor --grid orientation=0:180/8 --variable orientation --out gabors',
    )
    .action(async (family: string, options: RenderOptions, command: Command) => {
      const { terminal, connection } = contextOf(command, signal);
      const force = options.force ?? false;
      if (options.input === 'model')
        throw new UsageError('--input model needs a network; images are rendered direct or imagenet.');
      for (const name of ['images.npy', 'derivatives.npy', 'contact-sheet.png'])
        checkOutput(join(options.out, name), force);
      const request: stimulusV1.RenderStimulusRequest = {
        stimulus: {
          family,
          ...readSize(options.size),
          stretch: readStretch(options.stretch),
          input: readInput(options.input),
          parameters: Object.fromEntries((options.set ?? []).map(readSetting)),
        },
        grid: (options.grid ?? []).map(readGridOption),
        variable: options.variable ?? '',
      };
      const written = await withServices(['stimulus'], connection, terminal, async (services) => {
        const response = await services.stimulus.renderStimulus(request, { signal });
        const { images, derivatives, pictures, contactSheet: sheet } = response;
        const files = [
          { path: 'images.npy', ref: images },
          { path: 'derivatives.npy', ref: derivatives },
          { path: 'contact-sheet.png', ref: sheet },
          ...pictures.map((ref, index) => ({ path: `${String(index).padStart(4, '0')}.png`, ref })),
        ];
        const paths: string[] = [];
        for (const { path, ref } of files) {
          if (ref === undefined) continue;
          const whole = join(options.out, path);
          checkOutput(whole, force);
          await writeOutput(
            whole,
            await fetchArtifact(services.artifacts('stimulus'), readDigest(ref.digest, 'artifact'), {
              signal,
            }),
          );
          paths.push(whole);
        }
        return paths;
      });
      terminal.result(`Wrote ${written.length} files to ${options.out}.`, { files: written });
    });

  stimuli
    .command('gallery')
    .description('A contact sheet of every family swept over every parameter, as one PNG.')
    .requiredOption('--out <file.png>', 'file to write')
    .option('--force', 'overwrite an existing file')
    .action(async (options: { readonly out: string; readonly force?: boolean }, command: Command) => {
      const { terminal, connection } = contextOf(command, signal);
      if (!options.out.endsWith('.png')) throw new UsageError(`--out ${options.out}: the gallery is a .png.`);
      checkOutput(options.out, options.force ?? false);
      const images = await withServices(['stimulus'], connection, terminal, (services) =>
        galleryImages(services, signal),
      );
      const { contactSheet } = await import('@oblique/report');
      await writeOutput(options.out, await contactSheet({ images, columns: 12, tilePixels: 112 }));
      terminal.result(`Wrote ${options.out}: ${images.length} images.`, {
        out: options.out,
        images: images.length,
      });
    });
}

const GALLERY_SIZE_PIXELS = 112;

async function galleryImages(services: Connection, signal: AbortSignal): Promise<LabelledImage[]> {
  const { families } = await services.stimulus.listFamilies({}, { signal });
  const sheets = families.flatMap((family) => family.parameters.map((parameter) => ({ family, parameter })));
  const images: LabelledImage[] = [];
  for (const { family, parameter } of sheets) {
    const { images: rendered } = await services.stimulus.renderStimulus(
      {
        stimulus: {
          family: family.name,
          widthPixels: GALLERY_SIZE_PIXELS,
          heightPixels: GALLERY_SIZE_PIXELS,
          stretch: stimulusV1.Stretch.STRETCH_NONE,
          input: stimulusV1.InputEncoding.INPUT_ENCODING_DIRECT,
          parameters: {},
        },
        grid: [{ parameter: parameter.name, values: parameter.sweep }],
        variable: '',
      },
      { signal },
    );
    if (rendered === undefined)
      throw new ServiceError('INTERNAL', `The stimulus service rendered no ${family.name}.`);
    const pixels = readNpy(
      await fetchArtifact(services.artifacts('stimulus'), readDigest(rendered.digest, 'images'), { signal }),
    );
    const unit = parameter.unit === '1' ? '' : parameter.unit === 'degree' ? '°' : ` ${parameter.unit}`;
    parameter.sweep.forEach((value, index) => {
      images.push({
        label: `${value}${unit}`,
        group: `${family.name}: ${parameter.name}`,
        pixels: imageAt(pixels, index),
        range: [family.blackValue, family.whiteValue],
      });
    });
  }
  return images;
}

/** One image [3, H, W] out of [N, 3, H, W]. */
function imageAt(images: NdArray, index: number): NdArray {
  const shape = images.shape.slice(1);
  const size = sizeOf(shape);
  if (images.dtype !== 'float32')
    throw new ServiceError('INTERNAL', `Rendered images are float32, not ${images.dtype}.`);
  return ndarray('float32', shape, images.data.slice(index * size, (index + 1) * size));
}

function describe({ name, description, formula, parameters }: stimulusV1.Family): string {
  const rows = parameters.map((parameter) => [
    `  ${parameter.name}`,
    parameter.unit === '1' ? '' : parameter.unit,
    `${parameter.minimum} to ${parameter.maximum}`,
    String(parameter.defaultValue),
    unitOfD(parameter.derivativeUnit),
    parameter.description,
  ]);
  return `${name}: ${description}\n  ${formula}\n${columns(['  parameter', 'unit', 'range', 'default', 'D', ''], rows)}`;
}
