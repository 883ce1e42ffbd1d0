import { z } from 'zod';
import { type Analysis, describeParameters, readParameters } from '@oblique/study';
import { trainingsOf } from '../gratings-grid/gratingsGrid.js';
import { depthFindings } from './depthFindings.js';
import { declaredDepthParameters, depthParameters } from './depthParameters.js';
import { depthsOf } from './depths.js';

const NAME = 'depth';

/** Does a deeper network follow frequency more? Beyond the paper. */
export const depth: Analysis = {
  name: NAME,
  title: 'Depth',
  description:
    'The preference for frequent orientations in networks of one to four hidden layers that have learned equally much, in ' +
    'their first and in their last layer.',
  parameters: describeParameters(declaredDepthParameters),
  prepare: (given) => {
    const parameters = readParameters(NAME, depthParameters, given);
    return {
      parameters: z.record(z.string(), z.json()).parse(parameters),
      check: () => Promise.resolve(),
      plan: (services) => ({
        steps: depthsOf(parameters).flatMap((variant) => trainingsOf(variant, services)),
        findings: (context) => depthFindings(parameters, context),
      }),
    };
  },
};
