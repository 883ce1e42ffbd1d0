import { confidence, count, param, seeds, type Parameter } from '@oblique/study';
import { z } from 'zod';

/** Parameters that all studies of the network of Fig. 6c have. */
export const gratingParameters = {
  seeds: seeds('Seeds of weights and gratings; each is one training more of everything that is compared.', {
    quick: [0, 1, 2],
    full: [0, 1, 2, 3, 4],
  }),
  width: param(z.number().positive().max(4), 'Factor on the 1024 and 256 hidden units.', {
    quick: 0.125,
    full: 0.5,
  }),
  orientations: param(count(12, 720), 'Orientations at which D is measured.', { quick: 24, full: 60 }),
  phases: param(count(1, 360), 'Phases that D is averaged over.', { quick: 6, full: 11 }),
  confidence,
};

/** Of those that call preferences equal. */
export const tolerance = param(
  z.number().gt(1),
  'Preferences that differ by no more than this factor count as equal, and as none about 1.',
  1.5,
);

export function batchSize(byProfile: { readonly quick: number; readonly full: number }): Parameter<number> {
  return param(count(1, 65_536), 'Gratings a step.', byProfile);
}

export function steps(
  byProfile: { readonly quick: number; readonly full: number },
  description = 'Steps of gradient descent.',
): Parameter<number> {
  return param(count(20), description, byProfile);
}

export function learningRate(value: number, description: string): Parameter<number> {
  return param(z.number().positive(), description, value);
}

export function initialScale(value: number, description: string): Parameter<number> {
  return param(z.number().positive().max(100), description, value);
}

/** Where equally much is learned. @param compared what is compared there, as the first word of a sentence */
export function learnedShare(compared: string): Parameter<number> {
  return param(
    z.number().gt(0).lt(1),
    `${compared} are compared where the loss first is this share of what chance has: equally much is learned.`,
    0.5,
  );
}

/** What the smallest runs of them have in common. */
export const smallest = { seeds: [0, 1], width: 0.02, steps: 40, orientations: 12, phases: 1 };
