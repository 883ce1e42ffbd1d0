import { float32 } from '@oblique/arrays';
import { ProgramBuilder } from '@oblique/onnx';
import { Runtime } from '@oblique/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contrast } from './loss.js';
import { sgd } from './optimiser.js';
import { initialState } from './trainableState.js';
import { Trainer } from './trainer.js';
import { trainingStep } from './trainingStep.js';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await Runtime.start({ device: 'cpu', workers: 1 });
});
afterAll(() => runtime.close());

/** The matrix after the step of the first test, by PyTorch 2 in float64, in row-major order. */
const REFERENCE = [
  0.7225230848330942, 0.5648640647413701, -0.4229433726567331, 0.5648640647413703, 1.4971950213613887,
  0.13730284539607157, -0.42294337265673304, 0.13730284539607163, 0.780281893805517,
];

/** Embeds a row of three numbers by a matrix, which is at first the identity. */
function embedding() {
  const b = new ProgramBuilder('embedding');
  const x = b.input('pixels', 'float32', ['batch', 3]);
  b.define('w', float32([3, 3], [1, 0, 0, 0, 1, 0, 0, 0, 1]));
  b.output(b.op('MatMul', [x, 'w']), 'float32', ['batch', 3]);
  return b.build();
}

const training = (examples: number) =>
  trainingStep(embedding(), { loss: contrast(), optimiser: sgd(), batch: { image: [examples, 3] } });

describe('contrast', () => {
  it("has PyTorch's loss and gradient of NT-Xent", async () => {
    // Three pairs of views. The reference is torch.nn.functional.cross_entropy of normalised products over 0.5, the
    // diagonal masked, in float64, and one step of gradient descent of rate 1 on the matrix.
    const views = [0.5, -1, 2, 0.25, -0.5, 1.5, -1, 1, 0.5, 2, 0, 1, 0, 3, -1, 1, 1, 1];
    const step = training(6);
    const trainer = await Trainer.start(runtime, step, initialState(step, 0));
    const { loss, metrics } = await trainer.step({ image: float32([6, 3], views) }, 1);
    expect(loss).toBeCloseTo(1.7300836410158293, 6);
    expect(metrics['accuracy']).toBeCloseTo(1 / 3, 6);
    const updated = trainer.network.initializers.get('w');
    REFERENCE.forEach((value, place) => expect(Number(updated?.data[place])).toBeCloseTo(value, 6));
  });

  it('takes pairs only, and another image to be told from', () => {
    expect(() => training(5)).toThrow(/even number from 4 on, not 5/);
    expect(() => training(2)).toThrow(/even number from 4 on, not 2/);
  });
});
