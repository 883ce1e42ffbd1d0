import { z } from 'zod';
import { type Analysis, describeParameters, readParameters } from '@oblique/study';
import { trainingsOf } from '../gratings-grid/gratingsGrid.js';
import { batchSizeFindings } from './batchSizeFindings.js';
import { batchSizeParameters, declaredBatchSizeParameters } from './batchSizeParameters.js';
import { sizesOf } from './sizes.js';

const NAME = 'batch-size';

/** Does the noise of small batches change what is preferred? Beyond the paper. */
export const batchSize: Analysis = {
  name: NAME,
  title: 'Batch size',
  description:
    'The preference for frequent orientations with small and large batches, after equally many steps and after equally ' +
    'many examples.',
  parameters: describeParameters(declaredBatchSizeParameters),
  prepare: (given) => {
    const parameters = readParameters(NAME, batchSizeParameters, given);
    return {
      parameters: z.record(z.string(), z.json()).parse(parameters),
      check: () => Promise.resolve(),
      plan: (services) => ({
        steps: sizesOf(parameters).flatMap((size) => trainingsOf(size, services)),
        findings: (context) => batchSizeFindings(parameters, context),
      }),
    };
  },
};
