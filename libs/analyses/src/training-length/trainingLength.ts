import { z } from 'zod';
import { type Analysis, describeParameters, readParameters } from '@oblique/study';
import { trainingsOf } from '../gratings-grid/gratingsGrid.js';
import { ratesOf } from './rates.js';
import { trainingLengthFindings } from './trainingLengthFindings.js';
import { declaredTrainingLengthParameters, trainingLengthParameters } from './trainingLengthParameters.js';

const NAME = 'training-length';

/** Does the preference stay when training goes on? Beyond the paper. */
export const trainingLength: Analysis = {
  name: NAME,
  title: 'Training length',
  description:
    'The preference for frequent orientations over a long training: where it peaks, what is left of it, and whether the ' +
    'learning rate only changes how fast.',
  parameters: describeParameters(declaredTrainingLengthParameters),
  prepare: (given) => {
    const parameters = readParameters(NAME, trainingLengthParameters, given);
    return {
      parameters: z.record(z.string(), z.json()).parse(parameters),
      check: () => Promise.resolve(),
      plan: (services) => ({
        steps: ratesOf(parameters).flatMap((rate) => trainingsOf(rate, services)),
        findings: (context) => trainingLengthFindings(parameters, context),
      }),
    };
  },
};
