import { float64, readNpz, toNumbers, writeNpz, type NdArray } from '@oblique/arrays';
import { writeProgram } from '@oblique/onnx';
import type { ProgramHandle, Runtime } from '@oblique/runtime';
import { BatchOrder } from './batchOrder.js';
import { BatchSupply } from './batchSupply.js';
import { checkSpec } from './checkSpec.js';
import { centredPatches, groupSums } from './groupSums.js';
import { initialWeights } from './initialWeights.js';
import { LearningDivergedError, type LinearLearningSpec } from './linearLearningSpec.js';
import { measureProgram } from './measureProgram.js';
import type { Patches, PrincipalComponents } from './patches.js';
import { RecordBook } from './recordBook.js';
import { weightNames, type Precision, type Structure } from './structure.js';
import { nextName, noiseFactorOf, updateProgram } from './updateProgram.js';

export interface LinearTrainingOptions {
  readonly spec: LinearLearningSpec;
  readonly patches: Patches;
  readonly components: PrincipalComponents;
  /** Its `threadsPerWorker` decides how many cores an update uses. */
  readonly runtime: Runtime;
  /** What {@link LinearTraining.state} gave of the same spec, patches and components: goes on from there, to the same bits. */
  readonly state?: Uint8Array | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface AdvanceOptions {
  /** Heard between updates. */
  readonly signal?: AbortSignal | undefined;
  /** Told after each update: updates done so far, and the loss (without output noise) of the batch before the update. */
  readonly onUpdate?: ((step: number, loss: number) => void) | undefined;
}

/**
 * A linear autoencoder while it learns. An update needs the batch's second moments only, so it costs a few products of
 * [pixels, pixels] matrices whatever the batch. Batches, noise and eigenvalues are computed in threads of their own.
 * After an error, start anew from the last {@link state}.
 */
export class LinearTraining {
  readonly #runtime: Runtime;
  readonly #spec: LinearLearningSpec;
  readonly #names: readonly string[];
  readonly #update: ProgramHandle;
  readonly #measure: ProgramHandle;
  readonly #supply: BatchSupply;
  readonly #book: RecordBook;
  readonly #losses: Float64Array;
  #weights: Readonly<Record<string, NdArray>>;
  #step: number;

  private constructor(
    { spec, components, runtime }: LinearTrainingOptions,
    parts: {
      readonly structure: Structure;
      readonly precision: Precision;
      readonly supply: BatchSupply;
      readonly resumed: ReadonlyMap<string, NdArray>;
      readonly step: number;
    },
  ) {
    const { structure, precision, supply, resumed, step } = parts;
    this.#runtime = runtime;
    this.#spec = spec;
    this.#names = weightNames(structure);
    this.#supply = supply;
    const batch =
      spec.shuffle === 'patches'
        ? ({ kind: 'patches', noisy: spec.outputNoise > 0 } as const)
        : ({
            kind: 'moments',
            noiseFactor: spec.outputNoise > 0 ? noiseFactorOf(components, precision) : undefined,
          } as const);
    const { learningRate } = spec;
    this.#update = runtime.load(writeProgram(updateProgram({ structure, learningRate, precision, batch })));
    this.#measure = runtime.load(writeProgram(measureProgram(structure, components, precision)));
    this.#step = step;
    const weights = step === 0 ? initialWeights(structure, spec, components, precision) : resumed;
    this.#weights = Object.fromEntries(this.#names.map((name) => [name, found(weights, name)]));
    this.#losses = new Float64Array(spec.steps);
    if (step > 0) this.#losses.set(toNumbers(found(resumed, 'batchLoss')));
    this.#book = new RecordBook(spec, components, resumed);
  }

  /**
   * @throws InvalidLinearLearningError
   * @throws the signal's reason
   */
  static async start(options: LinearTrainingOptions): Promise<LinearTraining> {
    const { spec, patches, components, runtime, state, signal } = options;
    checkSpec(spec, patches, components);
    const { depth, tied, batchSize, outputNoise, seed, precision = 'float32', shuffle = 'groups' } = spec;
    const [count = 0, pixels = 0] = patches.shape;
    const resumed = state === undefined ? new Map<string, NdArray>() : readNpz(state);
    const step = state === undefined ? 0 : (toNumbers(found(resumed, 'updates'))[0] ?? NaN);
    const order = new BatchOrder({ patches: count, batchSize, shuffle, seed });
    const supply = new BatchSupply(
      {
        form: shuffle === 'groups' ? 'moments' : 'patches',
        pixels,
        precision,
        rows:
          shuffle === 'groups'
            ? await groupSums(runtime, patches, components, order.groups, precision, signal)
            : centredPatches(patches, components, precision),
        counts: shuffle === 'groups' ? order.groups.map(({ length }) => length) : undefined,
        outputNoise,
        seed,
      },
      order,
      step,
    );
    return new LinearTraining(options, {
      structure: { depth, tied, pixels },
      precision,
      supply,
      resumed,
      step,
    });
  }

  /** Updates done. */
  get step(): number {
    return this.#step;
  }

  /**
   * Updates until `step` of them are done.
   * @throws LearningDivergedError
   * @throws the signal's reason
   */
  async advance(step: number, { signal, onUpdate }: AdvanceOptions = {}): Promise<void> {
    while (this.#step < Math.min(step, this.#spec.steps)) {
      signal?.throwIfAborted();
      const feeds = { ...this.#weights, ...(await this.#supply.next()) };
      // Not given the signal: a run that is abandoned would take the weights along.
      const outputs = await this.#runtime.run(this.#update, feeds, { transferFeeds: true });
      const next = new Map(Object.entries(outputs));
      const loss = toNumbers(found(next, 'loss'))[0] ?? NaN;
      if (!Number.isFinite(loss)) throw new LearningDivergedError(this.#step, loss, this.#spec.learningRate);
      this.#weights = Object.fromEntries(this.#names.map((name) => [name, found(next, nextName(name))]));
      this.#losses[this.#step] = loss;
      this.#step += 1;
      onUpdate?.(this.#step, loss);
    }
  }

  /**
   * Measures the network as it is, for {@link results}; once a step. Singular values are computed while the training
   * goes on.
   */
  async record(): Promise<void> {
    const measured = await this.#runtime.run(this.#measure, this.#weights);
    this.#book.add(this.#step, new Map(Object.entries(measured)));
  }

  /** Weights, losses and records, as bytes to go on from. */
  async state(): Promise<Uint8Array> {
    return writeNpz(
      new Map<string, NdArray>([
        ...Object.entries(this.#weights),
        ['updates', float64([], [this.#step])],
        ...(await this.results()),
      ]),
    );
  }

  /** The arrays of `linear-learning.npz` (docs/linear-learning.md), of what was recorded so far. */
  async results(): Promise<Map<string, NdArray>> {
    const losses = float64([this.#step], this.#losses.subarray(0, this.#step));
    return new Map([...(await this.#book.arrays()), ['batchLoss', losses]]);
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await Promise.all([this.#supply.close(), this.#book.close()]);
  }
}

function found(arrays: ReadonlyMap<string, NdArray>, name: string): NdArray {
  const array = arrays.get(name);
  if (array === undefined) throw new Error(`${name} is missing of a linear training.`);
  return array;
}
