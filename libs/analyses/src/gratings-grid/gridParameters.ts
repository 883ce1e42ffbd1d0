import { z } from 'zod';

/** A count that the profile decides where it is left at `null`. */
export const countOrNull = (minimum: number, maximum: number, description: string) =>
  z.int().min(minimum).max(maximum).nullable().default(null).describe(description);

/** Parameters that all analyses of these trainings have. */
export const gridFields = {
  seeds: z
    .array(z.int().min(0).max(Number.MAX_SAFE_INTEGER))
    .min(1)
    .nullable()
    .default(null)
    .describe('Seeds of weights and gratings; each is one training more of everything that is compared.'),
  width: z
    .number()
    .positive()
    .max(4)
    .nullable()
    .default(null)
    .describe('Factor on the 1024 and 256 hidden units.'),
  steps: countOrNull(20, 1_000_000, 'Steps of gradient descent.'),
  orientations: countOrNull(12, 720, 'Orientations at which D is measured.'),
  phases: countOrNull(1, 360, 'Phases that D is averaged over.'),
  confidence: z.number().min(0.5).max(0.999).default(0.95).describe('Confidence of all intervals.'),
};

/** Of those that call preferences equal. */
export const tolerance = z
  .number()
  .gt(1)
  .default(1.5)
  .describe('Preferences that differ by no more than this factor count as equal, and as none about 1.');

/** What a profile decides of them. */
export interface GridProfile {
  readonly seeds: readonly number[];
  readonly width: number;
  readonly steps: number;
  readonly orientations: number;
  readonly phases: number;
}

/** What was given, or else what the profile has. */
export function gridDefaults(
  given: { readonly [Name in keyof GridProfile]: GridProfile[Name] | null },
  profile: GridProfile,
) {
  return {
    seeds: [...new Set(given.seeds ?? profile.seeds)],
    width: given.width ?? profile.width,
    steps: given.steps ?? profile.steps,
    orientations: given.orientations ?? profile.orientations,
    phases: given.phases ?? profile.phases,
  };
}
