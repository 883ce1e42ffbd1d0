import { labelRate, priorDensity } from '@oblique/datasets/gratings';
import type { Claim, Verdict } from '@oblique/report';
import { overSeeds, type OverSeeds } from '@oblique/statistics';
import { above, everywhere, verdictInWords, within } from '@oblique/study';
import type { LearnedCohort } from './cohort.js';
import type { Condition, ConditionName } from './conditions.js';
import type { LabelNoiseParameters } from './labelNoiseParameters.js';
import { growth, logRatios, meanOverSteps, onsetSteps, orderAgreement } from './learnedGratings.js';

type Judged = Pick<
  LabelNoiseParameters,
  'fromStep' | 'halfWidth' | 'confidence' | 'onsetFactor' | 'tolerance' | 'bins'
>;

/** The claims about one number of classes; `cohorts` are those trained with it. */
export function labelNoiseClaims(cohorts: readonly LearnedCohort[], parameters: Judged): Claim[] {
  const cohortOf = (name: ConditionName): LearnedCohort[] =>
    cohorts.filter(({ condition }) => condition.name === name);
  return cohorts.flatMap((cohort) => {
    const head = headOf(cohort, parameters);
    switch (cohort.condition.name) {
      case 'uniform':
        return [equalClaim('control-uniform', cohort, parameters, head)];
      case 'b':
        return [
          rareLabelsClaim(cohort, parameters, head),
          ...cohortOf('uniform').map((uniform) => againstUniformClaim(cohort, uniform, parameters, head)),
        ];
      case 'c':
        return [frequencyClaim('C6c', cohort, parameters, head), orderClaim(cohort, parameters, head)];
      case 'd-text':
        return [frequencyClaim('C6d-text', cohort, parameters, head)];
      case 'd-code':
        return [frequencyClaim('C6d-code', cohort, parameters, head)];
      case 'erasure':
        return [
          equalClaim('control-erasure-alone', cohort, parameters, head),
          ...cohortOf('uniform-half').map((twin) => erasureClaim(cohort, twin, parameters, head)),
          ...cohortOf('c').map((frequent) => removalClaim(frequent, cohort, parameters, head)),
        ];
      case 'uniform-half':
        return [];
    }
  });
}

/** log of D(90°)/D(0°), averaged over steps, seed by seed. */
export function meanLogRatios(cohort: LearnedCohort, { halfWidth, fromStep }: Judged): number[] {
  return cohort.learned.map((one) => meanOverSteps(one.steps, logRatios(one, halfWidth), fromStep));
}

/** What gradient descent sees of each orientation: p σ, per radian. */
export function effectiveFrequency({ prior, labelNoise }: Condition, orientationDeg: number): number {
  const orientationRad = (orientationDeg * Math.PI) / 180;
  return priorDensity(prior, orientationRad) * labelRate(labelNoise, prior, orientationRad);
}

/** An estimate of logarithms as one of ratios. */
export function exponential({ estimate, interval }: OverSeeds): OverSeeds {
  return {
    estimate: Math.exp(estimate),
    interval: { ...interval, low: Math.exp(interval.low), high: Math.exp(interval.high) },
  };
}

interface Head {
  /** Behind the claim's id where there are several numbers of classes. */
  readonly suffix: string;
  readonly where: string;
  readonly figures: readonly string[];
  readonly provenance: readonly string[];
}

function headOf({ bins, learned, provenance }: LearnedCohort, { bins: all }: Judged): Head {
  const suffix = all.length > 1 ? `-${bins}bins` : '';
  return {
    suffix,
    where: `(${bins} classes, ${learned.length} seeds)`,
    figures: [`fig6${bins === all[0] ? '' : suffix}`, 'fig6-ratio'],
    provenance,
  };
}

function rareLabelsClaim(cohort: LearnedCohort, parameters: Judged, head: Head): Claim {
  const inverse = meanLogRatios(cohort, parameters).map((value) => -value);
  const ratio = exponential(overSeeds(inverse, parameters.confidence));
  return claim(head, ratio, above(1, ratio.interval), '', {
    id: 'C6b',
    sentence:
      'Where all orientations are equally frequent, those with less label noise (0°) are learned first.',
    statistic: `D(0°)/D(90°), ${averaged(parameters)}`,
    threshold: 'above 1',
  });
}

function frequencyClaim(id: string, cohort: LearnedCohort, parameters: Judged, head: Head): Claim {
  const perSeed = cohort.learned.map((one) => logRatios(one, parameters.halfWidth));
  const judged = (cohort.learned[0]?.steps ?? []).flatMap((step, index) => {
    if (step < parameters.fromStep) return [];
    const values = perSeed.map((ratios) => ratios[index] ?? NaN);
    return [{ step, ratio: exponential(overSeeds(values, parameters.confidence)) }];
  });
  const least = judged.reduce((low, one) => (one.ratio.interval.low < low.ratio.interval.low ? one : low));
  const holding = judged.filter(({ ratio }) => above(1, ratio.interval) === 'supported').length;
  const held = `The whole interval lies above 1 at ${holding} of ${judged.length} steps.`;
  return claim(head, least.ratio, everywhere(judged.map(({ ratio }) => above(1, ratio.interval))), held, {
    id,
    sentence:
      id === 'C6c'
        ? 'Frequent orientations (90°) are learned first.'
        : 'Frequent orientations (90°) are learned first although label noise is meant to balance information.',
    statistic: `D(90°)/D(0°), ${windows(parameters)}, at the step whose interval reaches lowest (${least.step})`,
    threshold: `above 1 at every measured step from ${parameters.fromStep} on`,
  });
}

function orderClaim(cohort: LearnedCohort, parameters: Judged, head: Head): Claim {
  const agreements = cohort.learned.map((one) =>
    orderAgreement(
      one.orientationsDeg.map((angle) => effectiveFrequency(cohort.condition, angle)),
      onsetSteps(one, parameters.onsetFactor),
    ),
  );
  const agreement = overSeeds(agreements, parameters.confidence);
  const shown = { ...head, figures: ['fig6-onset', ...head.figures] };
  return claim(shown, agreement, above(0, agreement.interval), '', {
    id: 'C6c-order',
    sentence: 'Orientations are learned in the order of their frequency.',
    statistic:
      `Among pairs of orientations, the share where the more frequent one is learned first minus the share where it is ` +
      `learned last; learned is D at ${parameters.onsetFactor} times its initial mean`,
    threshold: 'above 0; 1 is perfect order',
  });
}

function equalClaim(id: string, cohort: LearnedCohort, parameters: Judged, head: Head): Claim {
  const logRatio = overSeeds(meanLogRatios(cohort, parameters), parameters.confidence);
  return claim(head, exponential(logRatio), ...equality(logRatio, [cohort], parameters), {
    id,
    sentence:
      id === 'control-uniform'
        ? 'Where all orientations are equally frequent and keep their labels, none is preferred.'
        : 'Where each orientation has equally many labels, none is preferred (by itself, not against uniform gratings).',
    statistic: `D(90°)/D(0°), ${averaged(parameters)}`,
    threshold: equalWithin(parameters),
  });
}

/** Whether a preference vanishes; before anything is learned, that there is none says nothing. */
function equality(
  { interval }: OverSeeds,
  cohorts: readonly LearnedCohort[],
  { tolerance, onsetFactor }: Judged,
): [verdict: Verdict, detail: string] {
  const least = Math.min(...cohorts.flatMap(({ learned }) => learned.map(growth)));
  const detail = `By the last step D is ${least.toPrecision(3)} times its initial mean in the seed that learned least`;
  return least < onsetFactor
    ? ['inconclusive', `${detail}, below the ${onsetFactor} that count as learned.`]
    : [within(0, Math.log(tolerance), interval), `${detail}.`];
}

function againstUniformClaim(
  b: LearnedCohort,
  uniform: LearnedCohort,
  parameters: Judged,
  head: Head,
): Claim {
  const { estimate, head: shown } = quotient(uniform, b, parameters, head);
  return claim(shown, exponential(estimate), above(0, estimate.interval), '', {
    id: 'C6b-against-uniform',
    sentence: 'Label noise at 90° lowers the sensitivity there, against uniform gratings without noise.',
    statistic: `D(90°)/D(0°) of uniform gratings divided by that with label noise, seed by seed, ${averaged(parameters)}`,
    threshold: 'above 1',
  });
}

function erasureClaim(erasure: LearnedCohort, twin: LearnedCohort, parameters: Judged, head: Head): Claim {
  const { estimate, head: shown } = quotient(erasure, twin, parameters, head);
  return claim(shown, exponential(estimate), ...equality(estimate, [erasure, twin], parameters), {
    id: 'control-erasure',
    sentence:
      'Where each orientation has equally many labels, though not examples, sensitivity is as for uniform gratings: the ' +
      'preference vanishes.',
    statistic:
      'D(90°)/D(0°) with erasure-balanced labels divided by that of uniform gratings at half the learning rate, seed by ' +
      `seed, ${averaged(parameters)}`,
    threshold: equalWithin(parameters),
  });
}

function removalClaim(
  frequent: LearnedCohort,
  erasure: LearnedCohort,
  parameters: Judged,
  head: Head,
): Claim {
  const { estimate, head: shown } = quotient(frequent, erasure, parameters, head);
  return claim(shown, exponential(estimate), above(0, estimate.interval), '', {
    id: 'control-erasure-removes',
    sentence: 'Giving each orientation equally many labels lowers the preference for frequent ones.',
    statistic: `D(90°)/D(0°) with all labels divided by that with erasure-balanced ones, seed by seed, ${averaged(parameters)}`,
    threshold: 'above 1',
  });
}

/** log of one ratio over another, paired: equal seeds have equal initial weights and equal random numbers. */
function quotient(
  one: LearnedCohort,
  other: LearnedCohort,
  parameters: Judged,
  head: Head,
): { readonly estimate: OverSeeds; readonly head: Head } {
  const divisors = meanLogRatios(other, parameters);
  const differences = meanLogRatios(one, parameters).map((value, seed) => value - (divisors[seed] ?? NaN));
  return {
    estimate: overSeeds(differences, parameters.confidence),
    head: { ...head, provenance: [...one.provenance, ...other.provenance] },
  };
}

function equalWithin({ tolerance }: Judged): string {
  return `between ${(1 / tolerance).toFixed(2)} and ${tolerance}`;
}

function claim(
  { suffix, where, figures, provenance }: Head,
  { estimate, interval }: OverSeeds,
  verdict: Verdict,
  detail: string,
  { id, ...words }: Pick<Claim, 'id' | 'sentence' | 'statistic' | 'threshold'>,
): Claim {
  const explanation = [verdictInWords(verdict), detail, "The interval is Student's over seeds."]
    .filter(Boolean)
    .join(' ');
  const statistic = `${words.statistic} ${where}`;
  return {
    ...words,
    id: `${id}${suffix}`,
    statistic,
    effect: estimate,
    interval,
    verdict,
    explanation,
    figures,
    provenance,
  };
}

function windows({ halfWidth }: Judged): string {
  return `windows of ±${halfWidth}°`;
}

function averaged(parameters: Judged): string {
  return `geometric mean over steps from ${parameters.fromStep} on, ${windows(parameters)}`;
}
