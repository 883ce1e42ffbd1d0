import { halfTime, initialProportion, learnedAt } from '@oblique/linear-learning';
import type { Claim } from '@oblique/report';
import { acuityGrowth } from '../linear/acuityGrowth.js';
import { atHalfOfHalfTime, EXPONENTIAL_AT_QUARTER, halfTimeSlope } from '../linear/linearClaims.js';
import { linearParameters, type LinearParameters } from '../linear/linearParameters.js';
import type { RunResult } from '../linear/linearResults.js';
import { initialSize, SINGLE, TIED } from '../linear/network.js';
import { overSeedsClaim } from '../linear/seedClaim.js';
import { acuitySeries } from '../linear/thresholds.js';
import { runsOf, type LinearRun } from '../linear/training.js';
import type { ErrataParameters } from './errataParameters.js';
import { above, below, within } from '../verdicts.js';

/** An exponent this near to one that theory gives is that one: variance and deviation are five times as far apart. */
const SAME_EXPONENT = 0.1;

/** The linear networks of Fig. 5 as the authors' code trains them. */
export function codeParameters({ profile, seeds, confidence }: ErrataParameters): LinearParameters {
  return linearParameters.parse({
    profile,
    seeds,
    confidence,
    protocol: 'code',
    ...(profile === 'quick' ? { sizePixels: 10 } : {}),
  });
}

/** One matrix W, and WᵀW, which the code has in its place. */
export function oneMatrixRuns(parameters: LinearParameters): LinearRun[] {
  return runsOf(parameters).filter(
    ({ kind, network }) => kind === 'main' && (network === SINGLE || network === TIED),
  );
}

/** E.2, E.3 and E.5. */
export function linearClaims(parameters: LinearParameters, results: readonly RunResult[]): Claim[] {
  const tied = results.filter(({ run }) => run.network === TIED);
  const { confidence, judged } = parameters;
  const shared = { confidence, provenance: tied.map(({ digest }) => digest) };
  const slope = {
    ...shared,
    statistic: `Slope of log half-time over log variance, over the first ${judged} components of WᵀW`,
    values: tied.map((run) => halfTimeSlope(run, judged)),
    figures: ['errata-rate'],
  };
  const growths = tied.map(({ record }) => acuityGrowth(record, acuitySeries(parameters)));
  const acuity = { ...shared, figures: ['errata-acuity'] };
  return [
    overSeedsClaim({
      ...slope,
      id: 'E.2',
      sentence:
        'A component is learned at a rate that is its standard deviation, as the text says in four places.',
      threshold: `within ${SAME_EXPONENT} of −1/2`,
      judge: (interval) => within(-1 / 2, SAME_EXPONENT, interval),
      explanation: 'The order of learning is the same in both readings, how far apart in time is not.',
    }),
    overSeedsClaim({
      ...slope,
      id: 'E.2-variance',
      sentence: 'The rate is its variance, as eq. 7 follows from Σ = VΛVᵀ.',
      threshold: `within ${SAME_EXPONENT} of −1`,
      judge: (interval) => within(-1, SAME_EXPONENT, interval),
      explanation: 'Times are those of updates, nothing is fitted but the slope.',
    }),
    overSeedsClaim({
      ...acuity,
      id: 'E.3',
      sentence: 'Acuity grows linearly with training, as the text says.',
      statistic: 'α of acuity ~ updates^α, fitted from a twentieth of the training on',
      threshold: `within ${SAME_EXPONENT} of 1`,
      values: growths.map((growth) => growth?.exponent ?? NaN),
      judge: (interval) => within(1, SAME_EXPONENT, interval),
      explanation: 'That acuity rises holds in both readings; that it does so linearly does not.',
    }),
    overSeedsClaim({
      ...acuity,
      id: 'E.3-square',
      sentence: "The code's panel is straight because it plots acuity squared.",
      statistic:
        'Share of the variance that a straight line in updates explains: of squared acuity minus of acuity',
      threshold: 'above 0',
      values: growths.map((growth) => (growth ? growth.squared - growth.linear : NaN)),
      judge: (interval) => above(0, interval),
      explanation: `Of the first seed: squared ${growths[0]?.squared.toFixed(3) ?? 'none'}, acuity ${growths[0]?.linear.toFixed(3) ?? 'none'}.`,
    }),
    ...stepClaims(parameters, results),
  ];
}

/** E.5: whether learning is sigmoidal, of the matrix of the text and of the code. */
function stepClaims(parameters: LinearParameters, results: readonly RunResult[]): Claim[] {
  const { judged, confidence, sizePixels } = parameters;
  const initial = initialProportion({
    ...TIED,
    pixels: sizePixels ** 2,
    size: initialSize(TIED, parameters),
  });
  const flow = { depth: 2, variance: 1, initial };
  const logistic = learnedAt(flow, halfTime(flow) / 2);
  const middle = (logistic + EXPONENTIAL_AT_QUARTER) / 2;
  return [SINGLE, TIED].map((network) => {
    const runs = results.filter(({ run }) => run.network === network);
    return overSeedsClaim({
      id: network === SINGLE ? 'E.5' : 'E.5-tied',
      sentence:
        network === SINGLE
          ? 'One matrix, X̂ = WX as the text has it, learns each component in a sigmoid, as Fig. 5c shows.'
          : 'WᵀW, which the code has in its place, learns each component in a sigmoid.',
      statistic: `σ at half of the half-time, median over components (exponential ${EXPONENTIAL_AT_QUARTER.toFixed(3)}, logistic ${logistic.toFixed(3)})`,
      threshold: `below ${middle.toFixed(3)}, half way between`,
      values: runs.map((run) => atHalfOfHalfTime(run, judged)),
      confidence,
      judge: (interval) => below(middle, interval),
      explanation:
        'D = σ² of one matrix does have an inflection (eq. 8), what Fig. 5c plots does not. WᵀW is a network of two layers.',
      figures: ['errata-tied'],
      provenance: runs.map(({ digest }) => digest),
    });
  });
}
