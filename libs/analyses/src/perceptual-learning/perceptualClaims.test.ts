import { describe, expect, it } from 'vitest';
import type { LearnedSensitivity } from '../trained-controls/learnedSensitivity.js';
import { gainByDistance, gainsOf, halfStep } from './gains.js';
import type { Learned } from './learner.js';
import { perceptualClaims } from './perceptualClaims.js';
import { perceptualParameters } from './perceptualParameters.js';

const ANGLES = Array.from({ length: 24 }, (_, k) => (45 + 7.5 * k) % 180);
const STEPS = [0, 1, 10, 100];
const LAYERS = ['early', 'late'];

/** How far a made-up layer has come by each step, from 0 to 1. */
const COURSE: Readonly<Record<string, readonly number[]>> = { early: [0, 0, 0.1, 1], late: [0, 0.4, 0.9, 1] };
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** log D = what pixels make of orientations + course × amount × cos²(θ − trained). */
function training(trainedDeg: number, amounts: Readonly<Record<string, number>>): LearnedSensitivity {
  return {
    steps: STEPS,
    observations: ['gratings'],
    layers: LAYERS,
    anglesDeg: ANGLES,
    d: (_, layer, step) =>
      ANGLES.map((angle) => {
        const learned = (COURSE[layer]?.[STEPS.indexOf(step)] ?? NaN) * (amounts[layer] ?? NaN);
        const pixels = Math.sin(radians(3 * angle)) + 0.2 * learned * Math.cos(radians(2 * angle));
        return Math.exp(pixels + learned * Math.cos(radians(angle - trainedDeg)) ** 2);
      }),
  };
}

function learned(early: number, late: number): Learned {
  const amounts = { early, late };
  return { atReference: training(45, amounts), atRightAngles: training(135, amounts) };
}

/** Mean of cos² over 0° and ±7.5°, those angles within ±10°. */
const NEAR = (1 + 2 * Math.cos(radians(7.5)) ** 2) / 3;

describe('gains', () => {
  const one = learned(0.5, 1);

  it('are those at the trained and the untrained orientation, whatever pixels make of either', () => {
    const { trained, untrained, specificity } = gainsOf(one, 'late');
    expect(trained[0]).toBe(0);
    expect(trained.at(-1)).toBeCloseTo(NEAR, 12);
    expect(untrained.at(-1)).toBeCloseTo(1 - NEAR, 12);
    expect(specificity.at(-1)).toBeCloseTo(2 * NEAR - 1, 12);
  });

  it('are told by the distance from the trained orientation', () => {
    const byDistance = gainByDistance(one, 'early', 100);
    byDistance.forEach((gain, place) =>
      expect(gain).toBeCloseTo(0.5 * Math.cos(radians(7.5 * place)) ** 2, 12),
    );
  });
});

describe('halfStep', () => {
  it('interpolates over the logarithm of the step', () => {
    expect(halfStep([0, 1, 100], [0, 0, 2])).toBeCloseTo(10, 12);
    expect(halfStep([0, 4, 100], [0, 1.5, 2])).toBe(4);
    expect(halfStep([0, 1, 100], [0, 1, -1])).toBeNaN();
  });
});

describe('claims on made-up trainings', () => {
  const parameters = perceptualParameters.parse({});
  const claimsOf = (seeds: readonly Learned[]) =>
    new Map(perceptualClaims(seeds, parameters, []).map((claim) => [claim.id, claim]));
  const verdicts = (seeds: readonly Learned[]) => [...claimsOf(seeds).values()].map(({ verdict }) => verdict);

  it('find what changes more and first', () => {
    const claims = claimsOf([learned(0.5, 1), learned(0.6, 1.1), learned(0.4, 0.9)]);
    expect([...claims.values()].map(({ verdict }) => verdict)).toEqual(Array(4).fill('supported'));
    expect(claims.get('PL.2')?.effect).toBeCloseTo(Math.exp(0.75 * (2 * NEAR - 1)), 10);
    expect(claims.get('PL.3')?.effect).toBeCloseTo(Math.exp(0.5 * (2 * NEAR - 1)), 10);
    // Half by 10 (100/10)^(0.4/0.9) in the early layer, and by 10^(0.1/0.5) in the late one.
    expect(claims.get('PL.4')?.effect).toBeCloseTo(10 ** (1 + 4 / 9 - 0.2), 10);
  });

  it('refute what is the other way round', () => {
    const losing = [learned(-0.5, -1), learned(-0.6, -1.1), learned(-0.4, -0.9)];
    expect(verdicts(losing)).toEqual(['not supported', 'not supported', 'not supported', 'inconclusive']);
  });

  it('conclude nothing from one seed', () => {
    expect(verdicts([learned(0.5, 1)])).toEqual(Array(4).fill('inconclusive'));
  });
});
