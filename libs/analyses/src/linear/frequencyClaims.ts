import type { Claim } from '@oblique/report';
import { USEFULNESS } from '@oblique/linear-learning';
import { acuityGrowth } from './acuityGrowth.js';
import type { LinearParameters } from './linearParameters.js';
import type { RunResult } from './linearResults.js';
import { oneMatrix } from './network.js';
import { median, rankCorrelation } from './numbers.js';
import { overSeedsClaim } from './seedClaim.js';
import { supervisedCases, SUPERVISED_DEPTHS, USEFULNESS_WORDS } from './supervised.js';
import { acuitySeries, measuredMatrix, snapshotsOf } from './thresholds.js';
import { acuityThreshold, leastThreshold } from './training.js';
import { above, everywhere, within } from '../verdicts.js';

const STRAIGHT = 0.95;
/** A threshold that nowhere rises by this above that of a network that has learned everything has no elbow left. */
const LEAST_RISE = 1.1;
/** Fewer points above an elbow make no line. */
const LEAST_POINTS = 4;

/** C5f and C5h, about sensitivity to spatial frequency of what the protocol calls one matrix. */
export function frequencyClaims(parameters: LinearParameters, results: readonly RunResult[]): Claim[] {
  const network = oneMatrix(parameters);
  const runs = results.filter(({ run }) => run.kind === 'main' && run.network === network);
  const { confidence } = parameters;
  const provenance = runs.map(({ digest }) => digest);
  const snapshots = runs.map(({ record }) =>
    snapshotsOf(record, measuredMatrix(parameters)).filter(
      ({ threshold: values, elbow }) =>
        elbow.pointsAbove >= LEAST_POINTS &&
        Math.max(...values) > LEAST_RISE * leastThreshold(parameters.sizePixels),
    ),
  );
  const threshold = { confidence, provenance, figures: ['fig5f'] };
  const growths = runs.map(({ record }) => acuityGrowth(record, acuitySeries(parameters)));
  const acuity = { confidence, provenance, figures: ['fig5h', 'fig5h-squared'] };
  const cutoff = `thresholds below ${acuityThreshold(parameters)}`;
  return [
    overSeedsClaim({
      ...threshold,
      id: 'C5f-line',
      sentence: `${network.label}: above an elbow the threshold rises linearly with spatial frequency.`,
      statistic: 'Share of the variance that a straight line above the elbow explains, median over snapshots',
      threshold: `above ${STRAIGHT}`,
      values: snapshots.map((each) => median(each.map(({ elbow }) => elbow.rSquaredAbove))),
      judge: (interval) => above(STRAIGHT, interval),
      explanation: `Snapshots with at least ${LEAST_POINTS} frequencies above the elbow and a threshold there that is not yet down to its least: ${snapshots.map(({ length }) => length).join(', ')}.`,
    }),
    overSeedsClaim({
      ...threshold,
      id: 'C5f-elbow',
      sentence: `${network.label}: the elbow moves to higher frequencies with training.`,
      statistic: "Spearman's rank correlation of the elbow with the number of updates",
      threshold: 'above 0',
      values: snapshots.map((each) =>
        rankCorrelation(
          each.map(({ step }) => step),
          each.map(({ elbow }) => elbow.elbow),
        ),
      ),
      judge: (interval) => above(0, interval),
      explanation: `Elbows of the first seed in cycles/pixel: ${(snapshots[0] ?? []).map(({ elbow }) => elbow.elbow.toFixed(3)).join(', ')}.`,
    }),
    overSeedsClaim({
      ...acuity,
      id: 'C5h-rises',
      sentence: `${network.label}: acuity rises with training.`,
      statistic: `Spearman's rank correlation of acuity (${cutoff}) with the number of updates`,
      threshold: 'above 0.95',
      values: growths.map((growth) => (growth ? rankCorrelation(growth.steps, growth.acuity) : NaN)),
      judge: (interval) => above(0.95, interval),
      explanation: 'From a twentieth of the training on.',
    }),
    overSeedsClaim({
      ...acuity,
      id: 'C5h-square',
      sentence: `${network.label}: the square of acuity, not acuity itself, grows linearly with training.`,
      statistic:
        'Share of variance that a line in updates explains: of the squared acuity minus of the acuity',
      threshold: 'above 0',
      values: growths.map((growth) => (growth ? growth.squared - growth.linear : NaN)),
      judge: (interval) => above(0, interval),
      explanation: `Explained (means): acuity ${mean(growths.map((growth) => growth?.linear))}, squared ${mean(growths.map((growth) => growth?.squared))}, a line in the root of updates ${mean(growths.map((growth) => growth?.root))}. The code plots the square under the label of acuity.`,
    }),
    overSeedsClaim({
      ...acuity,
      id: 'C5h-linear',
      sentence: `${network.label}: acuity grows linearly with training, as the text says.`,
      statistic: 'α of acuity ~ updates^α',
      threshold:
        'within 0.1 of 1 (the root of time has 0.5; variance as the rate gives about 0.43 for photographs)',
      values: growths.map((growth) => growth?.exponent ?? NaN),
      judge: (interval) => within(1, 0.1, interval),
      explanation: 'Fitted to the logarithms, from a twentieth of the training on.',
    }),
  ];
}

/** The claim that of two equally useful features the one with higher variance is learned first, in each reading. */
export function supervisedClaims(): Claim[] {
  const cases = supervisedCases();
  return USEFULNESS.flatMap((usefulness) => {
    const own = cases.filter((each) => each.usefulness === usefulness);
    const ratio = Math.min(...own.map(({ halfTimeRatio }) => halfTimeRatio));
    const share = Math.min(...own.map(({ shareAhead }) => shareAhead));
    const head = { interval: null, figures: ['supervised', 'supervised-raw'] };
    const depths = `depths ${SUPERVISED_DEPTHS.join(', ')}`;
    return [
      {
        ...head,
        id: `C-supervised-${usefulness}-proportion`,
        sentence: `Of two features of ${USEFULNESS_WORDS[usefulness]}, the one with higher variance is learned first, as a proportion of its own end.`,
        statistic: `Half-time of the feature of variance 1/4 over that of variance 1, the smallest over ${depths}`,
        threshold: 'above 1',
        effect: ratio,
        verdict: everywhere(
          own.map(({ halfTimeRatio }) => (halfTimeRatio > 1 ? 'supported' : 'not supported')),
        ),
        explanation: `By depth: ${own.map(({ halfTimeRatio }) => halfTimeRatio.toPrecision(3)).join(', ')}. Computed, without chance.`,
      },
      {
        ...head,
        id: `C-supervised-${usefulness}-weight`,
        sentence: `Of two features of ${USEFULNESS_WORDS[usefulness]}, the network is always more sensitive to the one with higher variance.`,
        statistic: `Share of the updates after which σ is larger for variance 1 than for variance 1/4, the smallest over ${depths}`,
        threshold: '1 (at all times)',
        effect: share,
        verdict: everywhere(own.map(({ shareAhead }) => (shareAhead === 1 ? 'supported' : 'not supported'))),
        explanation: `By depth: ${own.map(({ shareAhead }) => shareAhead.toPrecision(3)).join(', ')}. Computed, without chance.`,
      },
    ];
  });
}

function mean(values: readonly (number | undefined)[]): string {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0
    ? 'none'
    : (known.reduce((sum, value) => sum + value, 0) / known.length).toFixed(3);
}
