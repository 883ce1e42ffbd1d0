import { float32, int64, ndarray, type NdArray } from '@oblique/arrays';
import { buildNetwork, layersOf, preprocessingProgram, readPreprocessing } from '@oblique/networks';
import { int, ProgramBuilder, readProgram, tensor, writeProgram, type Program } from '@oblique/onnx';
import { randomStream } from '@oblique/random';
import { Runtime } from '@oblique/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crossEntropy, softCrossEntropy } from './loss.js';
import { adam, sgd } from './optimiser.js';
import {
  deserialiseState,
  initialState,
  networkOf,
  serialiseState,
  type TrainableState,
} from './trainableState.js';
import { Trainer } from './trainer.js';
import { trainingStep, type TrainingStep } from './trainingStep.js';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await Runtime.start({ device: 'cpu', workers: 1 });
});
afterAll(() => runtime.close());

const SIZE = 63;
const CLASSES = 3;
const network = buildNetwork('alexnet', {
  seed: 1,
  width: 0.05,
  inputSizePixels: SIZE,
  classes: CLASSES,
});
const image = [4, 3, SIZE, SIZE];

function batch(step: number): Record<'image' | 'label' | 'weight', NdArray> {
  const pixels = new Float32Array(image.reduce((product, size) => product * size));
  randomStream(0, 'images', step).fillUniform(pixels, 0, 1);
  return {
    image: ndarray('float32', image, pixels),
    label: int64([4], [0, 1, 2, step % CLASSES]),
    weight: float32([4], [1, 1, 0.5, 0]),
  };
}

async function trained(step: TrainingStep, from: TrainableState, steps: number): Promise<Trainer> {
  const trainer = await Trainer.start(runtime, step, from);
  while (trainer.stepsDone < steps) await trainer.step(batch(trainer.stepsDone), 0.01);
  return trainer;
}

describe('a training with Dropout and preprocessing', () => {
  const preprocessing = readPreprocessing(network);
  if (preprocessing === undefined) throw new Error('The network has no preprocessing.');
  const step = trainingStep(network, {
    loss: crossEntropy(),
    optimiser: adam({ weightDecay: 1e-4 }),
    batch: { image },
    front: preprocessingProgram(preprocessing),
  });

  it('goes on from a stored state to the same bits', async () => {
    const straight = (await trained(step, initialState(step, 7), 4)).state;
    const halfway = serialiseState((await trained(step, initialState(step, 7), 2)).state);
    const resumed = (await trained(step, deserialiseState(halfway), 4)).state;
    expect(Buffer.compare(serialiseState(resumed), serialiseState(straight))).toBe(0);
    const otherwise = (await trained(step, initialState(step, 8), 4)).state;
    expect(Buffer.compare(serialiseState(otherwise), serialiseState(straight))).not.toBe(0);
  });

  it('gives an ordinary network with layers, preprocessing and the new weights', async () => {
    const trainer = await trained(step, initialState(step, 7), 1);
    const result = readProgram(writeProgram(trainer.network));
    expect(layersOf(result)).toEqual(layersOf(network));
    expect(readPreprocessing(result)).toEqual(preprocessing);
    expect(result.inputs).toEqual(network.inputs);
    const name = 'features.0.weight';
    expect(result.initializers.get(name)).toEqual(trainer.state.tensors.get(name));
    expect(result.initializers.get(name)).not.toEqual(network.initializers.get(name));
  });

  it('leaves the state that it began with as it was', async () => {
    const start = initialState(step, 7);
    const before = serialiseState(start);
    await trained(step, start, 1);
    expect(Buffer.compare(serialiseState(start), before)).toBe(0);
  });

  it('refuses the state of another training, and is at its end after a batch that does not fit', async () => {
    const { tensors } = initialState(step, 7);
    const other = { step: 0, seed: 7n, tensors: new Map([...tensors].slice(1)) };
    await expect(Trainer.start(runtime, step, other)).rejects.toThrow(/features.0.weight should be float32/);
    const trainer = await Trainer.start(runtime, step, initialState(step, 7));
    await expect(trainer.step({ ...batch(0), label: float32([4], [0, 1, 2, 0]) }, 0.01)).rejects.toThrow(
      'its element type is int64',
    );
    await expect(trainer.step(batch(0), 0.01)).rejects.toThrow('The trainer has no state');
  });
});

describe("a user's classifier", () => {
  /** As exporters write: weights in Constant nodes and behind Transpose, a Softmax at the end. */
  function exported(): Program {
    const b = new ProgramBuilder('user');
    const x = b.input('pixels', 'float32', ['batch', 2]);
    const constant = (name: string, value: NdArray): string =>
      b.op('Constant', [], { value: tensor(value) }, { output: name });
    const turned = b.op('Transpose', [constant('w', float32([3, 2], [1, 2, -1, 0.5, 0, 0.25]))]);
    const logits = b.op('Add', [b.op('MatMul', [x, turned]), constant('b', float32([3], [0.5, 0, -0.5]))]);
    b.output(b.op('Softmax', [logits], { axis: int(-1) }), 'float32', ['batch', 3]);
    b.metadata('author', 'somebody');
    return b.build();
  }
  const x = [0.5, -1];
  // Softmax of W x + b, by hand.
  const logits = [0.5 - 2 + 0.5, -0.5 - 0.5, -0.25 - 0.5];
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
  const probabilities = logits.map((logit) => Math.exp(logit) / total);

  it('is trained by its logits: the update of softmax regression', async () => {
    const step = trainingStep(exported(), {
      loss: crossEntropy(),
      optimiser: sgd(),
      batch: { image: [2, 2] },
    });
    const trainer = await Trainer.start(runtime, step, initialState(step, 0));
    // The second example weighs nothing and still counts in the mean.
    const { loss, metrics } = await trainer.step(
      { image: float32([2, 2], [...x, 3, 3]), label: int64([2], [2, 0]), weight: float32([2], [1, 0]) },
      1,
    );
    expect(loss).toBeCloseTo(-Math.log(probabilities[2] ?? NaN) / 2, 6);
    expect(metrics['accuracy']).toBe(1);
    const errors = probabilities.map((p, index) => (p - (index === 2 ? 1 : 0)) / 2);
    const weight = [1, 2, -1, 0.5, 0, 0.25].map(
      (value, index) => value - (errors[Math.floor(index / 2)] ?? NaN) * (x[index % 2] ?? NaN),
    );
    expectClose(trainer.network.initializers.get('w'), weight);
    const bias = [0.5, 0, -0.5].map((value, index) => value - (errors[index] ?? NaN));
    expectClose(trainer.network.initializers.get('b'), bias);
    expect(trainer.network.metadata.get('author')).toBe('somebody');
  });

  it('is trained on probabilities', async () => {
    const step = trainingStep(exported(), {
      loss: softCrossEntropy(),
      optimiser: sgd(),
      batch: { image: [1, 2] },
    });
    const trainer = await Trainer.start(runtime, step, initialState(step, 0));
    const target = [0.2, 0.3, 0.5];
    const { loss } = await trainer.step({ image: float32([1, 2], x), target: float32([1, 3], target) }, 1);
    const wanted = target.reduce((sum, p, index) => sum - p * Math.log(probabilities[index] ?? NaN), 0);
    expect(loss).toBeCloseTo(wanted, 6);
    const bias = [0.5, 0, -0.5].map(
      (value, index) => value - (probabilities[index] ?? NaN) + (target[index] ?? NaN),
    );
    expectClose(networkOf(step, trainer.state).initializers.get('b'), bias);
  });
});

function expectClose(found: NdArray | undefined, wanted: readonly number[]): void {
  if (found?.dtype !== 'float32') throw new Error('There is nothing to compare.');
  expect(found.data.length).toBe(wanted.length);
  wanted.forEach((value, index) => expect(found.data[index]).toBeCloseTo(value, 6));
}
