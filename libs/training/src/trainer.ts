import {
  bytesOf,
  float64,
  int64,
  ndarray,
  ndarrayFromBytes,
  toNumbers,
  type DType,
  type NdArray,
} from '@oblique/arrays';
import { writeProgram, type Program } from '@oblique/onnx';
import { randomStream } from '@oblique/random';
import type { ProgramHandle, Runtime } from '@oblique/runtime';
import { inElementType } from './elementType.js';
import { batchInput, LEARNING_RATE, LOSS, nextName, RANDOM_KEY, STEP_INDEX } from './tensorNames.js';
import { networkOf, type TrainableState } from './trainableState.js';
import type { TrainingStep } from './trainingStep.js';

/** What one step gave. */
export interface StepResult {
  /** Mean loss of the batch before the update. */
  readonly loss: number;
  /** {@link TrainingStep.metrics} by name, e.g. `accuracy`. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** Makes steps of a training, one after the other, and holds its state between them. */
export class Trainer {
  readonly #runtime: Runtime;
  readonly #trainingStep: TrainingStep;
  readonly #program: ProgramHandle;
  readonly #inputs: ReadonlyMap<string, DType>;
  readonly #seed: bigint;
  #step: number;
  /** Undefined while a step runs, and for good when one has failed: its tensors went to the worker. */
  #tensors: ReadonlyMap<string, NdArray> | undefined;

  private constructor(runtime: Runtime, trainingStep: TrainingStep, { step, seed, tensors }: TrainableState) {
    this.#runtime = runtime;
    this.#trainingStep = trainingStep;
    this.#program = runtime.load(writeProgram(trainingStep.program));
    this.#inputs = new Map(trainingStep.program.inputs.map(({ name, dtype }) => [name, dtype]));
    this.#seed = seed;
    this.#step = step;
    this.#tensors = copied(tensors);
  }

  /**
   * Goes on from a state, which is copied. The program is loaded, so that what the executor rejects shows now.
   * @throws RangeError where the state is not one of this training; else as `Runtime.describe`.
   */
  static async start(runtime: Runtime, trainingStep: TrainingStep, state: TrainableState): Promise<Trainer> {
    checkState(trainingStep, state);
    const trainer = new Trainer(runtime, trainingStep, state);
    await runtime.describe(trainer.#program);
    return trainer;
  }

  /** Updates made so far, those before {@link start} included. */
  get stepsDone(): number {
    return this.#step;
  }

  /** A copy of the state after the last step. */
  get state(): TrainableState {
    return { step: this.#step, seed: this.#seed, tensors: copied(this.#held()) };
  }

  /** The network as it is after the last step, in evaluation mode. */
  get network(): Program {
    return networkOf(this.#trainingStep, this.state);
  }

  /**
   * Makes one update.
   * @param batch {@link TrainingStep.takes} by name; it is copied.
   * @throws InvalidRunError where the batch does not fit. After it and any other error, which are those of
   *   `Runtime.run`, the trainer is at its end; start another from the last state that was kept.
   */
  async step(
    batch: Readonly<Record<string, NdArray>>,
    learningRate: number,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<StepResult> {
    const tensors = this.#held();
    const feeds = {
      ...Object.fromEntries(tensors),
      ...Object.fromEntries(
        Object.entries(batch).flatMap(([name, array]) => Object.entries(this.#fed(batchInput(name), array))),
      ),
      ...this.#fed(LEARNING_RATE, float64([], [learningRate])),
      ...(this.#inputs.has(STEP_INDEX) && { [STEP_INDEX]: int64([], [this.#step]) }),
      ...(this.#inputs.has(RANDOM_KEY) && { [RANDOM_KEY]: this.#randomKey() }),
    };
    this.#tensors = undefined;
    const outputs = await this.#runtime.run(this.#program, feeds, { ...options, transferFeeds: true });
    const output = (name: string): NdArray => {
      const found = outputs[name];
      if (found === undefined) throw new Error(`The training step gave no ${name}.`);
      return found;
    };
    const number = (name: string): number => toNumbers(output(name))[0] ?? NaN;
    this.#tensors = new Map([...tensors.keys()].map((name) => [name, output(nextName(name))]));
    this.#step += 1;
    return {
      loss: number(LOSS),
      metrics: Object.fromEntries(this.#trainingStep.metrics.map((name) => [name, number(name)])),
    };
  }

  /** A copy of an array as the program takes it: float32 and float64 are converted into each other. */
  #fed(input: string, array: NdArray): Record<string, NdArray> {
    const converted = inElementType(array, this.#inputs.get(input) ?? array.dtype);
    return { [input]: converted === array ? copyOf(array) : converted };
  }

  #held(): ReadonlyMap<string, NdArray> {
    if (this.#tensors !== undefined) return this.#tensors;
    throw new Error('The trainer has no state: a step runs, or has failed.');
  }

  /** An odd number that no other step of this seed has, but by chance. */
  #randomKey(): NdArray {
    const stream = randomStream(this.#seed, 'training/step', this.#step);
    const word = (): bigint => BigInt(stream.integer(2 ** 32));
    return ndarray('int64', [], BigInt64Array.of(BigInt.asIntN(64, (word() << 32n) | word() | 1n)));
  }
}

function checkState({ initial, network }: TrainingStep, { tensors }: TrainableState): void {
  for (const [name, { shape, dtype }] of initial) {
    const found = tensors.get(name);
    if (found?.dtype !== dtype || found.shape.join() !== shape.join()) {
      const what = found === undefined ? 'nothing' : `${found.dtype} [${found.shape.join(', ')}]`;
      throw new RangeError(
        `The state does not fit the training of ${network.name}: ${name} should be ${dtype} [${shape.join(', ')}] and is ${what}.`,
      );
    }
  }
  const unknown = [...tensors.keys()].find((name) => !initial.has(name));
  if (unknown !== undefined) {
    throw new RangeError(`The state does not fit the training of ${network.name}, which has no ${unknown}.`);
  }
}

function copied(tensors: ReadonlyMap<string, NdArray>): ReadonlyMap<string, NdArray> {
  return new Map([...tensors].map(([name, array]) => [name, copyOf(array)]));
}

function copyOf(array: NdArray): NdArray {
  return ndarrayFromBytes(array.dtype, array.shape, bytesOf(array).slice());
}
