import { readNpz } from '@oblique/arrays';
import { servingV1, stimulusV1, type progressV1 } from '@oblique/contracts';
import type { PlotFormat } from '@oblique/report';
import { fetchArtifact, readDigest, ServiceError, UsageError } from '@oblique/service';
import type { Command } from 'commander';
import { addArchitecture, addModelFile, isModelFile, readSeed, readWholeNumber } from '../addModelFile.js';
import { contextOf, type CommandContext } from '../commandContext.js';
import { withServices, type Connection } from '../connection.js';
import { readGridOption, readSetting, readSize } from '../readGridOption.js';
import { readLayers } from '../readLayers.js';
import { readInput, readStretch } from '../stimulusOptions.js';
import { columns, counted, unitOfD } from '../terminal.js';
import { checkOutput, writeOutput } from '../writeOutput.js';
import { collect } from '../collect.js';

interface MeasureOptions {
  readonly model: string;
  readonly stimulus: string;
  readonly variable: string;
  readonly set?: readonly string[];
  readonly grid?: readonly string[];
  readonly layers: string;
  readonly size?: string;
  readonly stretch: string;
  readonly input?: string;
  readonly precision: string;
  readonly derivative: string;
  readonly batch?: string;
  readonly seed: string;
  readonly out?: string;
  readonly plot?: string;
  readonly force?: boolean;
}

const HELP = `
D(y; v) = sum over a layer's units of (dy/dv)^2, exactly, for every layer and grid point; with --derivative
central:0.01 as the authors' code has it, (y(v + 0.01) - y(v - 0.01)) / 0.02 for dy/dv.
Angles are in degrees, lengths in pixels, frequencies in cycles/pixel; D is per radian^2, per pixel^2, per (cycle/pixel)^2.

A grid is NAME=START:STOP/COUNT (the end point is left out) or NAME=VALUE,VALUE,…; several grids are combined.
The .npz holds D/<layer> with one axis a grid, in the order of the --grid options, and the grids under their names.

Examples:
  oblique measure --model net.onnx --stimulus gabor --variable orientation \\
      --grid orientation=0:180/12 --grid phase=-180:180/3 --layers auto --out D.npz --plot D.svg
  oblique measure --model resnet18 --seed 1 --stimulus hue --variable hue --grid hue=0:360/36 --out hue.npz`;

export function addMeasureCommand(program: Command, signal: AbortSignal): void {
  program
    .command('measure')
    .summary("measure what a network's layers are sensitive to")
    .description('Measure the sensitivity D of layers of a network to one parameter of a stimulus.')
    .requiredOption(
      '--model <file|name>',
      'an ONNX file, a model by name or digest, or a built-in architecture',
    )
    .option('--stimulus <family>', 'family of stimuli (see: oblique stimuli list)', 'gabor')
    .option('--variable <name>', 'parameter that is differentiated', 'orientation')
    .option('--set <name=value>', 'value of a parameter (repeat)', collect)
    .option('--grid <name=values>', 'values of a parameter to measure at (repeat)', collect)
    .option(
      '--layers <list>',
      "auto, all, names and patterns with *, by commas; a comma in a name is written '\\,'",
      'auto',
    )
    .option(
      '--size <pixels>',
      'size of the images: 224 or 320x240 (default: what the network fixes, else 224)',
    )
    .option('--stretch <none|minmax>', 'stretch each image to [-1, 1]', 'none')
    .option(
      '--input <direct|imagenet|model>',
      "how images are fed: as they are, ImageNet-normalised, or by the network's own preprocessing (default: the family's)",
    )
    .option(
      '--precision <float32|float64>',
      'what the network is computed in; float64 is exact to 1e-13 and two to four times slower',
      'float32',
    )
    .option(
      '--derivative <exact|central:STEP>',
      'exact, or central differences of a step in the unit that D is per: radians for angles',
      'exact',
    )
    .option('--batch <count>', 'stimuli run at once (default: as the service sees fit)')
    .option('--seed <seed>', 'seed of a built-in architecture', '0')
    .option('--out <file.npz>', 'write D here')
    .option('--plot <file>', 'draw D: .svg, .png or .html')
    .option('--force', 'overwrite existing files')
    .addHelpText('after', HELP)
    .action(async (options: MeasureOptions, command: Command) => {
      await measure(options, contextOf(command, signal));
    });
}

async function measure(
  options: MeasureOptions,
  { terminal, connection: connectionOptions, signal }: CommandContext,
): Promise<void> {
  const grids = (options.grid ?? []).map(readGridOption);
  const batchSize = options.batch === undefined ? 0 : readWholeNumber('--batch', options.batch);
  const seed = readSeed('--seed', options.seed);
  const format = options.plot === undefined ? undefined : await readPlotFormat(options.plot);
  if (format !== undefined && grids.length === 0)
    throw new UsageError('--plot draws D over a grid; give one, e.g. --grid orientation=0:180/12.');
  const isFile = isModelFile(options.model);
  checkOutput(options.out, options.force ?? false);
  checkOutput(options.plot, options.force ?? false);
  const size = options.size === undefined ? { widthPixels: 0, heightPixels: 0 } : readSize(options.size);
  const stimulus: stimulusV1.StimulusSpec = {
    family: options.stimulus,
    ...size,
    stretch: readStretch(options.stretch),
    input: readInput(options.input),
    parameters: Object.fromEntries((options.set ?? []).map(readSetting)),
  };
  await withServices(
    options.plot === undefined ? ['serving'] : ['serving', 'stimulus'],
    connectionOptions,
    terminal,
    async (connection) => {
      const model = isFile
        ? digestOf(await addModelFile(connection, options.model, { name: '', signal }))
        : await resolveModel(connection, options.model, seed, signal);
      const request = {
        model,
        stimulus,
        variable: options.variable,
        grid: grids,
        layers: readLayers(options.layers),
        batchSize,
        precision: readPrecision(options.precision),
        centralDifference: readDerivative(options.derivative),
      };
      const result = await finalResult(connection, request, signal, (progress) => {
        terminal.progress(progress);
      });
      const digest = readDigest(result.artifact?.digest ?? '', 'artifact');
      const bytes = await fetchArtifact(connection.artifacts('serving'), digest, { signal });
      if (options.out !== undefined) await writeOutput(options.out, bytes);
      if (options.plot !== undefined && format !== undefined) {
        const { families } = await connection.stimulus.listFamilies({}, { signal });
        const parameters = families.find(({ name }) => name === options.stimulus)?.parameters ?? [];
        const derivativeUnit = unitOfD(
          parameters.find(({ name }) => name === options.variable)?.derivativeUnit ?? '1',
        );
        const { plotSensitivity } = await drawing();
        const plot = await plotSensitivity(
          {
            arrays: readNpz(bytes),
            axes: grids.map(({ parameter }) => parameter),
            units: Object.fromEntries(parameters.map(({ name, unit }) => [name, unit])),
            periods: Object.fromEntries(
              parameters.flatMap(({ name, period }) => (period === undefined ? [] : [[name, period]])),
            ),
            variable: options.variable,
            ...(derivativeUnit !== '' && { derivativeUnit }),
          },
          format,
        );
        await writeOutput(options.plot, plot);
      }
      for (const warning of result.warnings) terminal.note(`Note: ${warning}`);
      if (result.markedCount > 0) terminal.note(marksText(result));
      terminal.result(describe(result, bytes, options), {
        ...result,
        out: options.out ?? null,
        plot: options.plot ?? null,
      });
    },
  );
}

async function finalResult(
  connection: Connection,
  request: servingV1.MeasureSensitivityRequest,
  signal: AbortSignal,
  onProgress: (progress: progressV1.Progress) => void,
): Promise<servingV1.SensitivityResult> {
  let result: servingV1.SensitivityResult | undefined;
  for await (const { event } of connection.serving.measureSensitivity(request, { signal })) {
    if (event?.$case === 'progress') onProgress(event.value);
    if (event?.$case === 'result') result = event.value;
  }
  if (result === undefined)
    throw new ServiceError('INTERNAL', 'The serving service ended the measurement without a result.');
  return result;
}

/** A held model is taken as it is, a built-in architecture built. */
async function resolveModel(
  connection: Connection,
  model: string,
  seed: string,
  signal: AbortSignal,
): Promise<string> {
  try {
    await connection.serving.describeModel({ model, allTensors: false }, { signal });
    return model;
  } catch (error) {
    const unknown = ServiceError.from(error);
    if (unknown.reason !== 'UNKNOWN_MODEL') throw unknown;
    try {
      return digestOf(await addArchitecture(connection, model, seed, { name: '', signal }));
    } catch (cause) {
      const refused = ServiceError.from(cause);
      if (refused.reason !== 'INVALID_ARGUMENT') throw refused;
      throw new ServiceError('UNKNOWN_MODEL', `${unknown.message} ${refused.message}`, {
        field: 'model',
        cause,
      });
    }
  }
}

function digestOf({ artifact }: servingV1.Model): string {
  return artifact?.digest ?? '';
}

/** How many values of D are no numbers, and the reason for the first of each layer. */
function marksText({ marked, markedCount, pointCount, layers }: servingV1.SensitivityResult): string {
  const first = layers.flatMap(({ name }) => marked.find(({ layer }) => layer === name) ?? []);
  const reasons = first.map(({ layer, message }) => `${layer}: ${message}`);
  return [
    `D is no finite number at ${markedCount} of ${layers.length * pointCount} values (layers × points). They are NaN in the archive, gaps in the plot, and not among the means below.`,
    ...reasons,
  ].join('\n');
}

function describe(result: servingV1.SensitivityResult, bytes: Uint8Array, options: MeasureOptions): string {
  const arrays = readNpz(bytes);
  const rows = result.layers.map(({ name, operator }) => {
    const d = [...(arrays.get(`D/${name}`)?.data ?? [])].map(Number).filter(Number.isFinite);
    if (d.length === 0) return [name, operator, 'not finite', '', ''];
    const [mean, low, high] = [
      d.reduce((sum, value) => sum + value, 0) / d.length,
      d.reduce((least, value) => Math.min(least, value), Infinity),
      d.reduce((most, value) => Math.max(most, value), -Infinity),
    ];
    return [name, operator, ...[mean, low, high].map((value) => value.toPrecision(4))];
  });
  const stimuli =
    result.computedCount === result.pointCount
      ? ''
      : ` (${counted(result.computedCount, 'stimulus', 'different stimuli')})`;
  const leftOut = result.leftOut.map(({ reason }) => `left out: ${reason}`);
  const points = `${counted(result.pointCount, 'point', 'points')}${stimuli}, ${result.executor} on ${result.device}`;
  const time = result.cached ? 'from the store' : `${result.seconds.toFixed(1)} s`;
  const written = [options.out, options.plot]
    .filter((path) => path !== undefined)
    .map((path) => `Wrote ${path}`);
  return [
    columns(['layer', 'operator', 'D mean', 'D least', 'D most'], rows),
    '',
    ...fedText(result.stimulus),
    `${points}, ${time}`,
    ...leftOut,
    ...written,
  ].join('\n');
}

/** What the network was shown, and how. */
function fedText(stimulus: stimulusV1.StimulusSpec | undefined): string[] {
  if (stimulus === undefined) return [];
  const { family, widthPixels, heightPixels, parameters, input, stretch } = stimulus;
  const values = Object.entries(parameters).map(
    ([name, value]) => ` ${name}=${Number(value.toPrecision(6))}`,
  );
  const stretched = stretch === stimulusV1.Stretch.STRETCH_MINMAX ? ', stretched to [-1, 1]' : '';
  return [
    `Stimulus: ${family},${values.join('')}, in images of ${widthPixels} x ${heightPixels}${stretched} (degrees, pixels, cycles/pixel)`,
    `Input: ${INPUTS.get(input) ?? 'unknown'}`,
  ];
}

const INPUTS: ReadonlyMap<stimulusV1.InputEncoding, string> = new Map([
  [stimulusV1.InputEncoding.INPUT_ENCODING_DIRECT, 'direct, the image as it is'],
  [stimulusV1.InputEncoding.INPUT_ENCODING_IMAGENET, 'imagenet, (x - mean) / std with those of ImageNet'],
  [stimulusV1.InputEncoding.INPUT_ENCODING_MODEL, "model, by the network's own preprocessing"],
]);

async function readPlotFormat(path: string): Promise<PlotFormat> {
  const { plotFormat } = await drawing();
  try {
    return plotFormat(path);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Loaded where something is drawn: it takes as long to load as the rest of the command. */
async function drawing(): Promise<typeof import('@oblique/report')> {
  return import('@oblique/report');
}

function readPrecision(text: string): servingV1.Precision {
  if (text === 'float32') return servingV1.Precision.PRECISION_FLOAT32;
  if (text === 'float64') return servingV1.Precision.PRECISION_FLOAT64;
  throw new UsageError(`--precision ${text} is unknown; give float32 or float64.`);
}

/** What `--derivative` asks for; undefined: the exact derivative. */
function readDerivative(text: string): servingV1.CentralDifference | undefined {
  if (text === 'exact') return undefined;
  const step = text.startsWith('central:') ? Number(text.slice('central:'.length)) : NaN;
  if (Number.isFinite(step) && step > 0) return { step };
  throw new UsageError(
    `--derivative ${text} is unknown; give exact, or central: and a step above 0 in the unit that D is per (radians for angles), e.g. central:0.01.`,
  );
}
