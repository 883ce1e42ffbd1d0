import { stimulusV1 } from '@oblique/contracts';
import { Runtime } from '@oblique/runtime';
import { defineService, implement } from '@oblique/service';
import { compileStimulusHandler } from './compileStimulusHandler.js';
import { ERROR_REASONS } from './errorReasons.js';
import { listFamiliesHandler } from './listFamiliesHandler.js';
import { renderStimulusHandler } from './renderStimulusHandler.js';

/** Families of stimuli: what there is, as programs, and as pictures. */
export const stimulusService = defineService({
  name: 'stimulus',
  description:
    'Compiles families of stimuli into ONNX programs, and renders images and their exact derivatives.',
  defaultPort: 7001,
  version: '1',
  options: {
    workers: {
      type: 'integer',
      description: 'Renderings that run at the same time.',
      minimum: 1,
      maximum: 256,
      default: 1,
    },
  },
  errors: ERROR_REASONS,
  async register(context) {
    const { store, options } = context;
    const runtime = await Runtime.start({ device: 'cpu', workers: options.workers });
    context.onClose(() => runtime.close());
    context.computesWith(runtime.info.executor, runtime.info.device);
    return [
      implement(stimulusV1.StimulusServiceService, {
        listFamilies: listFamiliesHandler(),
        compileStimulus: compileStimulusHandler(store),
        renderStimulus: renderStimulusHandler(store, runtime),
      }),
    ];
  },
});
