import { isDType, ndarray, readNpz, writeNpz, type NdArray } from '@oblique/arrays';
import type { Program } from '@oblique/onnx';
import type { Seed } from '@oblique/random';
import { inElementType } from './elementType.js';
import type { TrainingStep } from './trainingStep.js';

/** All that a training goes on from. */
export interface TrainableState {
  /** Updates made so far. */
  readonly step: number;
  /** Of the random numbers that steps draw, e.g. for Dropout. */
  readonly seed: bigint;
  /** Parameters, running statistics and the optimiser's state by name, as in {@link TrainingStep.initial}. */
  readonly tensors: ReadonlyMap<string, NdArray>;
}

/** Members of a serialised state beside the tensors. */
const STEP = 'training.step';
const SEED = 'training.seed';

/** The state before the first step. */
export function initialState({ initial }: TrainingStep, seed: Seed): TrainableState {
  return { step: 0, seed: BigInt.asUintN(64, BigInt(seed)), tensors: initial };
}

/** The state as the bytes of an .npz file: the same state, the same bytes. */
export function serialiseState({ step, seed, tensors }: TrainableState): Uint8Array {
  return writeNpz(
    new Map<string, NdArray>([
      [STEP, ndarray('uint64', [], BigUint64Array.of(BigInt(step)))],
      [SEED, ndarray('uint64', [], BigUint64Array.of(seed))],
      ...tensors,
    ]),
  );
}

/**
 * The state that {@link serialiseState} wrote, bit by bit.
 * @throws MalformedArrayError where the bytes are no readable .npz file, RangeError where they hold no state.
 */
export function deserialiseState(bytes: Uint8Array): TrainableState {
  const tensors = readNpz(bytes, 'the training state');
  const scalar = (name: string): bigint => {
    const array = tensors.get(name);
    const value = array !== undefined && isDType(array, 'uint64') ? array.data[0] : undefined;
    if (value === undefined)
      throw new RangeError(`The file holds no training state: it has no uint64 ${name}.`);
    tensors.delete(name);
    return value;
  };
  return { step: Number(scalar(STEP)), seed: scalar(SEED), tensors };
}

/**
 * The trained network: an ordinary ONNX program in evaluation mode with the metadata of the one that training began with,
 * its weights in float32.
 */
export function networkOf({ network }: TrainingStep, { tensors }: TrainableState): Program {
  const initializers = new Map(network.initializers);
  for (const [name, value] of tensors) {
    if (initializers.has(name)) initializers.set(name, inElementType(value, 'float32'));
  }
  return { ...network, initializers };
}
