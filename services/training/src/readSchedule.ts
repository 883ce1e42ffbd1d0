import { trainingV1 } from '@oblique/contracts';
import { ServiceError } from '@oblique/service';
import type { Schedule } from '@oblique/training';
import { above, atLeast } from './readNumber.js';

const { Schedule_Kind: Kind } = trainingV1;

const DEFAULT_FACTOR = 0.1;

/** The schedule out of a request. @throws ServiceError naming the field. */
export function readSchedule(message: trainingV1.Schedule | undefined, field: string): Schedule {
  const given = message ?? trainingV1.Schedule.fromPartial({});
  const common = {
    learningRate: above(0, given.learningRate, `${field}.learning_rate`),
    warmUpSteps: given.warmUpSteps,
  };
  switch (given.kind) {
    case Kind.KIND_UNSPECIFIED:
    case Kind.KIND_CONSTANT:
      return { kind: 'constant', ...common };
    case Kind.KIND_STEP:
      return {
        kind: 'step',
        ...common,
        factor: above(0, given.factor || DEFAULT_FACTOR, `${field}.factor`),
        everySteps: atLeast(1, given.everySteps, `${field}.every_steps`),
      };
    case Kind.KIND_COSINE:
      return { kind: 'cosine', ...common };
    default:
      throw new ServiceError(
        'INVALID_ARGUMENT',
        `${field}.kind = ${given.kind} is unknown; give KIND_CONSTANT, KIND_STEP or KIND_COSINE.`,
        { field: `${field}.kind` },
      );
  }
}
