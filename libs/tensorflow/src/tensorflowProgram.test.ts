import { float32, int64, toNumbers, type NdArray } from '@oblique/arrays';
import { gradient, gradientName } from '@oblique/autodiff';
import { float, int, ints, ProgramBuilder, writeProgram, type Attributes, type Program } from '@oblique/onnx';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadTensorflow, TensorflowUnavailableError } from './loadTensorflow.js';
import { NotOnTensorflowError, TensorflowProgram } from './tensorflowProgram.js';

const waves = (shape: readonly number[], phase = 0): NdArray<'float32'> => {
  const size = shape.reduce((product, length) => product * length, 1);
  return float32(
    shape,
    Float32Array.from({ length: size }, (_, index) => Math.sin(index * 1.7 + phase)),
  );
};

/** Images and labels to a loss, through every kind of window and the moves around them. */
function network(): Program {
  const b = new ProgramBuilder('network');
  let x = b.input('image', 'float32', [2, 4, 11, 9]);
  b.input('label', 'int64', [2]);
  const convolve = (groups: number, outputs: number, attributes: Attributes): void => {
    const inputs = (outputs === 6 ? 4 : 6) / groups;
    const w = b.input(`weight${outputs}`, 'float32', [outputs, inputs, 3, 3]);
    const bias = b.input(`bias${outputs}`, 'float32', [outputs]);
    x = b.op('Relu', [b.op('Conv', [x, w, bias], { group: int(groups), ...attributes })]);
  };
  convolve(2, 6, { strides: ints([2, 1]), pads: ints([1, 0, 1, 2]) });
  x = b.op('MaxPool', [x], { kernel_shape: ints([3, 2]), strides: ints([2, 2]), pads: ints([1, 0, 1, 1]) });
  convolve(1, 8, { dilations: ints([1, 2]), pads: ints([1, 2, 1, 2]) });
  x = b.op('AveragePool', [x], {
    kernel_shape: ints([2, 3]),
    strides: ints([1, 2]),
    pads: ints([0, 1, 0, 1]),
  });
  const shape = b.op('Shape', [x]);
  const batch = b.op('Gather', [shape, b.initializer('zero', int64([1], [0]))]);
  x = b.op('Reshape', [x, b.op('Concat', [batch, b.ints([-1])], { axis: int(0) })]);
  const fc = b.input('fc', 'float32', [5, 48]);
  const logits = b.op('Tanh', [b.op('Gemm', [x, fc], { transB: int(1), alpha: float(0.5) })]);
  const probability = b.op('LogSoftmax', [logits]);
  const own = b.op('GatherElements', [probability, b.op('Unsqueeze', ['label', b.ints([1])])], {
    axis: int(1),
  });
  b.op('Neg', [b.op('ReduceMean', [own], { keepdims: int(0) })], {}, { output: 'loss' });
  b.op('ArgMax', [logits], { axis: int(1), keepdims: int(0) }, { output: 'best' });
  b.output('loss', 'float32', []);
  b.output('best', 'int64', [2]);
  return b.build();
}

/** Runs the program on both, on wavy numbers, and compares what comes out. */
async function expectAsOnnxRuntime(
  program: Program,
  feeds: Readonly<Record<string, NdArray>>,
): Promise<string[]> {
  const session = await InferenceSession.create(writeProgram(program), { logSeverityLevel: 3 });
  const expected = await session.run(
    Object.fromEntries(
      Object.entries(feeds).map(([name, { dtype, data, shape }]) => [name, new Tensor(dtype, data, shape)]),
    ),
  );
  await session.release();

  const tensors = tf.memory().numTensors;
  const runs = new TensorflowProgram(tf, program);
  const found = await runs.run(feeds);
  runs.dispose();
  expect(tf.memory().numTensors).toBe(tensors);

  for (const [name, array] of Object.entries(found)) {
    expect([name, array.dtype, array.shape]).toEqual([name, expected[name]!.type, expected[name]!.dims]);
    const truth = Array.from(expected[name]!.data, Number);
    const scale = Math.max(...truth.map(Math.abs));
    toNumbers(array).forEach((value, index) => {
      expect(Math.abs(value - truth[index]!), `${name}[${index}]`).toBeLessThan(1e-5 * scale + 1e-7);
    });
  }
  return Object.keys(found).sort();
}

describe('TensorflowProgram', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  it('computes a network and its gradients as ONNX Runtime does, and keeps no tensor', async () => {
    const wrt = ['image', 'weight6', 'bias6', 'weight8', 'bias8', 'fc'];
    const program = gradient(network(), { loss: 'loss', wrt });
    const feeds = Object.fromEntries(
      program.inputs.map(({ name, shape }, index) => [
        name,
        name === 'label' ? int64([2], [3, 1]) : waves((shape ?? []).map(Number), index),
      ]),
    );
    expect(await expectAsOnnxRuntime(program, feeds)).toEqual(
      ['best', 'loss', ...wrt.map(gradientName)].sort(),
    );
  });

  it('differentiates roots and clips, whose slopes are held to finite numbers', async () => {
    const b = new ProgramBuilder('roots');
    b.input('x', 'float32', [8]);
    const clipped = b.op('Clip', ['x', b.scalar(-0.5)]);
    const bounded = b.op('Clip', [clipped, '', b.scalar(0.9)]);
    b.op('ReduceSum', [b.op('Sqrt', [b.op('Abs', [bounded])])], { keepdims: int(0) }, { output: 'loss' });
    b.output('loss', 'float32', []);
    const program = gradient(b.build(), { loss: 'loss', wrt: ['x'] });
    await expectAsOnnxRuntime(program, { x: waves([8]) });
  });

  it('refuses operators and types that TensorFlow.js lacks before anything runs', () => {
    const program = (op: string, dtype: 'float32' | 'float64'): Program => {
      const b = new ProgramBuilder('strange');
      b.input('x', dtype, [2]);
      b.output(b.op(op, ['x']), dtype, [2]);
      return b.build();
    };
    expect(() => new TensorflowProgram(tf, program('Det', 'float32'))).toThrow(NotOnTensorflowError);
    expect(() => new TensorflowProgram(tf, program('Det', 'float32'))).toThrow(/strange uses Det/);
    expect(() => new TensorflowProgram(tf, program('Sin', 'float64'))).toThrow(/float64, which TensorFlow/);
  });
});

describe('loadTensorflow', () => {
  it('loads TensorFlow, or says in one line why not and what to do', async () => {
    const outcome = await loadTensorflow().catch((error: unknown) => error);
    if (outcome instanceof TensorflowUnavailableError) {
      expect(outcome.message).toMatch(
        /^TensorFlow cannot be used here \(.+\)\. .*npm rebuild.*onnxruntime\.$/,
      );
    } else {
      expect(outcome).toMatchObject({ executor: expect.stringMatching(/^tensorflow\.js \d/) });
    }
  });
});
