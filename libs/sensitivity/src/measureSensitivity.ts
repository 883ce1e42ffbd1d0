import { ndarray, sizeOf, type NdArray } from '@oblique/arrays';
import { tangentName } from '@oblique/autodiff';
import type { Layer } from '@oblique/networks';
import { writeProgram, type Program } from '@oblique/onnx';
import type { ProgramHandle, Runtime } from '@oblique/runtime';
import {
  findFamily,
  findParameter,
  lazyGridPoints,
  stimulusFeeds,
  type GridAxis,
  type GridPoints,
  type InputEncoding,
  type Point,
  type StimulusFamily,
  type Stretch,
} from '@oblique/stimuli';
import { CHECKS, diagnostics, type Diagnosis } from './diagnosis.js';
import { fitToMemory, type Fit } from './fitToMemory.js';
import { networkInput } from './networkInput.js';
import type { ProgramMemory } from './programMemory.js';
import { NonFiniteSensitivityError, SensitivityError } from './sensitivityError.js';
import {
  layerOutput,
  networkTensor,
  type Derivative,
  type Precision,
  type SensitivityProgramOptions,
} from './sensitivityProgram.js';
import { SharedWork } from './sharedWork.js';
import { TimeSlices } from './timeSlices.js';
import { uniqueStimuli, type UniqueStimuli } from './uniqueStimuli.js';
import { writeSensitivityProgram, type WrittenSensitivityProgram } from './writeSensitivityProgram.js';

/** Stimuli run at once where nobody says: larger batches were measured to gain nothing and take more memory. */
const BATCH_SIZE = { float32: 10, float64: 1 } as const;

/** Grids with more points than this are refused. */
export const MAXIMUM_POINTS = 1_000_000;

/** Measurements that were begun in this thread. */
let begun = 0;

export interface MeasuredStimulus {
  readonly family: string;
  readonly widthPixels: number;
  readonly heightPixels: number;
  readonly stretch: Stretch;
  readonly input: InputEncoding;
  /** Values of parameters that no grid varies, in the family's units. */
  readonly parameters: Point;
}

/** Does what {@link writeSensitivityProgram} does, until it is aborted. */
export type WriteSensitivityProgram = (
  options: Required<SensitivityProgramOptions> & { readonly stimulus: MeasuredStimulus },
  signal: AbortSignal,
) => Promise<WrittenSensitivityProgram>;

export interface MeasureSensitivityOptions {
  readonly runtime: Runtime;
  readonly network: Program;
  readonly stimulus: MeasuredStimulus;
  /** Parameter that is differentiated. */
  readonly variable: string;
  readonly grid: readonly GridAxis[];
  readonly layers: readonly Layer[];
  /** Default: float32. */
  readonly precision?: Precision | undefined;
  /** Default: exact. */
  readonly derivative?: Derivative | undefined;
  /**
   * Values of the network's weights by name, where they are not its own: they are fed, so that one program serves for
   * all steps of a training. In float32 only.
   */
  readonly weights?: ReadonlyMap<string, NdArray> | undefined;
  /**
   * Default: 10 (1 in float64, which takes more memory and gains nothing from more), or what memory is left for, or what
   * the network fixes.
   */
  readonly batchSize?: number | undefined;
  /** Who asks: clients take turns at the runtime, batch by batch, the older of their measurements first. */
  readonly client?: string | undefined;
  /**
   * Writes the program where it is not that of the last measurement of the same network (object): elsewhere, where this
   * thread has others to serve. Default: here and now.
   */
  readonly write?: WriteSensitivityProgram | undefined;
  /** Aborts between batches. */
  readonly signal?: AbortSignal | undefined;
  /** Called after every batch with its stimuli and the milliseconds that a worker ran for them. */
  readonly onBatch?: ((stimuli: number, milliseconds: number) => void) | undefined;
  /** Called after every batch with the stimuli done and to be done. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** A point of the grid at which D of a layer is no finite number. */
export interface MarkedPoint extends Diagnosis {
  readonly layer: string;
  /** Index among the points of the grid, the last axis fastest. */
  readonly point: number;
}

export interface Sensitivity {
  readonly layers: readonly Layer[];
  readonly grid: readonly GridAxis[];
  /** D by layer name, one value a grid point, the last axis fastest; per derivative unit squared; NaN where marked. */
  readonly d: ReadonlyMap<string, Float64Array>;
  /** Where D is no finite number, by layer and point. */
  readonly marked: readonly MarkedPoint[];
  readonly pointCount: number;
  /** Stimuli that were different, so had to be computed. */
  readonly computedCount: number;
}

/**
 * Measures D(y; v) of every layer at every point of the grid, exactly or by central differences. Identical stimuli are
 * computed once. Where D is no finite number the point is marked, with the reason; the rest is given.
 *
 * @throws NonFiniteSensitivityError where no D of any layer is finite.
 * @throws StimulusError, SensitivityError, UnsupportedOperatorError before anything runs; what `Runtime.run` throws.
 */
export async function measureSensitivity(options: MeasureSensitivityOptions): Promise<Sensitivity> {
  const { runtime, network, stimulus, variable, grid, layers, precision = 'float32', weights } = options;
  const { derivative = { kind: 'exact' } } = options;
  const family = findFamily(stimulus.family);
  const points = lazyGridPoints(family, stimulus.parameters, grid, MAXIMUM_POINTS);
  const slices = new TimeSlices(options.signal);
  const unique = await uniqueStimuli(family, points, stimulus.stretch, slices);

  const fixedBatch = networkInput(network).batchSize;
  const wantedBatch = fixedBatch ?? Math.min(options.batchSize || BATCH_SIZE[precision], unique.count);

  const weightInputs = [...(weights?.keys() ?? [])];
  const { write = writeHere } = options;
  const program = await loadedProgram(
    runtime,
    {
      network,
      stimulus,
      variable,
      layers,
      precision,
      derivative,
      weightInputs,
      oneStimulus: wantedBatch === 1,
    },
    write,
    options.signal,
  );
  const fedWeights = Object.fromEntries(
    [...(weights ?? [])]
      .map(([name, value]) => [networkTensor(name), value] as const)
      .filter(([input]) => program.inputs.has(input)),
  );
  const { batchSize, lanes, bytes } = await fit(runtime, program.memory, {
    batchSize: wantedBatch,
    isAsked: fixedBatch !== undefined || Boolean(options.batchSize),
    lanes: runtime.info.workers,
  });
  const takeBack = runtime.memory.promise(bytes);
  const tangentInput = tangentName(findParameter(family, variable).programInput);
  const outputs = layers.map(({ tensor }) =>
    layerOutput(layers.findIndex((other) => other.tensor === tensor)),
  );
  const values = layers.map(() => new Float64Array(unique.count));

  const rank = (begun += 1);
  const failed = new AbortController();
  const signal =
    options.signal === undefined ? failed.signal : AbortSignal.any([failed.signal, options.signal]);
  let next = 0;
  let done = 0;
  const worker = async (): Promise<void> => {
    while (next < unique.count) {
      const start = next;
      next += batchSize;
      const batch = Array.from({ length: Math.min(batchSize, unique.count - start) }, (_, index) =>
        unique.at(start + index),
      );
      const count = fixedBatch ?? batch.length;
      const results = await runtime.run(
        program.handle,
        { ...feeds(family, batch, count, tangentInput), ...fedWeights },
        // Weights are fed with every batch.
        {
          client: options.client,
          kind: 'measurement',
          rank,
          signal,
          transferFeeds: weights === undefined,
          onRan: (milliseconds) => options.onBatch?.(batch.length, milliseconds),
        },
      );
      outputs.forEach((output, layer) => {
        const d = results[output];
        if (d?.dtype !== 'float64' || sizeOf(d.shape) !== count)
          throw noBatchAxis(layers[layer], d?.shape ?? []);
        values[layer]?.set(d.data.subarray(0, batch.length), start);
      });
      done += batch.length;
      options.onProgress?.(done, unique.count);
    }
  };
  try {
    await Promise.all(Array.from({ length: lanes }, worker));
  } catch (error) {
    failed.abort(error);
    throw error;
  } finally {
    takeBack();
  }

  const d = new Map<string, Float64Array>();
  for (const [layer, { name }] of layers.entries()) {
    const found = values[layer];
    if (found !== undefined)
      d.set(
        name,
        Float64Array.from(unique.indices, (index) => found[index] ?? NaN),
      );
    await slices.turn();
  }
  const marked = await markedPoints(options, d, unique);
  if (marked.length > 0 && marked.length === layers.length * points.count)
    throw nothingFinite(marked, points);
  for (const { layer, point } of marked) d.get(layer)?.fill(NaN, point, point + 1);
  return { layers, grid, d, marked, pointCount: points.count, computedCount: unique.count };
}

/**
 * How the measurement runs in the memory that is left; where that is too little, workers that are at nothing give theirs.
 * On other devices than the CPU nothing is known of it.
 * @throws OutOfMemoryError naming the batch that would fit
 */
async function fit(
  runtime: Runtime,
  memory: ProgramMemory | undefined,
  wanted: Parameters<typeof fitToMemory>[1],
): Promise<Fit> {
  const { batchSize, lanes } = wanted;
  if (memory === undefined || runtime.info.device !== 'cpu') return { batchSize, lanes, bytes: 0 };
  const needed = lanes * (memory.sessionBytes + memory.fixedBytes + batchSize * memory.bytesPerStimulus);
  if (needed > runtime.memory.leftBytes() / 2) await runtime.endIdleWorkers();
  return fitToMemory(memory, wanted, runtime.memory.leftBytes());
}

/** The program last measured on each network: other values of the stimulus's parameters need no other program. */
const LATEST = new WeakMap<Program, { readonly key: string; readonly program: SharedWork<LoadedProgram> }>();

interface LoadedProgram {
  readonly handle: ProgramHandle;
  /** Undefined where it cannot be told. */
  readonly memory: ProgramMemory | undefined;
  /** The names of its inputs. */
  readonly inputs: ReadonlySet<string>;
}

async function loadedProgram(
  runtime: Runtime,
  options: Parameters<WriteSensitivityProgram>[0],
  write: WriteSensitivityProgram,
  signal: AbortSignal | undefined,
): Promise<LoadedProgram> {
  const { network, stimulus, variable, layers, precision, derivative, weightInputs, oneStimulus } = options;
  const { family, widthPixels, heightPixels, stretch, input } = stimulus;
  const tensors = layers.map(({ tensor }) => tensor);
  const key = JSON.stringify([
    family,
    widthPixels,
    heightPixels,
    stretch,
    input,
    variable,
    tensors,
    precision,
    derivative,
    weightInputs,
    oneStimulus,
  ]);
  const latest = LATEST.get(network);
  if (latest?.key === key && !latest.program.isLost) return latest.program.wait(signal);
  const program = new SharedWork(async (givenUp) => {
    const { file, memory, inputs } = await write(options, givenUp);
    return {
      handle: runtime.load(new Uint8Array(file.memory), file.digest),
      memory,
      inputs: new Set(inputs),
    };
  });
  LATEST.set(network, { key, program });
  return program.wait(signal);
}

const writeHere: WriteSensitivityProgram = async (options) =>
  Promise.resolve(writeSensitivityProgram(options));

function feeds(
  family: StimulusFamily,
  batch: readonly Point[],
  count: number,
  tangentInput: string,
): ReturnType<typeof stimulusFeeds> {
  const last = batch.at(-1);
  const padding = last === undefined ? [] : Array.from({ length: count - batch.length }, () => last);
  return {
    ...stimulusFeeds(family, [...batch, ...padding]),
    [tangentInput]: ndarray('float64', [count], new Float64Array(count).fill(1)),
  };
}

function noBatchAxis(layer: Layer | undefined, shape: readonly number[]): SensitivityError {
  return new SensitivityError(
    'layers',
    `Layer ${layer?.name ?? ''} (tensor ${layer?.tensor ?? ''}) does not keep the batch on its first axis (its D came out as [${shape.join(', ')}]). Measure it one stimulus at a time, with --batch 1 (batch_size = 1).`,
  );
}

/** Stimuli that are looked into, at most, where D is no finite number. */
const MAXIMUM_EXAMINED = 32;

/** Every point and layer where D is not finite, with what is wrong there: each stimulus is run once more and looked into. */
async function markedPoints(
  { runtime, network, layers, signal, weights, ...rest }: MeasureSensitivityOptions,
  d: ReadonlyMap<string, Float64Array>,
  unique: UniqueStimuli,
): Promise<MarkedPoint[]> {
  const places: { readonly layer: Layer; readonly point: number; readonly stimulus: number }[] = [];
  for (const layer of layers) {
    d.get(layer.name)?.forEach((value, point) => {
      if (!Number.isFinite(value)) places.push({ layer, point, stimulus: unique.indices[point] ?? NaN });
    });
  }
  if (places.length === 0) return [];
  const { stimulus, variable, precision = 'float32', derivative = { kind: 'exact' } } = rest;
  const family = findFamily(stimulus.family);
  const weightInputs = [...(weights?.keys() ?? [])];
  const { program, diagnose } = diagnostics({
    network: weights === undefined ? network : withWeights(network, weights),
    stimulus,
    variable,
    layers,
    precision,
    derivative,
    ...(weightInputs.length > 0 && { weightInputs }),
  });
  const handle = runtime.load(writeProgram(program));
  const tangentInput = tangentName(findParameter(family, variable).programInput);
  const count = networkInput(network).batchSize ?? 1;
  const checks = new Map<number, NdArray>();
  for (const index of [...new Set(places.map((place) => place.stimulus))].slice(0, MAXIMUM_EXAMINED)) {
    const fed = feeds(family, [unique.at(index)], count, tangentInput);
    const known = program.inputs.map(({ name }) => name);
    const used = Object.fromEntries(Object.entries(fed).filter(([name]) => known.includes(name)));
    const { [CHECKS]: found } = await runtime.run(handle, used, { signal });
    if (found !== undefined) checks.set(index, found);
  }
  return places.map(({ layer, point, stimulus: index }) => {
    const found = checks.get(index);
    const diagnosis: Diagnosis =
      found === undefined
        ? {
            reason: 'unexamined',
            message: `not looked into: one of more than ${MAXIMUM_EXAMINED} such stimuli.`,
          }
        : diagnose(found, layer.tensor);
    return { layer: layer.name, point, ...diagnosis };
  });
}

/** The network with other values of its weights. */
const withWeights = (network: Program, weights: ReadonlyMap<string, NdArray>): Program => ({
  ...network,
  initializers: new Map([...network.initializers].map(([name, value]) => [name, weights.get(name) ?? value])),
});

function nothingFinite(marked: readonly MarkedPoint[], points: GridPoints): NonFiniteSensitivityError {
  const [{ layer, point, message } = { layer: '', point: 0, message: '' }] = marked;
  const where = Object.entries(points.at(point)).map(([name, value]) => `${name} = ${value}`);
  return new NonFiniteSensitivityError(
    'model',
    `None of the ${marked.length} values of D is a finite number. At ${where.join(', ')}, layer ${layer}: ${message}`,
  );
}
