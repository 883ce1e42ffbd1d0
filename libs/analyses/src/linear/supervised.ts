import {
  covarianceOfEquallyUseful,
  supervisedAt,
  supervisedLearning,
  supervisedTimeTo,
  USEFULNESS,
  type Usefulness,
} from '@oblique/linear-learning';

/** Two features that are equally useful in one sense; the first has the higher variance. */
export const VARIANCES = [1, 0.25] as const;
export const SUPERVISED_DEPTHS = [1, 2, 3] as const;
const USEFUL = 0.5;
const INITIAL = 0.01;
const LEARNING_RATE = 0.01;
const UPDATES = 1250;
const SHOWN = 126;

export const USEFULNESS_WORDS: Readonly<Record<Usefulness, string>> = {
  correlation: 'equal correlation with the label',
  covariance: 'equal covariance with the label',
  regressionWeight: 'equal regression weight',
};

/** How both features are learned in one sense of being equally useful, by gradient descent and by eq. 10. */
export interface SupervisedCase {
  readonly usefulness: Usefulness;
  readonly depth: number;
  readonly steps: readonly number[];
  /** σ [feature][step] of gradient descent. */
  readonly sigma: readonly (readonly number[])[];
  readonly theory: readonly (readonly number[])[];
  /** τ / λ of each feature. */
  readonly asymptote: readonly number[];
  /** Half-time to the own asymptote of the feature of low variance, over that of the other. */
  readonly halfTimeRatio: number;
  /** Share of the updates after which σ of the feature of high variance is the larger one. */
  readonly shareAhead: number;
}

export function supervisedCases(): readonly SupervisedCase[] {
  return SUPERVISED_DEPTHS.flatMap((depth) =>
    USEFULNESS.map((usefulness) => supervisedCase(usefulness, depth)),
  );
}

function supervisedCase(usefulness: Usefulness, depth: number): SupervisedCase {
  const covariance = covarianceOfEquallyUseful(usefulness, VARIANCES, USEFUL);
  const all = supervisedLearning({
    depth,
    variance: VARIANCES,
    covariance,
    initial: INITIAL,
    learningRate: LEARNING_RATE,
    steps: UPDATES,
  });
  const steps = Array.from({ length: SHOWN }, (_, index) => Math.round((index * UPDATES) / (SHOWN - 1)));
  const flows = VARIANCES.map((variance, feature) => ({
    depth,
    variance,
    covariance: covariance[feature] ?? NaN,
    initial: INITIAL,
  }));
  const [high = new Float64Array(), low = new Float64Array()] = all;
  const [highTime = NaN, lowTime = NaN] = flows.map((flow) => supervisedTimeTo(flow, 0.5));
  const ahead = high.subarray(1).filter((value, index) => value > (low[index + 1] ?? NaN));
  return {
    usefulness,
    depth,
    steps,
    sigma: all.map((values) => steps.map((step) => values[step] ?? NaN)),
    // One update is a flow time of twice the learning rate.
    theory: flows.map((flow) => steps.map((step) => supervisedAt(flow, 2 * LEARNING_RATE * step))),
    asymptote: flows.map((flow) => flow.covariance / flow.variance),
    halfTimeRatio: lowTime / highTime,
    shareAhead: ahead.length / UPDATES,
  };
}
