import { z } from 'zod';
import { describeParameters, readParameters, type Runnable } from '@oblique/study';
import { checkNeeds } from './checkNeeds.js';
import { chosenParts, partParameters, reproductionParameters } from './reproduction.js';

const NAME = 'reproduce';

/** The whole paper, and what comes after it, in one report. */
export const reproduce: Runnable = {
  name: NAME,
  title: 'Efficient neural codes: a reproduction',
  description:
    'Every panel of the paper, its errata, and the questions that it leaves open: all analyses in one report.',
  parameters: describeParameters(reproductionParameters),
  prepare: (given) => {
    const reproduction = readParameters(NAME, reproductionParameters, given);
    const parts = chosenParts(reproduction).map((part) => ({
      analysis: part.analysis,
      prepared: part.analysis.prepare(partParameters(part, reproduction)),
    }));
    return {
      parameters: z.record(z.string(), z.json()).parse(reproduction),
      check: async (services, signal) => {
        if (reproduction.profile === 'paper') await checkNeeds(NAME, reproduction, services, signal);
        for (const { prepared } of parts) await prepared.check(services, signal);
      },
      parts,
    };
  },
};
