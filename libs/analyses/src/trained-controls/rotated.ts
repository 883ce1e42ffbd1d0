import { z } from 'zod';
import { type Analysis, describeParameters, readParameters } from '@oblique/study';
import { gaborName, gaborObservations } from './observations.js';
import { trainedPlan } from './trainedPlan.js';
import { declaredRotatedParameters, rotatedParameters } from './trainedParameters.js';
import { ORIENTATION } from './turnedVariable.js';

const NAME = 'rotated';

/**
 * SI Fig. 1b, and SI Fig. 1c after training: networks that learn in upright and in rotated worlds. Does their
 * sensitivity to orientation turn with what they learn from?
 */
export const rotated: Analysis = {
  name: NAME,
  title: 'Sensitivity to orientation in rotated worlds',
  description:
    'Trains networks in upright and rotated worlds, and measures whether their sensitivity to orientation turns ' +
    'along (SI Fig. 1b; with variants of AlexNet, SI Fig. 1c after training).',
  parameters: describeParameters(declaredRotatedParameters),
  prepare: (given) => {
    const parameters = readParameters(NAME, rotatedParameters, given);
    return {
      parameters: z.record(z.string(), z.json()).parse(parameters),
      check: () => Promise.resolve(),
      plan: (services) => {
        const judged = new Set(parameters.frequencies.map(gaborName));
        const question = {
          figure: 'SI Fig. 1b',
          variable: ORIENTATION,
          isJudged: (observation: string) => judged.has(observation),
        };
        return trainedPlan(question, parameters, gaborObservations, services);
      },
    };
  },
};
