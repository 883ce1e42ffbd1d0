import { z } from 'zod';
import { type Analysis, describeParameters, readParameters } from '@oblique/study';
import { hueObservations } from './observations.js';
import type { TrainedQuestion } from './trainedFindings.js';
import { trainedPlan } from './trainedPlan.js';
import { declaredHueRotatedParameters, hueRotatedParameters } from './trainedParameters.js';
import { HUE } from './turnedVariable.js';

const NAME = 'hue-rotated';

const QUESTION: TrainedQuestion = {
  figure: 'Fig. 3d',
  variable: HUE,
  isJudged: () => true,
};

/** Fig. 3d: networks that learn in a world of the original hues and in one whose hues are turned by 90°. */
export const hueRotated: Analysis = {
  name: NAME,
  title: 'Sensitivity to hue in worlds of other hues',
  description:
    'Trains networks in worlds of original and of turned hues, and measures whether their sensitivity to hue turns ' +
    'along (Fig. 3d).',
  parameters: describeParameters(declaredHueRotatedParameters),
  prepare: (given) => {
    const parameters = readParameters(NAME, hueRotatedParameters, given);
    return {
      parameters: z.record(z.string(), z.json()).parse(parameters),
      check: () => Promise.resolve(),
      plan: (services) => trainedPlan(QUESTION, parameters, hueObservations, services),
    };
  },
};
