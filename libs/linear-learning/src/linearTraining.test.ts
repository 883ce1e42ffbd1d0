import { toNumbers, readNpz, type NdArray } from '@oblique/arrays';
import { randomStream } from '@oblique/random';
import { Runtime } from '@oblique/runtime';
import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BatchOrder } from './batchOrder.js';
import { discreteLearnedAt, discreteLearning } from './discreteLearning.js';
import { flowTimePerUpdate, halfTime } from './gradientFlow.js';
import { initialProportion } from './initialProportion.js';
import {
  InvalidLinearLearningError,
  LearningDivergedError,
  type LinearLearningSpec,
} from './linearLearningSpec.js';
import { LinearTraining } from './linearTraining.js';
import type { PrincipalComponents } from './patches.js';
import { principalComponents } from './principalComponents.js';
import { ExplicitDescent } from './testing/explicitDescent.js';
import { syntheticPatches } from './testing/syntheticPatches.js';
import { noiseFactorOf } from './updateProgram.js';

const small = syntheticPatches({ count: 203, sizePixels: 4, variance: (k) => 2 / k });
const large = syntheticPatches({ count: 1500, sizePixels: 8, variance: (k) => k ** -1.1 });
let runtime: Runtime;
let smallComponents: PrincipalComponents;
let largeComponents: PrincipalComponents;

beforeAll(async () => {
  runtime = await Runtime.start({ device: 'cpu', workers: 1 });
  smallComponents = await principalComponents(small, runtime);
  largeComponents = await principalComponents(large, runtime);
});

afterAll(async () => {
  await runtime.close();
});

const spec: LinearLearningSpec = {
  depth: 2,
  tied: false,
  initialisation: 'uniform',
  initialSize: 0.1,
  batchSize: 48,
  learningRate: 0.4,
  steps: 20,
  outputNoise: 0,
  seed: 3,
  frequenciesCyclesPerPixel: [0.05, 0.2],
  acuityThreshold: 0.1,
  precision: 'float64',
};

async function training<Result>(
  change: Partial<LinearLearningSpec>,
  use: (training: LinearTraining) => Promise<Result>,
  options: { readonly state?: Uint8Array; readonly size?: 'small' | 'large' } = {},
): Promise<Result> {
  const [patches, components] =
    options.size === 'large' ? [large, largeComponents] : [small, smallComponents];
  const begun = await LinearTraining.start({
    spec: { ...spec, ...change },
    patches,
    components,
    runtime,
    state: options.state,
  });
  try {
    return await use(begun);
  } finally {
    await begun.close();
  }
}

function values(arrays: ReadonlyMap<string, NdArray>, name: string): Float64Array {
  const array = arrays.get(name);
  if (array === undefined) throw new Error(`There is no ${name}.`);
  return toNumbers(array);
}

/** The weights in a training's state, W_1 first. */
async function weightsOf(begun: LinearTraining): Promise<Matrix[]> {
  const state = readNpz(await begun.state());
  return [...state.entries()]
    .filter(([name]) => /^W\d+$/.test(name))
    .map(([, w]) => Matrix.from1DArray(w.shape[0] ?? 0, w.shape[1] ?? 0, toNumbers(w)));
}

describe('training by second moments', () => {
  const networks = [
    { depth: 1, tied: false },
    { depth: 2, tied: false },
    { depth: 4, tied: false, initialSize: 0.4 },
    { depth: 1, tied: true },
  ];

  it.each(networks)('is gradient descent on explicit patches, to rounding: %o', async (network) => {
    for (const shuffle of ['groups', 'patches'] as const) {
      await training({ ...network, shuffle }, async (begun) => {
        const explicit = new ExplicitDescent(await weightsOf(begun), {
          tied: network.tied,
          learningRate: 0.4,
        });
        const order = new BatchOrder({ patches: 203, batchSize: 48, shuffle, seed: 3 });
        const losses: number[] = [];
        await begun.advance(12, { onUpdate: (_, loss) => losses.push(loss) });
        for (const [step, loss] of losses.entries()) {
          const units = [...order.units(step)];
          const rows =
            shuffle === 'groups' ? units.flatMap((unit) => [...(order.groups[unit] ?? [])]) : units;
          expect(explicit.update(centred(rows), undefined)).toBeCloseTo(loss, 12);
        }
        expect(distance(await weightsOf(begun), explicit.weights)).toBeLessThan(1e-12);
      });
    }
  });

  it.each(networks)('adds the output noise that explicit patches would get: %o', async (network) => {
    await training({ ...network, shuffle: 'patches', outputNoise: 0.3 }, async (begun) => {
      const explicit = new ExplicitDescent(await weightsOf(begun), { tied: network.tied, learningRate: 0.4 });
      const order = new BatchOrder({ patches: 203, batchSize: 48, shuffle: 'patches', seed: 3 });
      await begun.advance(6);
      for (let step = 0; step < 6; step++) {
        const x = centred([...order.units(step)]);
        const stream = randomStream(3, 'linear-learning/noise', step);
        const noise = Matrix.zeros(x.rows, x.columns);
        for (let row = 0; row < x.rows; row++) {
          for (let column = 0; column < x.columns; column++) noise.set(row, column, 0.3 * stream.normal());
        }
        explicit.update(x, noise);
      }
      expect(distance(await weightsOf(begun), explicit.weights)).toBeLessThan(1e-12);
    });
  });

  it('draws noise for groups whose covariance is that of the noise times the patches', () => {
    const factor = noiseFactorOf(smallComponents, 'float64');
    const f = Matrix.from1DArray(16, 16, factor.data);
    const moment = Matrix.from1DArray(16, 16, smallComponents.secondMoment);
    expect(Matrix.sub(f.transpose().mmul(f), moment).norm('frobenius')).toBeLessThan(1e-12);
  });

  it('takes every patch once an epoch, in batches of about the size asked for', () => {
    for (const [batchSize, updates] of [
      [48, 5],
      [5, 41],
      [203, 1],
    ] as const) {
      const order = new BatchOrder({ patches: 203, batchSize, shuffle: 'groups', seed: 1 });
      expect(order.updatesPerEpoch).toBe(updates);
      const epoch = Array.from({ length: updates }, (_, step) => [...order.units(updates + step)]);
      const seen = epoch.flat().flatMap((unit) => [...(order.groups[unit] ?? [])]);
      expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 203 }, (_, patch) => patch));
    }
    const paper = new BatchOrder({ patches: 100_352, batchSize: 16_384, shuffle: 'groups', seed: 1 });
    const sizes = Array.from({ length: 7 }, (_, step) =>
      [...paper.units(step)].reduce((sum, unit) => sum + (paper.groups[unit]?.length ?? 0), 0),
    );
    expect(sizes).toEqual([16_384, 16_384, 16_384, 16_384, 16_384, 16_384, 2048]);
  });

  it('goes on from its state to the same bits', async () => {
    const change = { precision: 'float32', outputNoise: 0.1, tied: true } as const;
    const recording = async (begun: LinearTraining, from: number): Promise<void> => {
      for (let step = from; step <= 20; step += 5) {
        await begun.advance(step);
        await begun.record();
      }
    };
    const whole = await training(change, async (begun) => {
      await recording(begun, 0);
      return await begun.state();
    });
    const half = await training(change, async (begun) => {
      await begun.advance(0);
      await begun.record();
      await begun.advance(8);
      return await begun.state();
    });
    const resumed = await training(
      change,
      async (begun) => {
        expect(begun.step).toBe(8);
        await recording(begun, 10);
        return await begun.results();
      },
      { state: half },
    );
    const straight = await training(change, async (begun) => {
      await begun.advance(0);
      await begun.record();
      await recording(begun, 10);
      return await begun.results();
    });
    expect(resumed).toEqual(straight);
    expect(values(readNpz(whole), 'W1').length).toBe(256);
  });

  it('stops where the loss diverges, and says with which learning rate', async () => {
    await training({ learningRate: 1e6 }, async (begun) => {
      const failure = await begun.advance(20).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(LearningDivergedError);
      expect((failure as LearningDivergedError).message).toMatch(/learning rate 1000000/);
    });
  });

  it('stops between updates when told to, and can go on', async () => {
    await training({}, async (begun) => {
      const stop = new AbortController();
      const onUpdate = (step: number): void => {
        if (step === 4) stop.abort();
      };
      await expect(begun.advance(20, { signal: stop.signal, onUpdate })).rejects.toThrow(/abort/);
      expect(begun.step).toBe(4);
      await begun.advance(20);
      expect(begun.step).toBe(20);
    });
  });

  it('refuses what cannot be trained, naming all of it', async () => {
    const refused = training({ depth: 0, batchSize: 204, learningRate: NaN }, () => Promise.resolve());
    await expect(refused).rejects.toThrow(InvalidLinearLearningError);
    await expect(refused).rejects.toThrow(/depth.*not 0.*1 to 203 patches.*not 204.*learning rate.*NaN/);
  });
});

describe('theory', () => {
  const wholeBatch = { batchSize: 1500, steps: 60, learningRate: 4 };

  it('is exact of one matrix from any start', async () => {
    await training(
      { ...wholeBatch, depth: 1, initialSize: 0.3 },
      async (begun) => {
        await begun.record();
        await begun.advance(60);
        await begun.record();
        const learned = values(await begun.results(), 'learned');
        for (let k = 0; k < 64; k++) {
          const component = { variance: largeComponents.variance[k] ?? NaN, initial: learned[k] ?? NaN };
          const expected = discreteLearnedAt({ ...component, learningRate: 4, pixels: 64 }, 60);
          expect(learned[64 + k]).toBeCloseTo(expected, 11);
        }
      },
      { size: 'large' },
    );
  });

  it.each([
    { depth: 1, tied: true },
    { depth: 2, tied: false },
    { depth: 3, tied: false },
  ])('is exact from aligned weights: %o', async ({ depth, tied }) => {
    await training(
      { ...wholeBatch, depth, tied, initialisation: 'aligned', initialSize: 0.02 },
      async (begun) => {
        await begun.advance(60);
        await begun.record();
        const results = await begun.results();
        for (const k of [0, 1, 5, 30, 63]) {
          const network = { depth, tied, learningRate: 4, pixels: 64, initial: 0.02 };
          const sigma = discreteLearning(
            { ...network, variance: largeComponents.variance[k] ?? NaN },
            60,
          )[60];
          expect(values(results, 'learned')[k]).toBeCloseTo(sigma ?? NaN, 11);
          expect(values(results, 'learnedSquared')[k]).toBeCloseTo((sigma ?? NaN) ** 2, 11);
          expect(values(results, 'singularValues')[k]).toBeCloseTo(sigma ?? NaN, 9);
        }
      },
      { size: 'large' },
    );
  });

  it.each([
    { depth: 2, tied: true },
    { depth: 2, tied: false },
  ])(
    'has the half-times of small random weights to about 10 %, the better the smaller they are: %o',
    async (network) => {
      const gaps: number[] = [];
      for (const start of [0.03, 0.003]) {
        const size = Math.sqrt((3 * start) / 64) * (network.tied ? 1 : Math.SQRT2);
        expect(initialProportion({ ...network, pixels: 64, size })).toBeCloseTo(start, 12);
        gaps.push(await halfTimeGap(network, size, start));
      }
      const [first = NaN, second = NaN] = gaps;
      expect(first).toBeLessThan(0.15);
      expect(second).toBeLessThan(0.08);
      expect(second).toBeLessThan(first);
    },
  );
});

/** Mean relative error of the theory's half-times of the first 20 components. */
async function halfTimeGap(
  network: { readonly depth: number; readonly tied: boolean },
  initialSize: number,
  initial: number,
): Promise<number> {
  const learningRate = 2;
  const perUpdate = flowTimePerUpdate({ ...network, learningRate, pixels: 64 });
  const theory = [...largeComponents.variance.subarray(0, 20)].map(
    (variance) => halfTime({ depth: network.depth, variance, initial }) / perUpdate,
  );
  const steps = Math.ceil(1.4 * (theory[19] ?? NaN));
  return await training(
    { ...network, initialSize, learningRate, steps, batchSize: 1500, precision: 'float32' },
    async (begun) => {
      for (let index = 0; index <= 40; index++) {
        await begun.advance(Math.round(steps * (index / 40) ** 2));
        await begun.record();
      }
      const results = await begun.results();
      const step = values(results, 'step');
      const learned = values(results, 'learned');
      const errors = theory.map((expected, k) => {
        const after = step.findIndex((_, row) => (learned[row * 64 + k] ?? NaN) >= 0.5);
        const [low = NaN, high = NaN] = [after - 1, after].map((row) => learned[row * 64 + k]);
        const [from = NaN, to = NaN] = [step[after - 1], step[after]];
        return Math.abs((from + ((to - from) * (0.5 - low)) / (high - low)) / expected - 1);
      });
      return errors.reduce((sum, error) => sum + error, 0) / errors.length;
    },
    { size: 'large' },
  );
}

describe('singular values', () => {
  it.each([
    { depth: 1, tied: true },
    { depth: 3, tied: false },
  ])('are those of the product: %o', async (network) => {
    await training({ ...network, initialSize: 0.3 }, async (begun) => {
      await begun.advance(10);
      await begun.record();
      const weights = await weightsOf(begun);
      const product = weights.reduce((below, w) => w.mmul(below), Matrix.eye(16));
      const matrix = network.tied ? product.transpose().mmul(product) : product;
      const { diagonal } = new SingularValueDecomposition(matrix);
      const found = values(await begun.results(), 'singularValues');
      for (const [k, value] of diagonal.entries()) expect(found[k]).toBeCloseTo(value, 6);
    });
  });
});

function centred(rows: readonly number[]): Matrix {
  const matrix = Matrix.zeros(rows.length, 16);
  for (const [index, row] of rows.entries()) {
    for (let pixel = 0; pixel < 16; pixel++) {
      matrix.set(index, pixel, (small.data[row * 16 + pixel] ?? NaN) - (smallComponents.mean[pixel] ?? NaN));
    }
  }
  return matrix;
}

function distance(some: readonly Matrix[], others: readonly Matrix[]): number {
  expect(some.length).toBe(others.length);
  return Math.max(...some.map((w, index) => Matrix.sub(w, others[index] ?? w).norm('frobenius')));
}
