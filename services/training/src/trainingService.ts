import { availableParallelism } from 'node:os';
import { MalformedArrayError } from '@oblique/arrays';
import { trainingV1 } from '@oblique/contracts';
import { AccessRefusedError, DatasetError } from '@oblique/datasets';
import { MalformedProgramError } from '@oblique/onnx';
import { DeviceUnavailableError, Runtime, type Device, type ExecutorName } from '@oblique/runtime';
import { defineService, implement } from '@oblique/service';
import { cancelTraining } from './cancelTraining.js';
import { getTraining } from './getTraining.js';
import { listTrainings } from './listTrainings.js';
import type { Logger } from './logger.js';
import { VERSION } from './provenance.js';
import { startTraining } from './startTraining.js';
import { TrainingManager } from './trainingManager.js';
import { watchTraining } from './watchTraining.js';

/** Trains networks, and goes on without whoever asked. */
export const trainingService = defineService({
  name: 'training',
  description:
    'Trains networks. A training is known by the hash of its specification, goes on without its client, and after ' +
    'the death of the service from its last snapshot to the same bits.',
  defaultPort: 7005,
  version: VERSION,
  options: {
    device: {
      type: 'choice',
      description: 'Where networks are trained; there is no falling back.',
      choices: ['cpu', 'cuda'],
      default: 'cpu',
    },
    executor: {
      type: 'choice',
      description:
        'What makes the steps of networks; where TensorFlow is not installed, ONNX Runtime takes over.',
      choices: ['onnxruntime', 'tensorflow'],
      default: 'onnxruntime',
    },
    concurrent: {
      type: 'integer',
      description: 'Trainings that run at once; others wait. Default: one a core on the CPU, one on CUDA.',
      minimum: 1,
      maximum: 256,
    },
    threads: {
      type: 'integer',
      description: 'Cores that one training computes on. More of them give other last bits.',
      minimum: 1,
      maximum: 256,
      default: 1,
    },
    'snapshot-seconds': {
      type: 'integer',
      description: 'How often a training notes where it can go on from should the service die.',
      minimum: 0,
      maximum: 86_400,
      default: 20,
    },
  },
  errors: [
    [MalformedProgramError, 'MALFORMED_MODEL'],
    [MalformedArrayError, 'INVALID_ARGUMENT'],
    [DatasetError, 'INVALID_ARGUMENT'],
    [AccessRefusedError, 'ACCESS_REFUSED'],
    [DeviceUnavailableError, 'DEVICE_UNAVAILABLE'],
  ],
  async register({ store, options, log, stopping, onClose, computesWith }) {
    const { device, threads } = options;
    const { executor, executorVersion } = await availableExecutor(device, options.executor, log);
    computesWith(executorVersion, device, `threads ${threads}`);
    const manager = new TrainingManager({
      store,
      device,
      executor,
      executorVersion,
      // Two trainings of one thread each were measured to be faster than one of two.
      concurrent: options.concurrent ?? (device === 'cpu' ? availableParallelism() : 1),
      threads,
      snapshotSeconds: options['snapshot-seconds'],
      log,
    });
    onClose(() => manager.stop());
    // At once, so that those who watch a training hear that it stops and their calls can end.
    stopping.addEventListener('abort', () => void manager.stop(), { once: true });
    await manager.recover();
    return [
      implement(trainingV1.TrainingServiceService, {
        startTraining: startTraining(manager),
        watchTraining: watchTraining(manager),
        getTraining: getTraining(manager),
        listTrainings: listTrainings(manager),
        cancelTraining: cancelTraining(manager),
      }),
    ];
  },
});

/**
 * What trainings will run on; starting it shows that it can be used. TensorFlow is optional: where it is missing, that is
 * logged and ONNX Runtime takes over.
 */
async function availableExecutor(
  device: Device,
  executor: ExecutorName,
  log: Logger,
): Promise<{ readonly executor: ExecutorName; readonly executorVersion: string }> {
  try {
    const runtime = await Runtime.start({ device, executor, workers: 1 });
    await runtime.close();
    return { executor, executorVersion: runtime.info.executor };
  } catch (error) {
    if (executor === 'onnxruntime' || !(error instanceof DeviceUnavailableError)) throw error;
    log.warn(`${error.message} Trainings run on ONNX Runtime.`);
    return availableExecutor(device, 'onnxruntime', log);
  }
}
