import { describe, expect, it } from 'vitest';
import type { LearnedCohort } from './cohort.js';
import { conditionOf, type ConditionName } from './conditions.js';
import { effectiveFrequency, labelNoiseClaims } from './labelNoiseClaims.js';
import {
  logRatios,
  meanOverSteps,
  onsetSteps,
  orderAgreement,
  type LearnedGratings,
} from './learnedGratings.js';

const STEPS = [0, 50, 100, 150];
const ORIENTATIONS = Array.from({ length: 12 }, (_, k) => 15 * k);
const judged = { fromStep: 50, halfWidth: 15, confidence: 0.95, onsetFactor: 10, tolerance: 1.5, bins: [60] };

/** D = exp(rate(θ) · step): what an exponential growth at the orientation's own rate gives. */
function growing(rate: (orientationDeg: number) => number): LearnedGratings {
  return {
    steps: STEPS,
    orientationsDeg: ORIENTATIONS,
    d: STEPS.map((step) => ORIENTATIONS.map((angle) => Math.exp(rate(angle) * step))),
  };
}

function cohort(name: ConditionName, rates: readonly ((orientationDeg: number) => number)[]): LearnedCohort {
  return {
    condition: conditionOf(name, { amount: 0.15, formula: 'text' }),
    bins: 60,
    members: rates.map((_, seed) => ({ seed, trainStep: `${seed}` })),
    learned: rates.map(growing),
    provenance: [],
  };
}

/** Faster at 90° than at 0° by `gain` a step. */
const towards90 = (gain: number) => (angle: number) =>
  0.05 + gain * (1 - Math.cos((2 * angle * Math.PI) / 180)) * 0.5;

const verdicts = (cohorts: readonly LearnedCohort[], parameters = judged): Record<string, string> =>
  Object.fromEntries(labelNoiseClaims(cohorts, parameters).map(({ id, verdict }) => [id, verdict]));

describe('what is read from the sensitivities', () => {
  const one = growing(towards90(0.02));

  it('is the ratio of windows at every step, and its mean over the time that remains', () => {
    const ratios = logRatios(one, 7);
    STEPS.forEach((step, index) => {
      expect(ratios[index]).toBeCloseTo(0.02 * step, 10);
    });
    expect(meanOverSteps(STEPS, ratios, 50)).toBeCloseTo(2, 10);
    // Steps that lie closely together do not weigh more.
    expect(meanOverSteps([0, 50, 51, 52, 150], [9, 1, 1, 1, 1], 50)).toBeCloseTo(1, 12);
    expect(meanOverSteps([0, 10], [1, 7], 10)).toBe(7);
  });

  it('is the step of onset, between the steps that were measured, and none where it is never reached', () => {
    const onsets = onsetSteps(one, 10);
    ORIENTATIONS.forEach((angle, index) => {
      expect(onsets[index]).toBeCloseTo(Math.log(10) / towards90(0.02)(angle), 8);
    });
    expect(
      onsetSteps(
        growing(() => 0.001),
        10,
      ).every((onset) => onset === Infinity),
    ).toBe(true);
  });

  it('is how well the order of onset follows a frequency', () => {
    expect(orderAgreement([1, 2, 3], [30, 20, 10])).toBe(1);
    expect(orderAgreement([1, 2, 3], [10, 20, 30])).toBe(-1);
    expect(orderAgreement([1, 2, 3], [Infinity, Infinity, 10])).toBe(1);
    expect(orderAgreement([1, 1, 2], [5, 50, 20])).toBe(0);
  });
});

describe('claims about label noise', () => {
  const seeds = [0.0199, 0.02, 0.0201];
  const preferring = (name: ConditionName, sign = 1): LearnedCohort =>
    cohort(
      name,
      seeds.map((gain) => towards90(sign * gain)),
    );

  it('are supported where sensitivity follows what the paper says, and controls are flat', () => {
    const flat = [0.0001, 0, -0.0001].map((gain) => towards90(gain));
    const all = [
      cohort('uniform', flat),
      preferring('b', -1),
      preferring('c'),
      preferring('d-text'),
      preferring('d-code'),
      cohort('erasure', flat),
      cohort('uniform-half', flat),
    ];
    const claims = labelNoiseClaims(all, judged);
    expect(claims.map(({ id }) => id)).toEqual([
      'control-uniform',
      'C6b',
      'C6b-against-uniform',
      'C6c',
      'C6c-order',
      'C6d-text',
      'C6d-code',
      'control-erasure-alone',
      'control-erasure',
      'control-erasure-removes',
    ]);
    expect(claims.every(({ verdict }) => verdict === 'supported')).toBe(true);
    const [, b, , c, order] = claims;
    expect(order?.effect).toBe(1);
    // Windows of ±15° hold three orientations.
    expect(b?.effect).toBeGreaterThan(4);
    expect(c?.statistic).toContain('(50)');
  });

  it('are refuted where it does the opposite', () => {
    const turned = [
      preferring('b'),
      preferring('c', -1),
      preferring('d-text', -1),
      preferring('erasure'),
      preferring('uniform-half', -1),
    ];
    expect(verdicts(turned)).toEqual({
      C6b: 'not supported',
      C6c: 'not supported',
      'C6c-order': 'not supported',
      'C6d-text': 'not supported',
      'control-erasure-alone': 'not supported',
      'control-erasure': 'not supported',
      'control-erasure-removes': 'not supported',
    });
  });

  it('stay open where seeds disagree, or where there is one only', () => {
    const split = [-0.02, 0.001, 0.02].map((gain) => towards90(gain));
    const reversed = [...split].reverse();
    expect(
      verdicts([cohort('c', split), cohort('erasure', reversed), cohort('uniform-half', split)]),
    ).toEqual({
      C6c: 'inconclusive',
      'C6c-order': 'inconclusive',
      'control-erasure-alone': 'inconclusive',
      'control-erasure': 'inconclusive',
      'control-erasure-removes': 'inconclusive',
    });
    expect(verdicts([cohort('b', [towards90(-0.02)])])).toEqual({ C6b: 'inconclusive' });
  });

  it('tell the numbers of classes apart', () => {
    expect(Object.keys(verdicts([preferring('b', -1)], { ...judged, bins: [60, 3] }))).toEqual([
      'C6b-60bins',
    ]);
  });

  it('rest on p σ: three times at 90° without noise, 2.5 by the text, 2.1 by the code, 1 by erasure', () => {
    const ratio = (name: ConditionName): number => {
      const condition = conditionOf(name, { amount: 0.15, formula: 'text' });
      return effectiveFrequency(condition, 90) / effectiveFrequency(condition, 0);
    };
    expect(ratio('c')).toBeCloseTo(3, 10);
    expect(ratio('d-text')).toBeCloseTo(2.47, 2);
    expect(ratio('d-code')).toBeCloseTo(2.09, 2);
    expect(ratio('erasure')).toBeCloseTo(1, 10);
    expect(ratio('uniform')).toBe(1);
    expect(ratio('b')).toBeCloseTo(0.82, 2);
  });

  it('do not call it equal before anything is learned', () => {
    const slow = [0.001, 0.0011, 0.0009].map((rate) => () => rate);
    expect(verdicts([cohort('erasure', slow), cohort('uniform-half', slow)])).toMatchObject({
      'control-erasure-alone': 'inconclusive',
      'control-erasure': 'inconclusive',
    });
  });
});
