import { z } from 'zod';
import { type Analysis, describeParameters, readParameters } from '@oblique/study';
import { trainingsOf } from '../gratings-grid/gratingsGrid.js';
import { regimeFindings } from './regimeFindings.js';
import { declaredRegimeParameters, regimeParameters } from './regimeParameters.js';
import { scalesOf } from './scales.js';

const NAME = 'regime';

/** Does sensitivity follow frequency where weights hardly move? Beyond the paper. */
export const regime: Analysis = {
  name: NAME,
  title: 'Rich and lazy learning',
  description:
    'The preference for frequent orientations from small initial weights, where features are learned, to large ones, where ' +
    'weights hardly move.',
  parameters: describeParameters(declaredRegimeParameters),
  prepare: (given) => {
    const parameters = readParameters(NAME, regimeParameters, given);
    return {
      parameters: z.record(z.string(), z.json()).parse(parameters),
      check: () => Promise.resolve(),
      plan: (services) => ({
        steps: scalesOf(parameters).flatMap((scale) => trainingsOf(scale, services)),
        findings: (context) => regimeFindings(parameters, context),
      }),
    };
  },
};
