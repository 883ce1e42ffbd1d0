import { UnknownFamilyError, UnknownParameterError } from './errors.js';
import { gabor } from './gabor.js';
import { grating } from './grating.js';
import { hue } from './hue.js';
import type { Parameter } from './parameter.js';
import type { StimulusFamily } from './stimulusFamily.js';

/** Every family of stimuli. A new one is added here. */
export const FAMILIES: readonly StimulusFamily[] = [gabor, grating, hue];

/**
 * The family of this name.
 * @throws UnknownFamilyError with near matches
 */
export function findFamily(name: string): StimulusFamily {
  const family = FAMILIES.find((candidate) => candidate.name === name);
  if (family !== undefined) return family;
  throw new UnknownFamilyError(
    name,
    FAMILIES.map((known) => known.name),
  );
}

/**
 * The family's parameter of this name.
 * @throws UnknownParameterError with near matches
 */
export function findParameter(family: StimulusFamily, name: string): Parameter {
  const parameter = family.parameters.find((candidate) => candidate.name === name);
  if (parameter !== undefined) return parameter;
  throw new UnknownParameterError(
    family.name,
    name,
    family.parameters.map((known) => known.name),
  );
}
