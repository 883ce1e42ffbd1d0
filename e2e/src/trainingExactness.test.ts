import { float32, isDType, ndarray, type NdArray } from '@oblique/arrays';
import { writeProgram } from '@oblique/onnx';
import { Runtime } from '@oblique/runtime';
import { crossEntropy, initialState, sgd, Trainer, trainingStep, type TrainingStep } from '@oblique/training';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scrambled, trainingBatch, trainingNetwork, type TrainingCase } from './reference/trainingCases.js';

// Training against PyTorch's autograd and SGD on torchvision's networks in float64
// (reference/make_training_reference.py). Batch statistics, weights of examples and the masks of Dropout included.

interface GradientsFile {
  readonly networks: readonly (TrainingCase & {
    readonly randomKey: string;
    readonly loss: number;
    readonly torchFloat32Worst: number;
    readonly gradients: Readonly<
      Record<string, { readonly norm: number; readonly projections: readonly number[] }>
    >;
  })[];
}

interface CourseFile extends TrainingCase {
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly losses: readonly number[];
  readonly torchFloat32Worst: number;
}

const readReference = async (name: string): Promise<unknown> =>
  JSON.parse(await readFile(new URL(`../reference/training/${name}`, import.meta.url), 'utf8'));
const { networks } = (await readReference('gradients.json')) as GradientsFile;
const course = (await readReference('course.json')) as CourseFile;

let runtime: Runtime;
beforeAll(async () => {
  runtime = await Runtime.start({ device: 'cpu', workers: 1 });
});
afterAll(() => runtime.close());

describe('the gradient of the loss', () => {
  for (const reference of networks) {
    it(`of ${reference.name} is that of PyTorch in float64`, async () => {
      const step = trainingStep(trainingNetwork(reference), {
        loss: crossEntropy(),
        optimiser: sgd({ momentum: 0.9 }),
        batch: { image: reference.image },
      });
      const { loss, gradients } = await lossAndGradients(step, reference);
      expect(Math.abs(loss / reference.loss - 1)).toBeLessThan(1e-6);
      expect([...gradients.keys()].sort()).toEqual(Object.keys(reference.gradients).sort());
      const total = Math.hypot(...Object.values(reference.gradients).map(({ norm }) => norm));
      const errors = [...gradients].map(([name, found]) => {
        const truth = reference.gradients[name];
        if (truth === undefined) throw new Error(`The reference has no gradient of ${name}.`);
        const squares = projections(found).map(
          (sum, pattern) => (sum - (truth.projections[pattern] ?? NaN)) ** 2,
        );
        const error = Math.sqrt(squares.reduce((sum, square) => sum + square) / squares.length);
        // Relative to the tensor's norm; where it is zero but for rounding, as of biases in front of batch normalisation,
        // to that of all.
        return { name, error: error / (truth.norm > 1e-9 * total ? truth.norm : total) };
      });
      const worst = errors.reduce((a, b) => (b.error > a.error ? b : a));
      console.log(
        `${reference.name}: ${worst.error.toExponential(1)} of the norm at worst, in ${worst.name}`,
      );
      expect(worst.error).toBeLessThan(1e-5);
    }, 60_000);
  }
});

// In float32 a unit falls on the other side of a kink after a few steps, and the course is another one: PyTorch's own
// float32 is up to `torchFloat32Worst` away. So the course is followed in float64.
it('the losses of ResNet18 with momentum and weight decay follow those of PyTorch for 20 steps', async () => {
  const { momentum, weightDecay, learningRate } = course;
  const step = trainingStep(trainingNetwork(course), {
    loss: crossEntropy(),
    optimiser: sgd({ momentum, weightDecay }),
    batch: { image: course.image },
    precision: 'float64',
  });
  const trainer = await Trainer.start(runtime, step, initialState(step, 0));
  let worst = 0;
  for (const [index, truth] of course.losses.entries()) {
    const { loss } = await trainer.step(trainingBatch(course, index), learningRate);
    worst = Math.max(worst, Math.abs(loss / truth - 1));
  }
  console.log(
    `20 steps: ${worst.toExponential(1)} at worst; PyTorch float32: ${course.torchFloat32Worst.toExponential(1)}`,
  );
  expect(worst).toBeLessThan(1e-4);
}, 120_000);

/** From the first step of SGD with momentum, whose new momentum is the gradient. */
async function lossAndGradients(
  { program, parameters, initial }: TrainingStep,
  reference: TrainingCase & { readonly randomKey: string },
): Promise<{ loss: number; gradients: Map<string, NdArray<'float32'>> }> {
  const batch = trainingBatch(reference, 0);
  const feeds = {
    ...Object.fromEntries(initial),
    ...Object.fromEntries(Object.entries(batch).map(([name, array]) => [`batch/${name}`, array])),
    'step/learning_rate': float32([], [0]),
    'step/random_key': ndarray('int64', [], BigInt64Array.of(BigInt(reference.randomKey))),
  };
  const used = Object.fromEntries(
    Object.entries(feeds).filter(([name]) => program.inputs.some((input) => input.name === name)),
  );
  const outputs = await runtime.run(runtime.load(writeProgram(program)), used);
  const output = (name: string): NdArray<'float32'> => {
    const array = outputs[name];
    if (array === undefined || !isDType(array, 'float32')) throw new Error(`There is no output ${name}.`);
    return array;
  };
  return {
    loss: output('loss').data[0] ?? NaN,
    gradients: new Map(parameters.map((name) => [name, output(`next/momentum/${name}`)])),
  };
}

/** Sums of the elements with the signs of each of eight patterns. */
function projections({ data }: NdArray<'float32'>): number[] {
  const sums = new Float64Array(8);
  data.forEach((value, place) => {
    const bits = scrambled(place);
    for (let pattern = 0; pattern < 8; pattern++) {
      sums[pattern] = (sums[pattern] ?? 0) + ((bits >>> pattern) & 1 ? value : -value);
    }
  });
  return [...sums];
}
