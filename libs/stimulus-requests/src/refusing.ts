import { ServiceError, type Reason } from '@oblique/service';
import {
  EmptyGridError,
  GridTooLargeError,
  StimulusError,
  UnknownFamilyError,
  UnknownParameterError,
  ValueOutOfRangeError,
} from '@oblique/stimuli';

/** Runs `read`; what it finds wrong with a stimulus becomes a ServiceError on `field` of the request. */
export function refusing<Value>(field: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (error instanceof StimulusError) throw refusal(field, error);
    throw error;
  }
}

/** The ServiceError for a stimulus that cannot be; `field` is the request's field that holds it. */
export function refusal(field: string, error: StimulusError): ServiceError {
  const path = field === 'stimulus' ? (SPEC_FIELDS[error.field] ?? `parameters.${error.field}`) : error.field;
  return new ServiceError(reasonOf(error), error.message, { field: `${field}.${path}`, cause: error });
}

/** What is a field of StimulusSpec itself; everything else is one of its parameters. */
const SPEC_FIELDS: Readonly<Record<string, string>> = {
  family: 'family',
  width: 'width_pixels',
  height: 'height_pixels',
  stretch: 'stretch',
};

function reasonOf(error: StimulusError): Reason {
  if (error instanceof UnknownFamilyError) return 'UNKNOWN_FAMILY';
  if (error instanceof UnknownParameterError) return 'UNKNOWN_PARAMETER';
  if (error instanceof ValueOutOfRangeError) return 'VALUE_OUT_OF_RANGE';
  if (error instanceof EmptyGridError) return 'GRID_EMPTY';
  if (error instanceof GridTooLargeError) return 'GRID_TOO_LARGE';
  return 'INVALID_ARGUMENT';
}

/** As {@link refusing}, for work that takes a while. */
export async function refusingAsync<Value>(field: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StimulusError) throw refusal(field, error);
    throw error;
  }
}
