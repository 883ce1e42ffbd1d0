import { trainingV1 } from '@oblique/contracts';
import { ServiceError } from '@oblique/service';
import { adam, sgd, type Optimiser } from '@oblique/training';
import { atLeast, belowOne } from './readNumber.js';

const { Optimiser_Method: Method } = trainingV1;

export type OptimiserPlan = SgdPlan | AdamPlan;

interface CommonPlan {
  readonly weightDecay: number;
  /** 0: not clipped. */
  readonly clipGradientNorm: number;
}

interface SgdPlan extends CommonPlan {
  readonly method: 'sgd';
  readonly momentum: number;
  readonly nesterov: boolean;
}

interface AdamPlan extends CommonPlan {
  readonly method: 'adam';
}

/** The optimiser out of a request; absent: plain gradient descent. @throws ServiceError naming the field. */
export function readOptimiser(message: trainingV1.Optimiser | undefined, field: string): OptimiserPlan {
  const given = message ?? trainingV1.Optimiser.fromPartial({});
  const common = {
    weightDecay: atLeast(0, given.weightDecay, `${field}.weight_decay`),
    clipGradientNorm: atLeast(0, given.clipGradientNorm, `${field}.clip_gradient_norm`),
  };
  const { momentum, nesterov } = given;
  switch (given.method) {
    case Method.METHOD_UNSPECIFIED:
    case Method.METHOD_SGD:
      if (nesterov && momentum === 0)
        throw new ServiceError('INVALID_ARGUMENT', 'Nesterov needs a momentum above 0.', {
          field: `${field}.momentum`,
        });
      return { method: 'sgd', momentum: belowOne(momentum, `${field}.momentum`), nesterov, ...common };
    case Method.METHOD_ADAM:
      if (momentum !== 0 || nesterov)
        throw new ServiceError(
          'INVALID_ARGUMENT',
          'Adam takes neither momentum nor nesterov; leave them out.',
          {
            field: momentum !== 0 ? `${field}.momentum` : `${field}.nesterov`,
          },
        );
      return { method: 'adam', ...common };
    default:
      throw new ServiceError(
        'INVALID_ARGUMENT',
        `${field}.method = ${given.method} is unknown; give METHOD_SGD or METHOD_ADAM.`,
        { field: `${field}.method` },
      );
  }
}

/** The optimiser of the plan. */
export function optimiserOf(plan: OptimiserPlan): Optimiser {
  const { weightDecay, clipGradientNorm } = plan;
  const common = { weightDecay, ...(clipGradientNorm > 0 && { clipGradientNorm }) };
  return plan.method === 'adam'
    ? adam(common)
    : sgd({ momentum: plan.momentum, nesterov: plan.nesterov, ...common });
}
