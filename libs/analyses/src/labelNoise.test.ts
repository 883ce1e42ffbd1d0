import { float64, int64, readNpy, writeNpy, type NdArray } from '@oblique/arrays';
import { parseDigest } from '@oblique/artifacts';
import { axesOf, placesOf, Trained } from '@oblique/study';
import { describe, expect, it } from 'vitest';
import { conditionOf, type ConditionName } from './gratings/condition.js';
import { effectiveFrequency, labelNoise, onsetStep, orderAgreement } from './labelNoise.js';

const STEPS = [0, 50, 100, 150];
const ORIENTATIONS = Array.from({ length: 12 }, (_, k) => 15 * k);
const GAINS = [0.0199, 0.02, 0.0201];
const DIGEST = parseDigest(`sha256:${'0'.repeat(64)}`);

/** D = exp(rate(θ) · step): what an exponential growth at the orientation's own rate gives. */
type Rate = (orientationDeg: number) => number;

/** Faster at 90° than at 0° by `gain` a step. */
const towards90 =
  (gain: number): Rate =>
  (angle) =>
    0.05 + gain * (1 - Math.cos((2 * angle * Math.PI) / 180)) * 0.5;

/** Verdicts on made-up trainings, a rate a seed of each condition. */
function verdicts(
  rates: Partial<Record<ConditionName, readonly Rate[]>>,
  given: Readonly<Record<string, number | number[]>> = {},
): Record<string, string> {
  const conditions = Object.keys(rates);
  const [first = []] = Object.values(rates);
  const bins = given['bins'] ?? [60];
  const axes = axesOf({
    bins: Array.isArray(bins) ? bins : [bins],
    condition: conditions,
    seed: first.map((_, seed) => seed),
  });
  const members = placesOf(axes).map((place) => {
    const rate = rates[place['condition'] as ConditionName]?.[Number(place['seed'])];
    if (rate === undefined) throw new Error('Every place has a rate.');
    const d = STEPS.flatMap((step) => ORIENTATIONS.map((angle) => Math.exp(rate(angle) * step)));
    return {
      place,
      observations: new Map<string, NdArray>([
        ['step', int64([4], STEPS)],
        ['gratings/D/hidden1', float64([4, 12, 1], d)],
        ['gratings/orientation', float64([12], ORIENTATIONS)],
        ['gratings/phase', float64([1], [0])],
      ]),
      metrics: new Map(),
      digest: DIGEST,
      model: DIGEST,
      checkpoints: new Map(),
    };
  });
  const axis = { name: 'shown', values: [0] };
  const images = readNpy(writeNpy(float64([1, 3, 1, 1], [0, 0, 0])));
  const claims = labelNoise.claimsOn(
    { trained: new Trained(axes, members), pictures: { rows: axis, columns: axis, images, digest: DIGEST } },
    {
      conditions,
      seeds: first.map((_, seed) => seed),
      steps: 150,
      fromStep: 50,
      onsetFactor: 10,
      ...given,
    },
  );
  return Object.fromEntries(claims.map(({ id, verdict }) => [id, verdict]));
}

describe('what is read from the sensitivities', () => {
  it('is the step of onset, between the steps that were measured, and none where it is never reached', () => {
    const growing = (rate: number) => ({ values: STEPS.map((step) => rate * step), at: STEPS });
    expect(onsetStep(growing(0.03), Math.log(10))).toBeCloseTo(Math.log(10) / 0.03, 8);
    expect(onsetStep(growing(0.001), Math.log(10))).toBe(Infinity);
  });

  it('is how well the order of onset follows a frequency', () => {
    expect(orderAgreement([1, 2, 3], [30, 20, 10])).toBe(1);
    expect(orderAgreement([1, 2, 3], [10, 20, 30])).toBe(-1);
    expect(orderAgreement([1, 2, 3], [Infinity, Infinity, 10])).toBe(1);
    expect(orderAgreement([1, 1, 2], [5, 50, 20])).toBe(0);
  });

  it('rests on p σ: three times at 90° without noise, 2.5 by the text, 2.1 by the code, 1 by erasure', () => {
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
});

describe('claims about label noise', () => {
  const preferring = (sign = 1): Rate[] => GAINS.map((gain) => towards90(sign * gain));
  const flat = [0.0001, 0, -0.0001].map(towards90);

  it('are supported where sensitivity follows what the paper says, and controls are flat', () => {
    const found = verdicts({
      uniform: flat,
      b: preferring(-1),
      c: preferring(),
      'd-text': preferring(),
      'd-code': preferring(),
      erasure: flat,
      'uniform-half': flat,
    });
    expect(Object.keys(found)).toEqual([
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
    expect(new Set(Object.values(found))).toEqual(new Set(['supported']));
  });

  it('are refuted where it does the opposite', () => {
    expect(
      verdicts({
        b: preferring(),
        c: preferring(-1),
        'd-text': preferring(-1),
        erasure: preferring(),
        'uniform-half': preferring(-1),
      }),
    ).toEqual({
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
    const split = [-0.02, 0.001, 0.02].map(towards90);
    const found = verdicts({ c: split, erasure: [...split].reverse(), 'uniform-half': split });
    expect(new Set(Object.values(found))).toEqual(new Set(['inconclusive']));
    expect(verdicts({ b: [towards90(-0.02)] })).toEqual({ C6b: 'inconclusive' });
  });

  it('tell the numbers of classes apart', () => {
    expect(Object.keys(verdicts({ b: preferring(-1) }, { bins: [60, 3] }))).toEqual([
      'C6b-60bins',
      'C6b-3bins',
    ]);
  });

  it('do not call it equal before anything is learned', () => {
    const slow = [0.001, 0.0011, 0.0009].map((rate) => () => rate);
    expect(verdicts({ erasure: slow, 'uniform-half': slow })).toEqual({
      'control-erasure-alone': 'not learned',
      'control-erasure': 'not learned',
    });
  });
});

it('refuses what cannot be told, and label noise that cannot be', () => {
  expect(() => labelNoise.prepare({ fromStep: 240 })).toThrow('fromStep: there are only 240 steps');
  expect(() => labelNoise.prepare({ halfWidth: 5, orientations: 24 })).toThrow('halfWidth: windows of ±5°');
  expect(() => labelNoise.prepare({ amount: 0.2 })).toThrow('amount');
  expect(labelNoise.prepare({ protocol: 'code' }).parameters['conditions']).toContain('d-code');
  expect(labelNoise.prepare({ profile: 'paper' }).parameters).toMatchObject({ bins: [60, 3], steps: 500 });
});
