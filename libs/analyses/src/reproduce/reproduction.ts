import type { Json } from '@oblique/artifacts';
import { z } from 'zod';
import { PAPER_NEEDS } from './paperNeeds.js';
import { PARTS, type Part } from './parts.js';

/** `fig5` is all of Fig. 5, `fig5c` one panel, `si1` all of SI Fig. 1, `beyond` what the paper leaves open. */
const SELECTORS = [
  ...new Set(
    PARTS.flatMap(({ analysis, panels }) => [
      analysis.name,
      ...panels.flatMap((panel) => [panel, figureOf(panel)]),
    ]),
  ),
];

const schema = z.strictObject({
  profile: z
    .enum(['quick', 'full', 'paper'])
    .default('quick')
    .describe(
      'quick: everything small, in a quarter of an hour on two cores. full: hours. paper: the numbers of the paper; it ' +
        `needs ${Object.values(PAPER_NEEDS).join('; ')}.`,
    ),
  protocol: z
    .enum(['text', 'code'])
    .default('text')
    .describe("text: as the paper's words have it. code: as the authors' notebooks do it."),
  only: z
    .array(z.enum(SELECTORS))
    .default([])
    .describe(`Figures, panels or analyses to reproduce: ${SELECTORS.join(', ')}; none given: all.`),
  networks: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'Networks to measure, as the serving service knows them; none given: built-in architectures, which are untrained.',
    ),
  data: z
    .string()
    .min(1)
    .default('scenes')
    .describe(
      'What networks learn from and whose statistics are taken: scenes (synthetic), or the location of images.',
    ),
});

/** What is to be reproduced, and with what. */
export type Reproduction = z.infer<typeof schema>;

export const reproductionParameters = schema;

/** The parts that a reproduction asks for, in the order of the report. */
export function chosenParts({ only }: Reproduction): Part[] {
  if (only.length === 0) return [...PARTS];
  return PARTS.filter(({ analysis, panels }) =>
    only.some(
      (name) => name === analysis.name || panels.some((panel) => panel === name || figureOf(panel) === name),
    ),
  );
}

/** The parameters of a part; what it does not take from the reproduction keeps its default. */
export function partParameters(part: Part, reproduction: Reproduction): { [name: string]: Json } {
  const { takes, profiles, quick } = part;
  const { profile, protocol, networks, data } = reproduction;
  return {
    ...(profile === 'quick' ? quick : {}),
    profile: profiles?.[profile] ?? profile,
    ...(takes.includes('protocol') ? { protocol } : {}),
    ...(takes.includes('networks') && networks.length > 0 ? { networks } : {}),
    ...(takes.includes('data') ? { dataset: data } : {}),
  };
}

/** `fig5` of `fig5c`. */
function figureOf(panel: string): string {
  return panel.replace(/(?<=\d)[a-z]$/u, '');
}
