import { flowIntegral } from './flowIntegral.js';
import { inverseIntegral } from './gradientFlow.js';

/**
 * One feature of supervised linear learning under gradient flow, dσ/dt = N σ^(2(N-1)/N) (τ - σ λ) (eq. 10; eq. 11 prints
 * the exponent as (2N-1)/N, a slip).
 */
export interface SupervisedFlow {
  /** N, a whole number from 1. */
  readonly depth: number;
  /** λ, the feature's variance, above 0. */
  readonly variance: number;
  /** τ, the feature's covariance with what is to be predicted, at least 0. */
  readonly covariance: number;
  /** σ(0): above 0 unless N = 1, and below the asymptote τ / λ where N > 2 and τ > 0. */
  readonly initial: number;
}

/** σ(t), which tends to τ / λ. @throws RangeError */
export function supervisedAt(flow: SupervisedFlow, time: number): number {
  const { depth, variance, covariance, initial } = checked(flow);
  const asymptote = covariance / variance;
  if (depth === 1) return asymptote + (initial - asymptote) * Math.exp(-variance * time);
  if (covariance === 0) {
    const exponent = 2 - 2 / depth;
    return (initial ** -exponent + depth * variance * exponent * time) ** (-1 / exponent);
  }
  if (depth === 2) return asymptote / (1 + (asymptote / initial - 1) * Math.exp(-2 * covariance * time));
  return (
    asymptote * inverseIntegral(depth, flowIntegral(depth, initial / asymptote) + relativeRate(flow) * time)
  );
}

/** The time at which σ is this proportion, between 0 and 1, of its asymptote. @throws RangeError */
export function supervisedTimeTo(flow: SupervisedFlow, proportion: number): number {
  const { depth, variance, covariance, initial } = checked(flow);
  if (covariance === 0) throw new RangeError('A feature that does not vary with the label is never learned.');
  return (
    (flowIntegral(depth, proportion) - flowIntegral(depth, (initial * variance) / covariance)) /
    relativeRate(flow)
  );
}

/** N λ r^(2-2/N): σ / r obeys eq. 7 at this rate, r being the asymptote. */
function relativeRate({ depth, variance, covariance }: SupervisedFlow): number {
  return depth * variance * (covariance / variance) ** (2 - 2 / depth);
}

function checked(flow: SupervisedFlow): SupervisedFlow {
  const { depth, variance, covariance, initial } = flow;
  if (!(Number.isInteger(depth) && depth >= 1)) {
    throw new RangeError(`A depth is a whole number from 1, not ${depth}.`);
  }
  if (!(variance > 0)) throw new RangeError(`A feature's variance is above 0, not ${variance}.`);
  if (!(covariance >= 0)) throw new RangeError(`A feature's covariance is at least 0, not ${covariance}.`);
  if (!(initial > 0 || depth === 1))
    throw new RangeError(`σ(0) is above 0 where depth is over 1, not ${initial}.`);
  if (depth > 2 && covariance > 0 && !(initial < covariance / variance)) {
    throw new RangeError(
      `σ(0) is below the asymptote ${covariance / variance} where depth is over 2, not ${initial}.`,
    );
  }
  return flow;
}
