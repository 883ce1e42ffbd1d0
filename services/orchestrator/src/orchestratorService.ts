import { orchestratorV1 } from '@oblique/contracts';
import { AccessRefusedError } from '@oblique/datasets';
import { defineService, implement } from '@oblique/service';
import { connectServices } from '@oblique/study';
import { cancelRun } from './cancelRun.js';
import { getRun } from './getRun.js';
import { listAnalyses } from './listAnalyses.js';
import { listRuns } from './listRuns.js';
import { resumeRun } from './resumeRun.js';
import { RunManager } from './runManager.js';
import { startRun } from './startRun.js';
import { watchRun } from './watchRun.js';

/** Runs analyses over the other services, and goes on without whoever asked. */
export const orchestratorService = defineService({
  name: 'orchestrator',
  description:
    'Runs analyses over the stimulus, serving, statistics and training services. Runs go on without their client and ' +
    'survive the death of any service: finished steps are kept in the store.',
  defaultPort: 7004,
  version: '1',
  errors: [[AccessRefusedError, 'ACCESS_REFUSED']],
  options: {
    'stimulus-endpoint': {
      type: 'string',
      placeholder: 'HOST:PORT',
      description: 'The stimulus service.',
      default: '127.0.0.1:7001',
    },
    'serving-endpoint': {
      type: 'string',
      placeholder: 'HOST:PORT',
      description: 'The serving service.',
      default: '127.0.0.1:7002',
    },
    'statistics-endpoint': {
      type: 'string',
      placeholder: 'HOST:PORT',
      description: 'The statistics service.',
      default: '127.0.0.1:7003',
    },
    'training-endpoint': {
      type: 'string',
      placeholder: 'HOST:PORT',
      description: 'The training service.',
      default: '127.0.0.1:7005',
    },
    'concurrent-steps': {
      type: 'integer',
      description: 'Steps that run at once, over all runs.',
      minimum: 1,
      maximum: 1024,
      default: 2,
    },
    'auto-resume': {
      type: 'flag',
      description: 'Go on by itself with runs that an earlier process left behind when it died.',
    },
  },
  async register({ store, options, log, stopping, onClose }) {
    const services = connectServices({
      stimulus: options['stimulus-endpoint'],
      serving: options['serving-endpoint'],
      statistics: options['statistics-endpoint'],
      training: options['training-endpoint'],
    });
    onClose(() => {
      services.close();
    });
    const manager = new RunManager({ store, services, concurrentSteps: options['concurrent-steps'], log });
    onClose(() => manager.stop());
    // At once, so that those who watch a run hear that it stops and their calls can end.
    stopping.addEventListener('abort', () => void manager.stop(), { once: true });
    const interrupted = await manager.recover();
    if (options['auto-resume']) void manager.resumeAll(interrupted, stopping);
    return [
      implement(orchestratorV1.OrchestratorServiceService, {
        listAnalyses: listAnalyses(),
        startRun: startRun(manager),
        watchRun: watchRun(manager),
        getRun: getRun(manager),
        listRuns: listRuns(manager),
        cancelRun: cancelRun(manager),
        resumeRun: resumeRun(manager),
      }),
    ];
  },
});
