import type { Claim, Verdict } from '@oblique/report';
import { powerLawFit } from '@oblique/statistics';
import type { LinearParameters } from './linearParameters.js';
import { alignedError, type RunResult } from './linearResults.js';
import { networksOf, TIED } from './network.js';
import { finitePairs, median, rankCorrelation, relativeErrors } from './numbers.js';
import { overSeedsClaim } from './seedClaim.js';
import { spectrumFit } from './spectrum.js';
import { above } from '../verdicts.js';

const NEAR_THEORY = 0.1;
const EXACT = 1e-3;
/** σ of one matrix at half of its half-time, 1 - √(1/2): it rises fastest at the start. */
export const EXPONENTIAL_AT_QUARTER = 1 - Math.SQRT1_2;

/** C5b and C5c, about what is learned when. */
export function linearClaims(parameters: LinearParameters, results: readonly RunResult[]): Claim[] {
  const { judged, confidence } = parameters;
  const main = results.filter(({ run }) => run.kind === 'main');
  const of = (slug: string): readonly RunResult[] => main.filter(({ run }) => run.network.slug === slug);
  const [first] = results;
  if (first === undefined) return [];
  return [
    spectrumClaim(first),
    ...networksOf(parameters).flatMap((network) => {
      const runs = of(network.slug);
      const shown = {
        figures: ['fig5c-half-times'],
        provenance: runs.map(({ digest }) => digest),
        confidence,
      };
      const reached = `${halfTimesReached(runs, judged)} of the first ${judged} components reached their half-time in every seed.`;
      return [
        overSeedsClaim({
          ...shown,
          id: `C5c-order-${network.slug}`,
          sentence: `${network.label}: principal components are learned in the order of their variance.`,
          statistic: `Spearman's rank correlation of variance with minus the half-time, over the first ${judged} components`,
          threshold: 'above 0.98',
          values: runs.map(
            ({ record, times }) =>
              -rankCorrelation(record.variance.slice(0, judged), times.t50.slice(0, judged)),
          ),
          judge: (interval) => above(0.98, interval),
          explanation: reached,
        }),
        overSeedsClaim({
          ...shown,
          id: `C5c-rate-${network.slug}`,
          sentence: `${network.label}: the half-time is inversely proportional to variance, not to standard deviation.`,
          statistic: `Slope of log half-time over log variance, over the first ${judged} components (variance says −1, standard deviation −1/2)`,
          threshold: 'below −0.75',
          values: runs.map((run) => halfTimeSlope(run, judged)),
          judge: ({ low, high, confidence: level }) =>
            above(0.75, { low: -high, high: -low, confidence: level }),
          explanation: reached,
        }),
        overSeedsClaim({
          ...shown,
          id: `C5c-theory-${network.slug}`,
          sentence: `${network.label}: half-times are those of eq. 7 within about 10 %.`,
          statistic: `Median relative difference of measured and theoretical half-time, over the first ${judged} components`,
          threshold: `below ${NEAR_THEORY}`,
          values: runs.map((run) => theoryError(run, judged)),
          judge: ({ low, high, confidence: level }) =>
            above(-NEAR_THEORY, { low: -high, high: -low, confidence: level }),
          explanation: `${reached} ${network.depth > 2 ? 'One σ(0) was fitted for all components.' : 'Nothing was fitted.'}`,
        }),
        overSeedsClaim({
          ...shown,
          id: `C5c-variance-${network.slug}`,
          sentence: `${network.label}: eq. 7 with the variance as rate is nearer to the half-times than with the standard deviation, as the text says.`,
          statistic:
            'Logarithm of the median relative difference with the standard deviation (in the units that suit it best) over that with the variance',
          threshold: 'above 0',
          values: runs.map((run) => logDeviationOverVarianceError(run, judged)),
          judge: (interval) => above(0, interval),
          explanation: reached,
        }),
      ];
    }),
    ...results.filter(({ run }) => run.kind === 'aligned').map(alignedClaim),
    ...gapClaim(parameters, results),
    ...sharpnessClaims(parameters, of),
  ];
}

function spectrumClaim({ record, digest }: RunResult): Claim {
  const fit = spectrumFit(record.variance);
  const verdict: Verdict = fit.rSquared > 0.95 ? 'supported' : 'not supported';
  return {
    id: 'C5b',
    sentence: 'The variances of the principal components fall as a power law of their index.',
    statistic: `Exponent of variance over index from the tenth component to the ${fit.last}th; the claim is judged by the explained variance of the logarithms`,
    threshold: 'explained variance above 0.95',
    effect: fit.exponent,
    interval: fit.exponentInterval,
    verdict,
    explanation: `The law explains ${fit.rSquared.toFixed(4)} of the variance of the logarithms. In the paper's patches of photographs the exponent is −1.16.`,
    figures: ['fig5b'],
    provenance: [digest],
  };
}

function halfTimesReached(runs: readonly RunResult[], judged: number): number {
  return Math.min(...runs.map(({ times }) => times.t50.slice(0, judged).filter(Number.isFinite).length));
}

/** NaN where fewer than three components were learned: one half-time could be met by the fitted σ(0) alone. */
function theoryError({ times, theory }: RunResult, judged: number): number {
  const errors = relativeErrors(times.t50, theory.t50).slice(0, judged);
  return errors.filter(Number.isFinite).length < 3 ? NaN : median(errors);
}

/** Exponent of half-time over variance; NaN where fewer than three components were learned. */
export function halfTimeSlope({ record, times }: RunResult, judged: number): number {
  const [variance, halfTimes] = finitePairs(record.variance.slice(0, judged), times.t50.slice(0, judged));
  return variance.length < 3 ? NaN : powerLawFit(variance, halfTimes).exponent;
}

/** All times are as 1 / λ; √λ has other units, so that its one factor is the one that makes the median ratio 1. */
function logDeviationOverVarianceError({ record, times, theory }: RunResult, judged: number): number {
  const measured = times.t50.slice(0, judged);
  const byVariance = theory.t50.slice(0, judged);
  const byDeviation = byVariance.map(
    (time, component) => time * Math.sqrt(record.variance[component] ?? NaN),
  );
  const factor = median(measured.map((value, component) => value / (byDeviation[component] ?? NaN)));
  const errors = (predicted: readonly number[]): number => median(relativeErrors(measured, predicted));
  return Math.log(errors(byDeviation.map((value) => factor * value)) / errors(byVariance));
}

function alignedClaim(result: RunResult): Claim {
  const { network } = result.run;
  const error = alignedError(result);
  return {
    id: `C5c-aligned-${network.slug}`,
    sentence: `${network.label}, weights aligned with the components at the start: every component is learned as if alone.`,
    statistic:
      'Largest difference of σ, over components and records, from gradient descent on each component by itself',
    threshold: `below ${EXACT}`,
    effect: error,
    interval: null,
    verdict: error < EXACT ? 'supported' : 'not supported',
    explanation: 'Every batch is all patches, so that no chance remains; float32 rounding does.',
    figures: ['fig5c-aligned'],
    provenance: [result.digest],
  };
}

/** Median relative error of the half-times that are reached from every initial size, [factor][seed]. */
export function gapsOf(
  parameters: LinearParameters,
  results: readonly RunResult[],
): readonly (readonly number[])[] {
  const swept = results.filter(({ run }) => run.kind === 'sweep');
  const common = Array.from({ length: parameters.judged }, (_, component) => component).filter((component) =>
    swept.every(
      ({ times, theory }) => Number.isFinite(times.t50[component]) && Number.isFinite(theory.t50[component]),
    ),
  );
  const { seeds, sweepFactors } = parameters;
  return sweepFactors.map((_, factor) =>
    swept.slice(factor * seeds.length, (factor + 1) * seeds.length).map(({ times, theory }) => {
      const errors = relativeErrors(times.t50, theory.t50);
      return median(common.map((component) => errors[component] ?? NaN));
    }),
  );
}

function gapClaim(parameters: LinearParameters, results: readonly RunResult[]): Claim[] {
  const gaps = gapsOf(parameters, results);
  const [largest, smallest] = [gaps[0], gaps.at(-1)];
  if (gaps.length < 2 || largest === undefined || smallest === undefined) return [];
  return [
    overSeedsClaim({
      id: 'C5c-gap',
      sentence: `${TIED.label}: the gap between half-times and theory shrinks with the initial weights.`,
      statistic:
        'Logarithm of the median relative difference at the largest initial weights over that at the smallest',
      threshold: 'above 0',
      values: largest.map((value, index) => Math.log(value / (smallest[index] ?? NaN))),
      confidence: parameters.confidence,
      judge: (interval) => above(0, interval),
      explanation: `Median differences from the largest to the smallest: ${gaps.map((each) => median(each).toPrecision(2)).join(', ')}.`,
      figures: ['fig5c-gap'],
      provenance: results.filter(({ run }) => run.kind === 'sweep').map(({ digest }) => digest),
    }),
  ];
}

/** (t90 - t10) / t50 of a training: the median over the components that reached all three. */
export function sharpnessOf({ times }: RunResult, judged: number): number {
  return median(
    times.t50
      .slice(0, judged)
      .map((half, component) => ((times.t90[component] ?? NaN) - (times.t10[component] ?? NaN)) / half),
  );
}

function sharpnessClaims(parameters: LinearParameters, of: (slug: string) => readonly RunResult[]): Claim[] {
  const { judged, confidence } = parameters;
  const ladder = networksOf(parameters).filter(
    ({ tied, slug }) => !tied && of(slug).every((run) => Number.isFinite(sharpnessOf(run, judged))),
  );
  const steps = ladder.slice(1).map((network, index) => {
    const shallower = of(ladder[index]?.slug ?? '');
    return of(network.slug).map((deep, seed) => {
      const other = shallower[seed];
      return other === undefined ? NaN : Math.log(sharpnessOf(other, judged) / sharpnessOf(deep, judged));
    });
  });
  const least = parameters.seeds.map((_, seed) =>
    steps.length === 0 ? NaN : Math.min(...steps.map((each) => each[seed] ?? NaN)),
  );
  const single = of('single');
  return [
    overSeedsClaim({
      id: 'C-SI2-sharpness',
      sentence: 'The deeper the network, the more a component is learned in one step.',
      statistic:
        'Logarithm of the sharpness index (t90 − t10) / t50 of one network over that of the next deeper one, the smallest of these',
      threshold: 'above 0',
      values: least,
      confidence,
      judge: (interval) => above(0, interval),
      explanation: `Compared: ${ladder.map(({ label }) => label).join(', ')} (those of which enough components were learned). Medians: ${networksOf(
        parameters,
      )
        .map(
          ({ slug, label }) =>
            `${label} ${median(of(slug).map((run) => sharpnessOf(run, judged))).toPrecision(3)}`,
        )
        .join(', ')}.`,
      figures: ['si2-sharpness', 'si2'],
      provenance: ladder.flatMap(({ slug }) => of(slug).map(({ digest }) => digest)),
    }),
    overSeedsClaim({
      id: 'C-SI2-single',
      sentence: 'A single matrix does not learn in steps: its curves rise fastest at the start.',
      statistic: `σ at half of the half-time, median over components (an exponential approach has ${EXPONENTIAL_AT_QUARTER.toFixed(3)}, a logistic step less)`,
      threshold: 'within 0.05 of the exponential',
      values: single.map((run) => atHalfOfHalfTime(run, judged)),
      confidence,
      judge: ({ low, high, confidence: level }) =>
        above(-0.05, {
          low: -Math.max(Math.abs(low - EXPONENTIAL_AT_QUARTER), Math.abs(high - EXPONENTIAL_AT_QUARTER)),
          high: -Math.max(0, low - EXPONENTIAL_AT_QUARTER, EXPONENTIAL_AT_QUARTER - high),
          confidence: level,
        }),
      explanation:
        "The paper's text has a single matrix W and sigmoidal curves; the code that drew them has WᵀW.",
      figures: ['si2'],
      provenance: single.map(({ digest }) => digest),
    }),
  ];
}

/** σ at half of the half-time, read off between records, median over components whose half-time lies well inside them. */
export function atHalfOfHalfTime({ record, sigma, times }: RunResult, judged: number): number {
  return median(
    sigma.slice(0, judged).map((values, component) => {
      const at = (times.t50[component] ?? NaN) / 2;
      const after = record.steps.findIndex((step) => step >= at);
      const [from = NaN, to = NaN] = [record.steps[after - 1], record.steps[after]];
      const [low = NaN, high = NaN] = [values[after - 1], values[after]];
      return at < 10 ? NaN : low + ((high - low) * (at - from)) / (to - from);
    }),
  );
}
