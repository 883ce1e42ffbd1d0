import { int64, float32, ndarray, sizeOf, type NdArray } from '@oblique/arrays';
import { buildNetwork } from '@oblique/networks';
import { int, ProgramBuilder, writeProgram, type Program } from '@oblique/onnx';
import type { Runtime } from '@oblique/runtime';
import {
  crossEntropy,
  initialState,
  meanSquaredError,
  sgd,
  Trainer,
  trainingStep,
  type TrainingStep,
} from '@oblique/training';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { noise } from '../reference/trainingCases.js';
import { timed, type Contender } from './interleaved.js';
import { startTorch } from './torchProcess.js';

const SCRIPT = fileURLToPath(new URL('../../bench/training_step.py', import.meta.url));

/** A network, a loss and the shape of a batch: what a training step is timed on. */
export interface TrainingWorkload {
  readonly name: string;
  readonly network: Program;
  readonly loss: 'mean_squared_error' | 'cross_entropy';
  readonly shape: readonly number[];
}

/** One matrix of 1024 × 1024, as in Fig. 5 with the batches of the paper. */
export function autoencoder(): TrainingWorkload {
  const b = new ProgramBuilder('autoencoder');
  const weights = noise(0, 1024 ** 2).map((value) => value / 32);
  const weight = b.initializer('weight', ndarray('float32', [1024, 1024], weights));
  const x = b.input('x', 'float32', ['N', 1024]);
  b.output(b.op('Gemm', [x, weight], { transB: int(1) }), 'float32', ['N', 1024]);
  return {
    name: 'linear autoencoder',
    network: b.build(),
    loss: 'mean_squared_error',
    shape: [16_384, 1024],
  };
}

/** The residual network for small images. */
export function smallCnn(): TrainingWorkload {
  const network = buildNetwork('small_resnet', { seed: 1 });
  return { name: 'small CNN', network, loss: 'cross_entropy', shape: [128, 3, 32, 32] };
}

/** A training step of ours. */
export async function ourStep(
  runtime: Runtime,
  work: TrainingWorkload,
): Promise<Contender & { readonly parameters: readonly string[] }> {
  const { network, loss, shape } = work;
  const step: TrainingStep = trainingStep(network, {
    loss: loss === 'cross_entropy' ? crossEntropy() : meanSquaredError(),
    optimiser: sgd({ momentum: 0.9 }),
    batch: { image: shape },
  });
  const trainer = await Trainer.start(runtime, step, initialState(step, 0));
  const batch = batchOf(work);
  return {
    name: `training step, ${work.name}`,
    parameters: step.parameters,
    go: () => timed(() => trainer.step(batch, 1e-4)),
  };
}

function batchOf({ loss, shape }: TrainingWorkload): Record<string, NdArray> {
  const image = ndarray('float32', shape, noise(1, sizeOf(shape)));
  if (loss === 'mean_squared_error') return { image, target: image };
  const examples = [...Array(shape[0]).keys()];
  return {
    image,
    label: int64(
      [examples.length],
      examples.map((example) => example % 10),
    ),
    weight: float32(
      [examples.length],
      examples.map(() => 1),
    ),
  };
}

/** The same by PyTorch, on one thread too. */
export async function torchStep(
  { name, network, loss, shape }: TrainingWorkload,
  parameters: readonly string[],
  python: string,
  folder: string,
): Promise<Contender & { close(): Promise<void> }> {
  const path = join(folder, `${network.name}.onnx`);
  await writeFile(path, writeProgram(network));
  const torch = await startTorch(python, SCRIPT, [path, loss, '1', JSON.stringify(shape), ...parameters]);
  return { name: `PyTorch's training step, ${name}`, go: () => torch.go(''), close: () => torch.close() };
}
