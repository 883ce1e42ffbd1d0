import { closest, distance } from 'fastest-levenshtein';
import type { Parameter } from './parameter.js';

/** What a request for a stimulus got wrong; `field` names the part of the request. */
export class StimulusError extends Error {
  override readonly name: string = 'StimulusError';

  constructor(
    readonly field: string,
    message: string,
  ) {
    super(message);
  }
}

/** No family of stimuli has this name. */
export class UnknownFamilyError extends StimulusError {
  override readonly name = 'UnknownFamilyError';

  constructor(family: string, known: readonly string[]) {
    super('family', `There is no stimulus family ${quoted(family)}. ${suggestion(family, known)}`);
  }
}

/** The family has no parameter of this name. */
export class UnknownParameterError extends StimulusError {
  override readonly name = 'UnknownParameterError';

  constructor(family: string, parameter: string, known: readonly string[]) {
    super(
      parameter,
      `Stimulus ${family} has no parameter ${quoted(parameter)}. ${suggestion(parameter, known)}`,
    );
  }
}

/** A number that is not finite, or outside the range in which the stimulus is defined. */
export class ValueOutOfRangeError extends StimulusError {
  override readonly name = 'ValueOutOfRangeError';

  static ofParameter(family: string, parameter: Parameter, value: number): ValueOutOfRangeError {
    const { name, unit, minimum, maximum } = parameter;
    const said = unit === '1' ? String(value) : `${value} ${unit}`;
    const range = unit === '1' ? `${minimum} to ${maximum}` : `${minimum} to ${maximum} ${unit}`;
    const period = parameter.period === undefined ? '' : ` It repeats every ${parameter.period} ${unit}.`;
    const problem = Number.isFinite(value) ? 'is out of range' : 'is not a finite number';
    return new ValueOutOfRangeError(
      name,
      `${family}: ${name} = ${said} ${problem}; allowed is ${range}.${period}`,
    );
  }
}

/** The stretch is not offered by the family, or has no meaning for this image. */
export class StretchError extends StimulusError {
  override readonly name = 'StretchError';
}

/** An axis of a grid has no values. */
export class EmptyGridError extends StimulusError {
  override readonly name = 'EmptyGridError';
}

/** A grid has more points than allowed. */
export class GridTooLargeError extends StimulusError {
  override readonly name = 'GridTooLargeError';
}

/** A parameter is given more than once: by two axes of a grid, or by an axis and a fixed value. */
export class RepeatedParameterError extends StimulusError {
  override readonly name = 'RepeatedParameterError';
}

/** "Did you mean …?" where a known name is near, and all the known names. */
function suggestion(name: string, known: readonly string[]): string {
  const nearest = known.length === 0 ? undefined : closest(name.toLowerCase(), known);
  const near =
    nearest !== undefined && distance(name.toLowerCase(), nearest) <= Math.max(2, nearest.length / 3);
  return `${near ? `Did you mean ${quoted(nearest)}? ` : ''}Known are: ${known.join(', ')}.`;
}

/** The text in quotes, cut where somebody sent a book. */
function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
