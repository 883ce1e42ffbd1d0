import { float64, ndarray, type NdArray } from '@oblique/arrays';
import { int, ProgramBuilder, type Program } from '@oblique/onnx';
import { Runtime } from '@oblique/runtime';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { meanSquaredError } from './loss.js';
import { adam, sgd, type Optimiser } from './optimiser.js';
import { initialState } from './trainableState.js';
import { Trainer } from './trainer.js';
import { trainingStep } from './trainingStep.js';

// Against torch.optim in float64 (reference/optimisers.py).
const truth = JSON.parse(
  await readFile(new URL('../reference/optimisers.json', import.meta.url), 'utf8'),
) as Record<string, { readonly weight: number[]; readonly bias: number[]; readonly gradientNorms: number[] }>;

const OPTIMISERS: Readonly<Record<string, Optimiser>> = {
  sgd: sgd(),
  'momentum and weight decay': sgd({ momentum: 0.9, weightDecay: 0.01 }),
  'nesterov, clipped': sgd({ momentum: 0.9, nesterov: true, clipGradientNorm: 0.3 }),
  'adam with weight decay': adam({ weightDecay: 0.01 }),
};

let runtime: Runtime;
beforeAll(async () => {
  runtime = await Runtime.start({ device: 'cpu', workers: 1 });
});
afterAll(() => runtime.close());

describe('five updates are those of torch.optim', () => {
  for (const [name, optimiser] of Object.entries(OPTIMISERS)) {
    it(name, async () => {
      const step = trainingStep(linear(), {
        loss: meanSquaredError(),
        optimiser,
        batch: { image: [2, 4] },
        precision: 'float64',
      });
      const trainer = await Trainer.start(runtime, step, initialState(step, 0));
      const norms: number[] = [];
      for (let index = 0; index < 5; index++) {
        const batch = {
          image: float64([2, 4], numbers(Math.sin, index, 8)),
          target: float64([2, 3], numbers(Math.cos, 10 * index, 6)),
        };
        const { metrics } = await trainer.step(batch, 0.1);
        if (metrics['gradientNorm'] !== undefined) norms.push(metrics['gradientNorm']);
      }
      const { tensors } = trainer.state;
      expectClose(tensors.get('weight'), truth[name]?.weight);
      expectClose(tensors.get('bias'), truth[name]?.bias);
      expectClose(float64([norms.length], norms), truth[name]?.gradientNorms);
    });
  }
});

it('refuses numbers that no optimiser takes', () => {
  expect(() => sgd({ momentum: 1 })).toThrow('momentum is a number from 0 to below 1, not 1');
  expect(() => sgd({ nesterov: true })).toThrow('Nesterov needs a momentum');
  expect(() => sgd({ weightDecay: -1 })).toThrow(RangeError);
  expect(() => adam({ clipGradientNorm: 0 })).toThrow('clipGradientNorm is a number above 0');
});

function linear(): Program {
  const b = new ProgramBuilder('linear');
  const halves = (start: number, count: number): Float32Array =>
    Float32Array.from(numbers(Math.cos, start, count)).map((value) => value / 2);
  const weight = b.initializer('weight', ndarray('float32', [3, 4], halves(0, 12)));
  const bias = b.initializer('bias', ndarray('float32', [3], halves(20, 3)));
  b.output(b.op('Gemm', [b.input('x', 'float32', ['N', 4]), weight, bias], { transB: int(1) }));
  return b.build();
}

function numbers(f: (x: number) => number, start: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => f(start + index));
}

function expectClose(found: NdArray | undefined, wanted: readonly number[] | undefined): void {
  if (found?.dtype !== 'float64' || wanted === undefined) throw new Error('There is nothing to compare.');
  expect(found.data.length).toBe(wanted.length);
  wanted.forEach((value, index) => expect(found.data[index]).toBeCloseTo(value, 12));
}
