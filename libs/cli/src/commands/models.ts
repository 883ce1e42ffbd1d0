import type { servingV1 } from '@oblique/contracts';
import { UsageError } from '@oblique/service';
import type { Command } from 'commander';
import {
  addArchitecture,
  addModelFile,
  isModelFile,
  modelNameOf,
  readTriple,
  readSeed,
} from '../addModelFile.js';
import { contextOf } from '../commandContext.js';
import { withServices } from '../connection.js';
import { byteSize, columns } from '../terminal.js';

interface AddOptions {
  readonly name?: string;
  readonly replace?: boolean;
  readonly order: string;
  readonly scale: string;
  readonly mean?: string;
  readonly std?: string;
  readonly seed: string;
}

export function addModelsCommands(program: Command, signal: AbortSignal): void {
  const models = program
    .command('models')
    .summary('add, list, show and remove models')
    .description('The models that the serving service holds.');

  models
    .command('add <file|architecture>')
    .description(
      'Add an ONNX file, or a built-in architecture (resnet18, vgg16_bn, alexnet, …) untrained from a seed.',
    )
    .option('--name <name>', "name to register it under (default: the file's, or ARCHITECTURE@SEED)")
    .option('--replace', 'give the name to this model if it names another')
    .option('--order <RGB|BGR>', 'order of the channels that the network takes', 'RGB')
    .option('--scale <number>', 'what [0, 1] is multiplied by: 1, or 255 for networks that take bytes', '1')
    .option(
      '--mean <r,g,b>',
      'of red, green and blue (in this order also for BGR networks), subtracted after scaling',
    )
    .option('--std <r,g,b>', 'of red, green and blue, divided by last')
    .option('--seed <seed>', 'seed of a built-in architecture', '0')
    .addHelpText(
      'after',
      `
With --order, --scale, --mean or --std the network's preprocessing, (x * scale - mean) / std of x in [0, 1], is kept with
it, for "oblique measure --input model".

Examples:
  oblique models add net.onnx --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225
  oblique models add resnet18 --seed 1`,
    )
    .action(async (source: string, options: AddOptions, command: Command) => {
      const { terminal, connection } = contextOf(command, signal);
      const isFile = isModelFile(source);
      const seed = readSeed('--seed', options.seed);
      const model = await withServices(['serving'], connection, terminal, (services) => {
        const name = options.name ?? (isFile ? modelNameOf(source) : `${source}@${seed}`);
        const asked = { name, replace: options.replace, preprocessing: readPreprocessing(options), signal };
        return isFile
          ? addModelFile(services, source, asked)
          : addArchitecture(services, source, seed, asked);
      });
      terminal.result(describe(model), model);
    });

  models
    .command('list')
    .description('List the registered models.')
    .action(async (_options: object, command: Command) => {
      const { terminal, connection } = contextOf(command, signal);
      const { models: held, broken } = await withServices(['serving'], connection, terminal, ({ serving }) =>
        serving.listModels({}, { signal }),
      );
      for (const { name, reason } of broken) terminal.note(`${name} cannot be read: ${reason}`);
      const rows = held.map(({ name, parameterCount, layers, artifact }) => [
        name,
        String(parameterCount),
        String(layers.length),
        byteSize(artifact?.sizeBytes ?? 0),
        artifact?.digest.slice(0, 19) ?? '',
      ]);
      terminal.result(
        rows.length === 0
          ? 'No models are registered.'
          : columns(['name', 'parameters', 'layers', 'size', 'digest'], rows),
        held,
      );
    });

  models
    .command('show <model>')
    .description('Show one model, by name or digest.')
    .action(async (name: string, _options: object, command: Command) => {
      const { terminal, connection } = contextOf(command, signal);
      const { model } = await withServices(['serving'], connection, terminal, ({ serving }) =>
        serving.describeModel({ model: name, allTensors: false }, { signal }),
      );
      if (model !== undefined) terminal.result(describe(model), model);
    });

  models
    .command('layers <model>')
    .description('List the layers that "auto" measures, or with --all every tensor that can be measured.')
    .option('--all', 'every tensor')
    .action(async (name: string, options: { readonly all?: boolean }, command: Command) => {
      const { terminal, connection } = contextOf(command, signal);
      const { model, tensors } = await withServices(['serving'], connection, terminal, (services) =>
        services.serving.describeModel({ model: name, allTensors: options.all ?? false }, { signal }),
      );
      const layers = options.all === true ? tensors : (model?.layers ?? []);
      terminal.result(layerTable(layers), layers);
    });

  models
    .command('remove <model>')
    .description("Forget a model's name. What was measured on it stays.")
    .action(async (name: string, _options: object, command: Command) => {
      const { terminal, connection } = contextOf(command, signal);
      await withServices(['serving'], connection, terminal, ({ serving }) =>
        serving.removeModel({ name }, { signal }),
      );
      terminal.result(`Removed ${name}.`, { removed: name });
    });
}

function layerTable(layers: readonly servingV1.Layer[]): string {
  return columns(
    ['layer', 'tensor', 'operator'],
    layers.map(({ name, tensor, operator }) => [name, tensor, operator]),
  );
}

function describe(model: servingV1.Model): string {
  const { preprocessing } = model;
  const tensor = ({ name, datatype, shape }: servingV1.TensorInfo): string =>
    `${name} ${datatype} [${shape.join(', ')}]`;
  return [
    `name           ${model.name || '(not registered)'}`,
    `digest         ${model.artifact?.digest ?? ''}`,
    `size           ${byteSize(model.artifact?.sizeBytes ?? 0)}, ${model.parameterCount} parameters, opset ${model.opset}`,
    `input          ${model.inputs.map(tensor).join('; ')}`,
    `outputs        ${model.outputs.map(({ name }) => name).join(', ')}`,
    `preprocessing  ${preprocessing === undefined ? 'not declared' : `${preprocessing.channelOrder}, (x * ${preprocessing.scale} - [${preprocessing.mean.join(', ')}]) / [${preprocessing.std.join(', ')}]`}`,
    `operators      ${Object.entries(model.operators)
      .map(([op, count]) => `${op} ${count}`)
      .join(', ')}`,
    ...(model.unsupportedOperators.length === 0
      ? []
      : [`not supported  ${model.unsupportedOperators.join(', ')}: no sensitivity beyond them`]),
    '',
    layerTable(model.layers),
  ].join('\n');
}

function readPreprocessing({ order, scale, mean, std }: AddOptions): servingV1.Preprocessing | undefined {
  if (mean === undefined && std === undefined && order === 'RGB' && scale === '1') return undefined;
  if (order !== 'RGB' && order !== 'BGR') throw new UsageError(`--order is RGB or BGR, not ${order}.`);
  const factor = Number(scale);
  if (!(factor > 0 && Number.isFinite(factor)))
    throw new UsageError(`--scale takes a positive number, not ${JSON.stringify(scale)}.`);
  return {
    channelOrder: order,
    scale: factor,
    mean: mean === undefined ? [0, 0, 0] : readTriple('--mean', mean),
    std: std === undefined ? [1, 1, 1] : readDivisors(std),
  };
}

function readDivisors(std: string): number[] {
  const values = readTriple('--std', std);
  if (values.every((value) => value > 0)) return values;
  throw new UsageError(`--std is what the channels are divided by: three numbers above 0, not ${std}.`);
}
