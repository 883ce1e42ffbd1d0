import { ndarray } from '@oblique/arrays';
import { LinearTraining } from '@oblique/linear-learning';
import { randomStream } from '@oblique/random';
import type { Runtime } from '@oblique/runtime';
import { fileURLToPath } from 'node:url';
import { timed, type Contender } from './interleaved.js';
import { startTorch } from './torchProcess.js';

const SCRIPT = fileURLToPath(new URL('../../bench/linear_update.py', import.meta.url));

// The paper's size: a tied autoencoder of 32 × 32 pixels, batches of 16 384 patches.
const PIXELS = 1024;
const BATCH_SIZE = 16_384;
/** Two batches an epoch: how many there are does not change what an update takes. */
const PATCHES = 2 * BATCH_SIZE;
const ROUNDS = 1000;

type Closing = Contender & { close(): Promise<void> };

/** One update by second moments, with the wait for its batch. */
export async function linearUpdate(runtime: Runtime): Promise<Closing> {
  const data = new Float32Array(PATCHES * PIXELS);
  randomStream(1, 'bench').fillUniform(data, 0, 1);
  const identity = Float64Array.from({ length: PIXELS ** 2 }, (_, index) =>
    Number(index % (PIXELS + 1) === 0),
  );
  const training = await LinearTraining.start({
    spec: {
      depth: 1,
      tied: true,
      initialisation: 'uniform',
      initialSize: 0.005,
      batchSize: BATCH_SIZE,
      learningRate: 1,
      steps: ROUNDS,
      outputNoise: 0,
      seed: 1,
      frequenciesCyclesPerPixel: [],
      acuityThreshold: 0.1,
    },
    patches: ndarray('float32', [PATCHES, PIXELS], data),
    components: {
      variance: new Float64Array(PIXELS).fill(1 / 12),
      components: identity,
      mean: new Float64Array(PIXELS).fill(0.5),
      secondMoment: identity.map((value) => value / 12),
    },
    runtime,
  });
  return {
    name: 'linear update, second moments',
    go: () => timed(() => training.advance(training.step + 1)),
    close: () => training.close(),
  };
}

/** The same update by PyTorch, on all patches of the batch. */
export async function torchLinearUpdate(python: string): Promise<Closing> {
  const { go, close } = await startTorch(python, SCRIPT, [`${PIXELS}`, `${BATCH_SIZE}`, '1']);
  return { name: "PyTorch's linear update", go: () => go('go'), close };
}
