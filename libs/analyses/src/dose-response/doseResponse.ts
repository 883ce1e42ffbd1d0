import { z } from 'zod';
import { type Analysis, describeParameters, readParameters } from '@oblique/study';
import { trainingsOf } from '../gratings-grid/gratingsGrid.js';
import { doseResponseFindings } from './doseResponseFindings.js';
import { declaredDoseResponseParameters, doseResponseParameters } from './doseResponseParameters.js';
import { dosesOf } from './doses.js';

const NAME = 'dose-response';

/** How much preference a prior makes, from turned around over flat to steep. Beyond the paper. */
export const doseResponse: Analysis = {
  name: NAME,
  title: 'Dose and response',
  description:
    'The preference for frequent orientations over how frequent they are, from a prior turned around over a flat one to a ' +
    'steep one, and the power k of D ∝ p^k while the network learns.',
  parameters: describeParameters(declaredDoseResponseParameters),
  prepare: (given) => {
    const parameters = readParameters(NAME, doseResponseParameters, given);
    return {
      parameters: z.record(z.string(), z.json()).parse(parameters),
      check: () => Promise.resolve(),
      plan: (services) => ({
        steps: dosesOf(parameters).flatMap((dose) => trainingsOf(dose, services)),
        findings: (context) => doseResponseFindings(parameters, context),
      }),
    };
  },
};
