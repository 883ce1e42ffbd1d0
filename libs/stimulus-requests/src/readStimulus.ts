import { stimulusV1 } from '@oblique/contracts';
import { ServiceError } from '@oblique/service';
import {
  checkStretch,
  completePoint,
  findFamily,
  findParameter,
  lazyGridPoints,
  type GridAxis,
  type GridPoints,
  type InputEncoding,
  type Parameter,
  type Point,
  type StimulusFamily,
  type Stretch,
} from '@oblique/stimuli';
import { refusing } from './refusing.js';

/** A stimulus as a request specifies it, checked. */
export interface RequestedStimulus {
  readonly family: StimulusFamily;
  /** Undefined where the request leaves it to the service. */
  readonly widthPixels: number | undefined;
  readonly heightPixels: number | undefined;
  readonly stretch: Stretch;
  readonly input: InputEncoding;
  readonly parameters: Point;
}

/**
 * The stimulus out of a request.
 * @throws ServiceError naming the field, the value and what is allowed.
 */
export function readStimulus(
  message: stimulusV1.StimulusSpec | undefined,
  field = 'stimulus',
): RequestedStimulus {
  if (message === undefined) {
    throw new ServiceError('INVALID_ARGUMENT', `${field} is missing; it must name a family of stimuli.`, {
      field,
    });
  }
  return refusing(field, () => {
    const family = findFamily(message.family);
    const stretch = readStretch(message.stretch, `${field}.stretch`);
    checkStretch(family, stretch);
    const parameters = { ...message.parameters };
    completePoint(family, parameters);
    return {
      family,
      widthPixels: message.widthPixels || undefined,
      heightPixels: message.heightPixels || undefined,
      stretch,
      input: readInput(message.input, `${field}.input`) ?? family.defaultInput,
      parameters,
    };
  });
}

/**
 * The grid out of a request, and its points, which exist and are not too many.
 * @throws ServiceError naming the axis, the value and what is allowed.
 */
export function readGrid(
  stimulus: RequestedStimulus,
  message: readonly stimulusV1.GridAxis[],
  maximumPoints: number,
): { readonly grid: readonly GridAxis[]; readonly points: GridPoints } {
  return refusing('grid', () => {
    const grid = message.map(({ parameter, values }) => ({ parameter, values }));
    return { grid, points: lazyGridPoints(stimulus.family, stimulus.parameters, grid, maximumPoints) };
  });
}

/**
 * The parameter to differentiate.
 * @throws ServiceError UNKNOWN_VARIABLE listing those of the family.
 */
export function readVariable(family: StimulusFamily, name: string): Parameter {
  try {
    return findParameter(family, name);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new ServiceError('UNKNOWN_VARIABLE', `variable: ${message}`, { field: 'variable', cause });
  }
}

function readStretch(stretch: stimulusV1.Stretch, field: string): Stretch {
  switch (stretch) {
    case stimulusV1.Stretch.STRETCH_UNSPECIFIED:
    case stimulusV1.Stretch.STRETCH_NONE:
      return 'none';
    case stimulusV1.Stretch.STRETCH_MINMAX:
      return 'minmax';
    default:
      throw new ServiceError(
        'INVALID_ARGUMENT',
        `${field} = ${stretch} is unknown; give STRETCH_NONE or STRETCH_MINMAX.`,
        { field },
      );
  }
}

function readInput(input: stimulusV1.InputEncoding, field: string): InputEncoding | undefined {
  switch (input) {
    case stimulusV1.InputEncoding.INPUT_ENCODING_UNSPECIFIED:
      return undefined;
    case stimulusV1.InputEncoding.INPUT_ENCODING_DIRECT:
      return 'direct';
    case stimulusV1.InputEncoding.INPUT_ENCODING_IMAGENET:
      return 'imagenet';
    case stimulusV1.InputEncoding.INPUT_ENCODING_MODEL:
      return 'model';
    default:
      throw new ServiceError(
        'INVALID_ARGUMENT',
        `${field} = ${input} is unknown; give INPUT_ENCODING_DIRECT, _IMAGENET or _MODEL.`,
        { field },
      );
  }
}
