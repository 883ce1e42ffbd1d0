import type { trainingV1 } from '@oblique/contracts';
import { ServiceError } from '@oblique/service';

/** At each of them a network is written to disk, or sensitivity measured and kept in memory. */
const MOST_STEPS_OF_A_SERIES = 100_000;

/** Steps of a training, 0 being its start, as the union of these. */
export interface StepSeries {
  readonly at: readonly number[];
  /** 0: none. */
  readonly every: number;
  /** This many, spaced logarithmically from 1 to the last step; 0: none. */
  readonly logarithmic: number;
}

/** The series out of a request; absent: no steps. */
export function readStepSeries(message: trainingV1.StepSeries | undefined): StepSeries {
  if (message === undefined) return { at: [], every: 0, logarithmic: 0 };
  const { at, every, logarithmic } = message;
  return { at: [...new Set(at)].sort((a, b) => a - b), every, logarithmic };
}

/**
 * The steps of the series in a training of `last` steps.
 * @throws ServiceError naming `field` where a step lies behind the last, or there are too many.
 */
export function stepsOf({ at, every, logarithmic }: StepSeries, last: number, field: string): Set<number> {
  const beyond = at.findIndex((step) => step > last);
  if (beyond !== -1) {
    throw new ServiceError(
      'INVALID_ARGUMENT',
      `${field}.at has step ${at[beyond]}, but the training has only ${last} steps.`,
      { field: `${field}.at` },
    );
  }
  const many = at.length + logarithmic + (every > 0 ? Math.floor(last / every) + 1 : 0);
  if (many > MOST_STEPS_OF_A_SERIES) {
    throw new ServiceError(
      'VALUE_OUT_OF_RANGE',
      `${field} has ${many} of the training's ${last} steps; at most ${MOST_STEPS_OF_A_SERIES} are possible, since at each something is measured or kept.`,
      { field },
    );
  }
  const steps = new Set(at);
  if (every > 0) for (let step = 0; step <= last; step += every) steps.add(step);
  for (let index = 0; index < logarithmic; index += 1)
    steps.add(Math.round(last ** (index / Math.max(1, logarithmic - 1))));
  return new Set([...steps].sort((a, b) => a - b));
}
