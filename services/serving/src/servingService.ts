import { servingV1 } from '@oblique/contracts';
import { Runtime } from '@oblique/runtime';
import { defineService, implement } from '@oblique/service';
import { addModel } from './addModel.js';
import { Admission } from './admission.js';
import { describeModel } from './describeModel.js';
import { describeRuntime } from './describeRuntime.js';
import type { ModelProvider } from './inference/inferenceContext.js';
import { inferenceService } from './inference/inferenceService.js';
import { JobThreads } from './jobs/jobThreads.js';
import { listModels } from './listModels.js';
import { measureSensitivity } from './measureSensitivity.js';
import { ModelRegistry } from './modelRegistry.js';
import { removeModel } from './removeModel.js';
import { SERVING_ERRORS } from './servingErrors.js';
import { VERSION } from './version.js';

const MEBIBYTE = 1024 ** 2;

/** The serving service: holds models, runs them, and measures what they are sensitive to. */
export const servingService = defineService({
  name: 'serving',
  description: 'Holds models and measures what they are sensitive to.',
  defaultPort: 7002,
  version: VERSION,
  options: {
    device: {
      type: 'choice',
      description: 'Where models run; there is no falling back.',
      choices: ['cpu', 'cuda'],
      default: 'cpu',
    },
    workers: {
      type: 'integer',
      description: 'Models that run at the same time. Default: one a core.',
      minimum: 1,
      maximum: 256,
    },
    'threads-per-worker': {
      type: 'integer',
      description: 'Cores that one run uses. Default: 1.',
      minimum: 1,
      maximum: 256,
    },
    'memory-limit-mib': {
      type: 'integer',
      description: 'Memory for loaded models. Default: half of what there is.',
      minimum: 64,
    },
    'max-queued': {
      type: 'integer',
      description: 'Inference requests that may wait; one more is refused, with when to repeat it.',
      default: 1000,
      minimum: 0,
    },
    'max-queued-per-client': {
      type: 'integer',
      description: 'How many of them may be of one client.',
      default: 250,
      minimum: 0,
    },
    'max-measurements': {
      type: 'integer',
      description: 'Measurements that run at a time, half of them of one client; the others wait.',
      default: 4,
      minimum: 1,
    },
    'max-queued-measurements': {
      type: 'integer',
      description: 'Measurements that may wait; one more is refused, with when to repeat it.',
      default: 1000,
      minimum: 0,
    },
    'max-queued-measurements-per-client': {
      type: 'integer',
      description: 'How many of them may be of one client.',
      default: 250,
      minimum: 0,
    },
    'max-model-bytes': {
      type: 'integer',
      description: 'Largest model that is taken.',
      default: 2048 * MEBIBYTE,
      minimum: 1,
    },
  },
  errors: SERVING_ERRORS,
  async register({ store, options, log, onClose, computesWith }) {
    const memoryLimitMib = options['memory-limit-mib'];
    const runtime = await Runtime.start({
      device: options.device,
      workers: options.workers,
      threadsPerWorker: options['threads-per-worker'],
      maximumQueued: options['max-queued'],
      maximumQueuedPerClient: options['max-queued-per-client'],
      memoryLimitBytes: memoryLimitMib === undefined ? undefined : memoryLimitMib * MEBIBYTE,
    });
    onClose(() => runtime.close());
    const { device, executor, threadsPerWorker } = runtime.info;
    computesWith(executor, device, `threads ${threadsPerWorker}`);
    log.info(runtime.info, 'runtime started');
    const jobs = new JobThreads();
    onClose(() => jobs.close());
    const models = new ModelRegistry(store, jobs);
    const admission = new Admission({
      maximumRunning: options['max-measurements'],
      maximumQueued: options['max-queued-measurements'],
      maximumQueuedPerClient: options['max-queued-measurements-per-client'],
      workers: runtime.info.workers,
    });
    return [
      implement(servingV1.ServingServiceService, {
        addModel: addModel(models, runtime, jobs, options['max-model-bytes']),
        listModels: listModels(models),
        describeModel: describeModel(models),
        removeModel: removeModel(models),
        describeRuntime: describeRuntime(runtime),
        measureSensitivity: measureSensitivity(models, runtime, store, admission, jobs),
      }),
      inferenceService({ models: servedModels(models), runtime }),
    ];
  },
});

/** The registered models as inference sees them. */
function servedModels(models: ModelRegistry): ModelProvider {
  return {
    async find(name) {
      const held = await models.find(name);
      return held === undefined
        ? undefined
        : { program: held.program, bytes: held.bytes, digest: held.artifact.digest };
    },
    list: () => models.names(),
  };
}
