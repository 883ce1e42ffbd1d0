import { datasetV1, trainingV1, type artifactV1 } from '@oblique/contracts';
import { UsageError } from '@oblique/service';
import type { Command } from 'commander';
import { readSeed, readWholeNumber } from './addModelFile.js';
import { addDatasetOptions, readDatasetOptions, type DatasetOptions } from './sceneOptions.js';

/** Options that say how a network is trained. */
export interface TrainingOptions extends DatasetOptions {
  readonly network: string;
  readonly width: string;
  readonly size?: string;
  readonly initialScale?: string;
  readonly data: string;
  readonly task: string;
  readonly crop?: string;
  readonly flip?: boolean;
  readonly rotate: string;
  readonly rotateBeforeCrop?: boolean;
  readonly rotateInDisc?: boolean;
  readonly hue: string;
  readonly steps?: string;
  readonly epochs?: string;
  readonly batch: string;
  readonly optimiser: string;
  readonly momentum: string;
  readonly weightDecay: string;
  readonly clip: string;
  readonly schedule: string;
  readonly learningRate: string;
  readonly warmUp: string;
  readonly fallEvery?: string;
  readonly checkpoints?: string;
  readonly heldOut: string;
  readonly seed: string;
}

const TASKS: Readonly<Record<string, datasetV1.Task>> = {
  class: datasetV1.Task.TASK_CLASS,
  tilt: datasetV1.Task.TASK_TILT,
  'hue-turn': datasetV1.Task.TASK_HUE_TURN,
  'object-orientation': datasetV1.Task.TASK_OBJECT_ORIENTATION,
  reconstruction: datasetV1.Task.TASK_RECONSTRUCTION,
  contrast: datasetV1.Task.TASK_CONTRAST,
};

const SCHEDULES: Readonly<Record<string, trainingV1.Schedule_Kind>> = {
  constant: trainingV1.Schedule_Kind.KIND_CONSTANT,
  step: trainingV1.Schedule_Kind.KIND_STEP,
  cosine: trainingV1.Schedule_Kind.KIND_COSINE,
};

/** At how many steps the accuracy on images kept out is taken. */
const HELD_OUT_STEPS = 10;

export function addTrainingOptions(command: Command): Command {
  return addDatasetOptions(
    command
      .requiredOption(
        '--network <name|file>',
        'a built-in architecture, or a model to train on: name, digest or file',
      )
      .option('--width <factor>', "factor on an architecture's numbers of channels", '1')
      .option(
        '--size <pixels>',
        "height and width that an architecture sees (default: the data's, at most 224)",
      )
      .option('--initial-scale <factor>', "factor on an architecture's initial weights")
      .option(
        '--data <scenes|where>',
        'the synthetic scenes, or a folder, archive or address of images',
        'scenes',
      ),
  )
    .option(`--task <task>`, `what is learned: ${Object.keys(TASKS).join(', ')}`, 'class')
    .option(
      '--crop <random|fraction>',
      'random crops as for ImageNet, or this fraction of the centre (default: all)',
    )
    .option('--flip', 'flip images horizontally, every second time')
    .option('--rotate <degrees>', 'turn every image counter-clockwise', '0')
    .option('--rotate-before-crop', 'turn the whole image rather than the crop')
    .option('--rotate-in-disc', 'turn within a disc on grey, so that no corner tells the angle')
    .option('--hue <degrees>', 'shift the hue of every image', '0')
    .option('--steps <count>', 'how many steps are made')
    .option('--epochs <count>', 'or how often the images are gone through (default: once)')
    .option('--batch <count>', 'images a step', '128')
    .option('--optimiser <sgd|adam>', 'sgd has Nesterov momentum', 'sgd')
    .option('--momentum <number>', 'of sgd; 0: none', '0.9')
    .option('--weight-decay <number>', 'pull of weights towards 0', '5e-4')
    .option('--clip <norm>', 'longest gradient; 0: any', '2')
    .option(`--schedule <name>`, `of the learning rate: ${Object.keys(SCHEDULES).join(', ')}`, 'cosine')
    .option('--learning-rate <number>', 'the largest learning rate', '0.05')
    .option('--warm-up <steps>', 'steps over which the learning rate rises from 0', '0')
    .option('--fall-every <steps>', 'steps after which the schedule "step" divides by 10')
    .option('--checkpoints <steps>', 'steps whose model is kept, by commas: 0,100, every:500, log:8')
    .option('--held-out <fraction>', `images kept out; accuracy on them at ${HELD_OUT_STEPS} steps`, '0')
    .option('--seed <seed>', 'of weights, order, crops and dropout', '0');
}

/**
 * The specification that the command line says.
 * @param model The model to train on, where it is no built-in architecture.
 * @throws UsageError
 */
export function readTrainingOptions(
  options: TrainingOptions,
  model: artifactV1.ArtifactRef | undefined,
): trainingV1.TrainingSpec {
  const heldOutFraction = readNumber('--held-out', options.heldOut);
  const momentum = options.optimiser === 'adam' ? 0 : readNumber('--momentum', options.momentum);
  const network: Parameters<typeof trainingV1.NetworkTraining.fromPartial>[0] = {
    start: model === undefined ? architecture(options) : { $case: 'model', value: model },
    initialScale:
      options.initialScale === undefined ? 0 : readNumber('--initial-scale', options.initialScale),
    dataset: readDatasetOptions(options.data, options),
    task: readChoice('--task', options.task, TASKS),
    augmentation: {
      crop: readCrop(options.crop),
      horizontalFlip: options.flip ?? false,
      rotationDeg: readNumber('--rotate', options.rotate),
      rotationOrder:
        options.rotateBeforeCrop === true
          ? datasetV1.RotationOrder.ROTATION_ORDER_BEFORE_CROP
          : datasetV1.RotationOrder.ROTATION_ORDER_AFTER_CROP,
      rotateInDisc: options.rotateInDisc ?? false,
      hueShiftDeg: readNumber('--hue', options.hue),
    },
    optimiser: {
      method: readChoice('--optimiser', options.optimiser, {
        sgd: trainingV1.Optimiser_Method.METHOD_SGD,
        adam: trainingV1.Optimiser_Method.METHOD_ADAM,
      }),
      momentum,
      nesterov: momentum > 0,
      weightDecay: readNumber('--weight-decay', options.weightDecay),
      clipGradientNorm: readNumber('--clip', options.clip),
    },
    schedule: {
      kind: readChoice('--schedule', options.schedule, SCHEDULES),
      learningRate: readNumber('--learning-rate', options.learningRate),
      warmUpSteps: readWholeNumber('--warm-up', options.warmUp),
      everySteps: options.fallEvery === undefined ? 0 : readWholeNumber('--fall-every', options.fallEvery),
    },
    batchSize: readWholeNumber('--batch', options.batch),
    steps: options.steps === undefined ? 0 : readWholeNumber('--steps', options.steps),
    epochs: options.epochs === undefined ? 0 : readNumber('--epochs', options.epochs),
    checkpoints: options.checkpoints === undefined ? {} : readStepSeries(options.checkpoints),
    observationSteps: { at: [0], logarithmic: heldOutFraction > 0 ? HELD_OUT_STEPS : 0 },
    heldOutFraction,
  };
  return trainingV1.TrainingSpec.fromPartial({
    seed: readSeed('--seed', options.seed),
    learner: { $case: 'network', value: network },
  });
}

function architecture({ network, width, size }: TrainingOptions) {
  return {
    $case: 'architecture',
    value: {
      architecture: network,
      width: readNumber('--width', width),
      inputSizePixels: size === undefined ? 0 : readWholeNumber('--size', size),
    },
  } as const;
}

function readCrop(text: string | undefined): datasetV1.Augmentation['crop'] {
  if (text === undefined) return undefined;
  if (text !== 'random') return { $case: 'centreFraction', value: readNumber('--crop', text) };
  return { $case: 'randomResizedCrop', value: datasetV1.RandomResizedCrop.fromPartial({}) };
}

/** Reads `0,100,every:500,log:8`. */
function readStepSeries(text: string): trainingV1.StepSeries {
  const series = { at: [] as number[], every: 0, logarithmic: 0 };
  for (const part of text.split(',')) {
    const [, kind, count = part] = /^(every|log):(.*)$/u.exec(part) ?? [];
    const number = readWholeNumber('--checkpoints', count);
    if (kind === 'every') series.every = number;
    else if (kind === 'log') series.logarithmic = number;
    else series.at.push(number);
  }
  return series;
}

function readNumber(option: string, text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw new UsageError(`${option} takes a number, not ${JSON.stringify(text)}.`);
}

function readChoice<Value>(option: string, text: string, choices: Readonly<Record<string, Value>>): Value {
  const chosen = Object.hasOwn(choices, text) ? choices[text] : undefined;
  if (chosen !== undefined) return chosen;
  throw new UsageError(`${option} ${text} is unknown; give ${Object.keys(choices).join(', ')}.`);
}
