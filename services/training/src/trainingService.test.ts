import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { float32, float64, readNpz, toNumbers, writeNpy, writeNpz, type NdArray } from '@oblique/arrays';
import { parseDigest } from '@oblique/artifacts';
import { datasetV1, trainingV1, type artifactV1 } from '@oblique/contracts';
import { layersOf } from '@oblique/networks';
import { readProgram } from '@oblique/onnx';
import { Runtime } from '@oblique/runtime';
import { measureSensitivity } from '@oblique/sensitivity';
import {
  createClient,
  fetchArtifact,
  ServiceError,
  startService,
  uploadArtifact,
  type RunningService,
  type ServiceClient,
} from '@oblique/service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallTraining } from './testing/smallTraining.js';
import { trainingService } from './trainingService.js';

const { TrainingState: State } = trainingV1;

let folder: string;
let service: RunningService;
let client: ServiceClient<typeof trainingV1.TrainingServiceService>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'training-'));
  const flags = ['--port', '0', '--store', folder, '--log-level', 'silent', '--concurrent', '1'];
  service = await startService(trainingService, flags);
  client = createClient(trainingV1.TrainingServiceService, service.endpoint);
});
afterAll(async () => {
  client.close();
  await service.close();
  await rm(folder, { recursive: true, force: true });
});

async function started(spec: trainingV1.TrainingSpec, label = ''): Promise<trainingV1.Training> {
  const { training } = await client.startTraining({ spec, label });
  if (training === undefined) throw new Error('Nothing was started.');
  return training;
}

interface Watched {
  readonly steps: readonly number[];
  readonly checkpoints: readonly trainingV1.Checkpoint[];
  readonly ended: trainingV1.Training;
}

async function watched(id: string): Promise<Watched> {
  const steps: number[] = [];
  const checkpoints: trainingV1.Checkpoint[] = [];
  for await (const { event } of client.watchTraining({ id })) {
    if (event?.$case === 'metrics') steps.push(event.value.step);
    if (event?.$case === 'checkpoint') checkpoints.push(event.value);
    if (event?.$case === 'ended') return { steps, checkpoints, ended: event.value };
  }
  throw new Error('The watch ended before the training.');
}

async function arrays(ref: artifactV1.ArtifactRef | undefined): Promise<Map<string, NdArray>> {
  return readNpz(await bytes(ref));
}

async function bytes(ref: artifactV1.ArtifactRef | undefined): Promise<Uint8Array> {
  return fetchArtifact(service.endpoint, parseDigest(ref?.digest ?? ''));
}

const UNTIL_12 = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
const GABOR = { family: 'gabor', parameters: { sigma: 4, frequency: 0.12 } };
const ORIENTATIONS = [0, 45, 90];
const OBSERVED = {
  checkpoints: { at: [0, 5] },
  observationSteps: { at: [0, 5, 12] },
  heldOutFraction: 0.2,
  observations: ['fine', 'coarse'].map((name, index) => ({
    name,
    stimulus: { ...GABOR, parameters: { ...GABOR.parameters, frequency: 0.06 * (2 - index) } },
    variable: 'orientation',
    grid: [{ parameter: 'orientation', values: ORIENTATIONS }],
    layers: ['layer1', 'layer4'],
  })),
};

describe('a training', () => {
  it('is watched from its beginning whenever one looks, and leaves model, metrics and observations', async () => {
    const { id } = await started(smallTraining(OBSERVED), 'a label');
    const live = await watched(id);
    const later = await watched(id);
    expect(live.steps).toEqual(UNTIL_12);
    expect(later).toEqual(live);
    expect(live.ended).toMatchObject({
      id,
      label: 'a label',
      state: State.TRAINING_STATE_SUCCEEDED,
      step: 12,
    });
    expect(live.checkpoints.map(({ step }) => step)).toEqual([0, 5, 12]);
    expect(live.checkpoints[2]?.model).toEqual(live.ended.result?.model);

    const metrics = await arrays(live.ended.result?.metrics);
    expect(toNumbers(metrics.get('step') ?? float64([0], []))).toEqual(Float64Array.from(UNTIL_12));
    expect([...metrics.keys()]).toEqual(
      expect.arrayContaining(['loss', 'accuracy', 'learningRate', 'epoch']),
    );
    expect(toNumbers(metrics.get('heldOutStep') ?? float64([0], []))).toEqual(Float64Array.of(0, 5, 12));
    const { metrics: told } = await client.getTraining({ id });
    expect(told.map(({ loss }) => loss)).toEqual([...(metrics.get('loss')?.data ?? [])]);
  });

  it('observes what measuring its checkpoints gives', async () => {
    const { id } = await started(smallTraining(OBSERVED));
    const { ended, checkpoints } = await watched(id);
    const observations = await arrays(ended.result?.observations);
    const runtime = await Runtime.start({ device: 'cpu', workers: 1 });
    try {
      for (const [row, { model }] of checkpoints.entries()) {
        const network = readProgram(await bytes(model));
        const layers = layersOf(network).filter(({ name }) => name === 'layer1' || name === 'layer4');
        const { d } = await measureSensitivity({
          runtime,
          network,
          stimulus: { ...GABOR, widthPixels: 16, heightPixels: 16, stretch: 'none', input: 'direct' },
          variable: 'orientation',
          grid: [{ parameter: 'orientation', values: ORIENTATIONS }],
          layers,
        });
        for (const { name } of layers) {
          const observed = observations.get(`fine/D/${name}`);
          expect(observed?.shape).toEqual([3, 3]);
          d.get(name)?.forEach((value, index) => {
            expect(Number(observed?.data[3 * row + index]) / value).toBeCloseTo(1, 3);
          });
        }
      }
    } finally {
      await runtime.close();
    }
  });

  it('is the same whatever it is called and whether defaults are said or not', async () => {
    const dataset = { source: { $case: 'scenes', value: { count: 128, sizePixels: 16 } } } as const;
    const bare = smallTraining({ dataset, batchSize: 0, steps: 3 });
    const { id } = await started(bare);
    await watched(id);
    const said = smallTraining({
      start: { $case: 'architecture', value: { architecture: 'small_resnet', width: 0.125 } },
      dataset,
      batchSize: 128,
      steps: 3,
      initialScale: 1,
    });
    expect(await started(said, 'another name')).toMatchObject({ id, state: State.TRAINING_STATE_SUCCEEDED });
    expect((await started(smallTraining({ steps: 3 }, 2))).id).not.toBe(id);
  });

  it('goes on after it was cancelled, to the same bits', async () => {
    const spec = smallTraining({
      steps: 30,
      observations: OBSERVED.observations,
      observationSteps: { every: 10 },
    });
    const { id } = await started(spec);
    for await (const { event } of client.watchTraining({ id }))
      if (event?.$case === 'metrics' && event.value.step >= 3) break;
    const { training: cancelled } = await client.cancelTraining({ id });
    expect(cancelled).toMatchObject({ id, state: State.TRAINING_STATE_CANCELLED });
    expect(cancelled?.step).toBeLessThan(30);
    expect((await client.getTraining({ id })).metrics).toHaveLength(cancelled?.step ?? 0);

    await started(spec);
    const { ended, steps } = await watched(id);
    expect(steps).toHaveLength(30);

    const other = await mkdtemp(join(tmpdir(), 'training-'));
    const unbroken = await startService(trainingService, [
      '--port',
      '0',
      '--store',
      other,
      '--log-level',
      'silent',
    ]);
    const elsewhere = createClient(trainingV1.TrainingServiceService, unbroken.endpoint);
    try {
      await elsewhere.startTraining({ spec, label: '' });
      let whole: trainingV1.Training | undefined;
      for await (const { event } of elsewhere.watchTraining({ id }))
        if (event?.$case === 'ended') whole = event.value;
      expect(ended.result?.model).toEqual(whole?.result?.model);
      expect(ended.result?.observations).toEqual(whole?.result?.observations);
      expect(ended.result?.metrics).toEqual(whole?.result?.metrics);
    } finally {
      elsewhere.close();
      await unbroken.close();
      await rm(other, { recursive: true, force: true });
    }
  });

  it('waits while another runs, and can be cancelled then', async () => {
    const first = await started(smallTraining({ steps: 5000 }));
    const second = await started(smallTraining({ steps: 5001 }));
    expect(second.state).toBe(State.TRAINING_STATE_QUEUED);
    const { training: cancelled } = await client.cancelTraining({ id: second.id });
    expect(cancelled?.state).toBe(State.TRAINING_STATE_CANCELLED);
    const { trainings } = await client.listTrainings({});
    expect(trainings.slice(0, 2).map(({ id }) => id)).toEqual([second.id, first.id]);
    await client.cancelTraining({ id: first.id });
  });

  it('that diverges says at which step, with which learning rate, and what to do', async () => {
    const { id } = await started(
      smallTraining({
        optimiser: {},
        schedule: { learningRate: 1e30 },
        task: datasetV1.Task.TASK_RECONSTRUCTION,
      }),
    );
    const { ended } = await watched(id);
    expect(ended.state).toBe(State.TRAINING_STATE_FAILED);
    expect(ended.failure).toMatch(/loss became (NaN|Infinity) at step \d+ .*rate of 1e\+30.*clip/);
  });

  it('learns gratings that are drawn while it trains', async () => {
    const gratings = { $case: 'gratings', value: { bins: 8 } } as const;
    const { id } = await started(
      smallTraining({
        start: {
          $case: 'architecture',
          value: { architecture: 'mlp', width: 0.02, inputSizePixels: 16 },
        },
        dataset: { source: gratings },
        task: datasetV1.Task.TASK_CLASS,
        optimiser: { method: trainingV1.Optimiser_Method.METHOD_ADAM },
        schedule: { learningRate: 0.01 },
        steps: 100,
      }),
    );
    const { ended } = await watched(id);
    const loss = [...((await arrays(ended.result?.metrics)).get('loss')?.data ?? [])].map(Number);
    const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean(loss.slice(-20))).toBeLessThan(0.7 * mean(loss.slice(0, 20)));
  });

  it('passes over what is no image, the first of all too, and says so', async () => {
    const root = join(folder, 'few images');
    await mkdir(root);
    // A black GIF of one pixel, by hand.
    const gif = Buffer.from('R0lGODdhAQABAIAAAAAAAAAAACwAAAAAAQABAAACAkQBADs=', 'base64');
    await writeFile(join(root, '0.jpg'), gif.subarray(0, 20));
    await symlink('nowhere', join(root, '1.jpg'));
    for (let index = 2; index < 10; index += 1) await writeFile(join(root, `${index}.gif`), gif);
    const { id } = await started(
      smallTraining({
        start: { $case: 'architecture', value: { architecture: 'mlp', inputSizePixels: 1 } },
        dataset: { source: { $case: 'location', value: root } },
        task: datasetV1.Task.TASK_RECONSTRUCTION,
        batchSize: 8,
      }),
    );
    const { ended } = await watched(id);
    expect(ended.failure).toBe('');
    expect(ended.state).toBe(State.TRAINING_STATE_SUCCEEDED);
    expect(ended.skipped?.count).toBe(2);
    expect(ended.skipped?.first[0]).toEqual({ name: '1.jpg', reason: 'link to nothing' });
    expect(ended.skipped?.first[1]?.name).toBe('0.jpg');
  });

  it('learns which views are of the same image', async () => {
    const contrast = (batchSize: number): trainingV1.TrainingSpec =>
      smallTraining({
        task: datasetV1.Task.TASK_CONTRAST,
        optimiser: { method: trainingV1.Optimiser_Method.METHOD_ADAM },
        schedule: { learningRate: 0.01 },
        batchSize,
        steps: 60,
      });
    const { ended } = await watched((await started(contrast(16))).id);
    const accuracy = [...((await arrays(ended.result?.metrics)).get('accuracy')?.data ?? [])].map(Number);
    const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    // By chance one in fifteen.
    expect(mean(accuracy.slice(-20))).toBeGreaterThan(0.4);
    await expect(started(contrast(15))).rejects.toMatchObject({
      reason: 'VALUE_OUT_OF_RANGE',
      message: expect.stringContaining('even number') as string,
    });
  });
});

it('trains a linear autoencoder of patches and their principal components', async () => {
  // Patches along the axes, so that the axes are the components.
  const sizes = [4, 2, 1, 0.5];
  const axis = (index: number, size: number): number[] =>
    sizes.map((_, pixel) => (pixel === index ? size : 0));
  const patches = float32(
    [8, 4],
    sizes.flatMap((size, index) => [...axis(index, size), ...axis(index, -size)]),
  );
  const variance = sizes.map((size) => size ** 2 / 4);
  const components = new Map([
    ['variance', float64([4], variance)],
    [
      'components',
      float64(
        [4, 4],
        sizes.flatMap((_, index) => axis(index, 1)),
      ),
    ],
    ['mean', float64([4], [0, 0, 0, 0])],
    [
      'secondMoment',
      float64(
        [4, 4],
        variance.flatMap((value, index) => axis(index, value)),
      ),
    ],
  ]);
  const made = { step: 'test', version: '1', parameters: null, inputs: [] };
  const spec = trainingV1.TrainingSpec.fromPartial({
    learner: {
      $case: 'linear',
      value: {
        patches: await uploadArtifact(service.endpoint, 'patches.npy', writeNpy(patches), made),
        components: await uploadArtifact(service.endpoint, 'pca.npz', writeNpz(components), made),
        initialisation: trainingV1.LinearInitialisation.LINEAR_INITIALISATION_ALIGNED,
        initialSize: 0.01,
        batchSize: 8,
        learningRate: 0.1,
        steps: 40,
        recordedSteps: { every: 10 },
        frequenciesCyclesPerPixel: [0.1, 0.3],
      },
    },
  });
  const { id } = await started(spec);
  const { steps, ended } = await watched(id);
  expect(ended.failure).toBe('');
  expect(steps).toHaveLength(40);
  const { linearLearning, model } = ended.result ?? {};
  expect(model).toBeUndefined();
  const step = (await arrays(linearLearning)).get('step');
  expect(step && [...toNumbers(step)]).toEqual([0, 10, 20, 30, 40]);
});

describe('is refused by the name of its field:', () => {
  const cases: readonly [what: string, spec: trainingV1.TrainingSpec, field: string, message: RegExp][] = [
    [
      'an unknown architecture',
      smallTraining({ start: { $case: 'architecture', value: { architecture: 'resnet19' } } }),
      'spec.network.architecture.architecture',
      /resnet19.*small_resnet/,
    ],
    [
      'a task that the data cannot serve',
      smallTraining({ dataset: { source: { $case: 'gratings', value: {} } } }),
      'spec.network.task',
      /Gratings are learned by their class/,
    ],
    ['a batch larger than the set', smallTraining({ batchSize: 121 }), 'spec.network.batch_size', /121.*120/],
    [
      'a step behind the last',
      smallTraining({ checkpoints: { at: [3, 13] } }),
      'spec.network.checkpoints.at',
      /13.*12/,
    ],
    [
      'no learning rate',
      smallTraining({ schedule: { learningRate: 0 } }),
      'spec.network.schedule.learning_rate',
      /0.*above 0/,
    ],
    [
      'a layer that there is not',
      smallTraining({ observations: [{ ...OBSERVED.observations[0], layers: ['layer9'] }] }),
      'spec.network.observations[0].layers',
      /layer9.*layer4/,
    ],
    [
      'an image size that the architecture cannot have',
      smallTraining({
        start: { $case: 'architecture', value: { architecture: 'vgg16_bn', inputSizePixels: 64 } },
      }),
      'spec.network.architecture',
      /inputSizePixels/,
    ],
    ['steps and epochs', smallTraining({ epochs: 2 }), 'spec.network.epochs', /not both/],
    [
      'a location without images',
      smallTraining({ dataset: { source: { $case: 'location', value: '/nowhere' } } }),
      'spec.network.dataset',
      /nowhere/,
    ],
    ['nothing to train', trainingV1.TrainingSpec.fromPartial({}), 'spec.learner', /network.*linear/],
  ];
  it.each(cases)('%s', async (_what, spec, field, message) => {
    const before = (await client.listTrainings({})).trainings.length;
    const error: unknown = await client.startTraining({ spec, label: '' }).catch((caught: unknown) => caught);
    const refused = ServiceError.from(error);
    expect(refused.message).toMatch(message);
    expect(refused.fields.map((violation) => violation.field)).toEqual([field]);
    expect((await client.listTrainings({})).trainings).toHaveLength(before);
  });

  it('a training that was never started', async () => {
    const unknown = { reason: 'UNKNOWN_TRAINING' };
    await expect(client.getTraining({ id: '0'.repeat(64) })).rejects.toMatchObject(unknown);
    await expect(client.cancelTraining({ id: '../x' })).rejects.toMatchObject(unknown);
  });

  it('trains on TensorFlow where it is installed, else on ONNX Runtime', async () => {
    const home = await mkdtemp(join(tmpdir(), 'training-'));
    const flags = ['--port', '0', '--store', home, '--log-level', 'silent', '--executor', 'tensorflow'];
    const other = await startService(trainingService, flags);
    const caller = createClient(trainingV1.TrainingServiceService, other.endpoint);
    try {
      const { training } = await caller.startTraining({ spec: smallTraining({ steps: 3 }), label: '' });
      for await (const { event } of caller.watchTraining({ id: training?.id ?? '' })) {
        if (event?.$case === 'ended') {
          expect(event.value.state).toBe(State.TRAINING_STATE_SUCCEEDED);
          expect(event.value.result?.executor).toMatch(/^(onnxruntime|tensorflow\.js) \d/);
        }
      }
      expect.assertions(2);
    } finally {
      caller.close();
      await other.close();
      await rm(home, { recursive: true, force: true });
    }
  });
});
