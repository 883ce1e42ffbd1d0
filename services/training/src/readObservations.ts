import type { trainingV1 } from '@oblique/contracts';
import { MAXIMUM_POINTS } from '@oblique/sensitivity';
import { ServiceError } from '@oblique/service';
import { readGrid, readStimulus, readVariable } from '@oblique/stimulus-requests';
import type { GridAxis, InputEncoding, Point, Stretch } from '@oblique/stimuli';

/** What is measured on the weights of a step. */
export interface ObservationPlan {
  readonly name: string;
  readonly stimulus: {
    readonly family: string;
    /** 0: the network's. */
    readonly widthPixels: number;
    readonly heightPixels: number;
    readonly stretch: Stretch;
    readonly input: InputEncoding;
    readonly parameters: Point;
  };
  readonly variable: string;
  readonly grid: readonly GridAxis[];
  readonly layers: readonly string[];
  /** What parameters that are left out are: part of what a training is known by. */
  readonly defaults: 'sized for the image';
}

/** The observations out of a request. @throws ServiceError naming the field. */
export function readObservations(
  messages: readonly trainingV1.Observation[],
  field: string,
): readonly ObservationPlan[] {
  const names = new Set<string>();
  return messages.map((message, index) => {
    const path = `${field}[${index}]`;
    if (!/^[\w.-]+$/.test(message.name) || names.has(message.name)) {
      throw new ServiceError(
        'INVALID_ARGUMENT',
        `${path}.name is ${JSON.stringify(message.name)}; each observation needs a name of its own, of letters, digits and . _ -`,
        { field: `${path}.name` },
      );
    }
    names.add(message.name);
    return { name: message.name, ...readObservation(message, path) };
  });
}

function readObservation(message: trainingV1.Observation, path: string): Omit<ObservationPlan, 'name'> {
  const wanted = readStimulus(message.stimulus, `${path}.stimulus`);
  const { family, widthPixels = 0, heightPixels = 0, stretch, input, parameters } = wanted;
  const { grid } = readGrid(wanted, message.grid, MAXIMUM_POINTS);
  return {
    stimulus: { family: family.name, widthPixels, heightPixels, stretch, input, parameters },
    variable: readVariable(family, message.variable).name,
    grid,
    layers: message.layers.length === 0 ? ['auto'] : message.layers,
    defaults: 'sized for the image',
  };
}
