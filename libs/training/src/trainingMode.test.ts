import { float32, isDType, ndarray, type NdArray } from '@oblique/arrays';
import { float, ProgramBuilder, writeProgram, type Program } from '@oblique/onnx';
import { randomStream } from '@oblique/random';
import { Runtime } from '@oblique/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RANDOM_KEY } from './tensorNames.js';
import { trainingMode } from './trainingMode.js';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await Runtime.start({ device: 'cpu', workers: 1 });
});
afterAll(() => runtime.close());

describe('BatchNormalization in training mode', () => {
  const shape = [6, 3, 4, 5];
  const channels = [0, 1, 2];
  const [scale, shift, mean, variance] = [
    [1.5, 0.5, -2],
    [0.1, -3, 7],
    [0.2, 0.4, -1],
    [1, 2, 0.5],
  ];

  it('normalises by the batch and updates the running statistics', async () => {
    const b = new ProgramBuilder('normalised');
    const parameters = Object.entries({ scale, shift, mean, variance }).map(([name, values]) =>
      b.initializer(name, float32([3], values)),
    );
    const x = b.input('x', 'float32', shape);
    b.output(b.op('BatchNormalization', [x, ...parameters], { epsilon: float(0.01) }, { output: 'y' }));
    const { program, runningStatistics } = trainingMode(b.build());

    const data = new Float32Array(360);
    randomStream(0, 'batch').fillNormal(data, 3);
    const outputs = await run(program, { x: ndarray('float32', shape, data) });
    const ofChannel = (values: Float32Array, channel: number): number[] =>
      [...values].filter((_, index) => Math.floor(index / 20) % 3 === channel);
    for (const channel of channels) {
      const values = ofChannel(data, channel);
      const batchMean = values.reduce((sum, value) => sum + value) / 120;
      const squares = values.reduce((sum, value) => sum + (value - batchMean) ** 2, 0);
      const normalised = values.map(
        (value) =>
          ((value - batchMean) / Math.sqrt(squares / 120 + 0.01)) * (scale[channel] ?? 0) +
          (shift[channel] ?? 0),
      );
      ofChannel(outputs('y'), channel).forEach((value, index) =>
        expect(value).toBeCloseTo(normalised[index] ?? NaN, 4),
      );
      // PyTorch: momentum 0.1, and the variance is that of a sample.
      const running = (statistic: string): number =>
        outputs(runningStatistics.get(statistic) ?? '')[channel] ?? NaN;
      expect(running('mean')).toBeCloseTo(0.9 * (mean[channel] ?? 0) + 0.1 * batchMean, 5);
      expect(running('variance')).toBeCloseTo(0.9 * (variance[channel] ?? 0) + (0.1 * squares) / 119, 5);
    }
  });

  it('needs more than one value a channel', () => {
    const b = new ProgramBuilder('single');
    const ones = ['a', 'b', 'c', 'd'].map((name) => b.initializer(name, float32([2], [1, 1])));
    b.output(b.op('BatchNormalization', [b.input('x', 'float32', [1, 2]), ...ones], {}, { name: 'norm' }));
    expect(() => trainingMode(b.build())).toThrow(
      'BatchNormalization norm gets one value a channel, [1, 2]; train with larger batches',
    );
  });
});

describe('Dropout in training mode', () => {
  const SIZE = 40_000;
  const ratio = 0.3;
  const ones = ndarray('float32', [SIZE], new Float32Array(SIZE).fill(1));

  function twoDropouts(opset = 18): Program {
    const b = new ProgramBuilder('dropping', { opset });
    const x = b.input('x', 'float32', [SIZE]);
    for (const output of ['first', 'second']) {
      const dropped =
        opset < 12
          ? b.op('Dropout', [x], { ratio: float(ratio) }, { output })
          : b.op('Dropout', [x, b.scalar(ratio)], {}, { output });
      b.output(dropped);
    }
    return b.build();
  }

  const masks = async (key: bigint, opset?: number): Promise<[Float32Array, Float32Array]> => {
    const outputs = await run(trainingMode(twoDropouts(opset)).program, {
      x: ones,
      [RANDOM_KEY]: ndarray('int64', [], BigInt64Array.of(key)),
    });
    return [outputs('first'), outputs('second')];
  };
  const KEY = 0x548c9decbce65297n;
  const dropped = (mask: Float32Array): number => mask.filter((value) => value === 0).length;
  const bothDropped = (a: Float32Array, b: Float32Array): number =>
    a.filter((value, index) => value === 0 && b[index] === 0).length;
  /** Five standard deviations of a count. */
  const tolerance = (p: number): number => 5 * Math.sqrt(SIZE * p * (1 - p));

  it('drops the share that it should and scales the rest, alike in old operator sets', async () => {
    const [mask] = await masks(KEY);
    expect(Math.abs(dropped(mask) - ratio * SIZE)).toBeLessThan(tolerance(ratio));
    const kept = Math.fround(1 / (1 - ratio));
    expect(mask.every((value) => value === 0 || value === kept)).toBe(true);
    expect((await masks(KEY, 11))[0]).toEqual(mask);
  });

  it('gives the same for the same key, and something independent elsewhere', async () => {
    const [first, second] = await masks(KEY);
    const [again, other] = [(await masks(KEY))[0], (await masks(0x3c6ef372fe94f82bn))[0]];
    expect(again).toEqual(first);
    const neighbours = [...first.subarray(1), 1];
    for (const independent of [second, other, Float32Array.from(neighbours)]) {
      expect(Math.abs(bothDropped(first, independent) - ratio ** 2 * SIZE)).toBeLessThan(
        tolerance(ratio ** 2),
      );
    }
  });

  it('refuses a ratio that is not known or not below 1', () => {
    const b = new ProgramBuilder('all');
    b.output(b.op('Dropout', [b.input('x', 'float32', [3]), b.scalar(1)], {}, { name: 'drop' }));
    expect(() => trainingMode(b.build())).toThrow(
      'Dropout drop needs a ratio that is a constant in [0, 1), not 1',
    );
  });
});

async function run(
  program: Program,
  feeds: Readonly<Record<string, NdArray>>,
): Promise<(name: string) => Float32Array> {
  const outputs = await runtime.run(runtime.load(writeProgram(program)), feeds);
  return (name) => {
    const output = outputs[name];
    if (output === undefined || !isDType(output, 'float32')) throw new Error(`There is no output ${name}.`);
    return output.data;
  };
}
