import { z } from 'zod';
import { type Analysis, describeParameters, readParameters } from '@oblique/study';
import { humanFindings } from './humanFindings.js';
import { declaredHumanParameters } from './humanParameters.js';

const NAME = 'human';

/** Stand-ins for the panels of people (Fig. 2a, 5i), from published numbers. */
export const human: Analysis = {
  name: NAME,
  title: 'People',
  description:
    'Published numbers that stand in for the human panels (Fig. 2a, 5i): orientation discrimination, the contours of the ' +
    'world, and acuity of children. Nothing is computed on networks.',
  parameters: describeParameters(declaredHumanParameters),
  prepare: (given) => {
    const parameters = readParameters(NAME, declaredHumanParameters, given);
    return {
      parameters: z.record(z.string(), z.json()).parse(parameters),
      check: () => Promise.resolve(),
      plan: () => ({ steps: [], findings: () => humanFindings(parameters) }),
    };
  },
};
