import { randomStream } from '@oblique/random';
import { describe, expect, it } from 'vitest';
import type { LearnedSensitivity } from '../trained-controls/learnedSensitivity.js';
import { judgedPlace } from '../trained-controls/preferences.js';
import { WORLDS, type MeasuredCohort } from './cohort.js';
import type { ObjectiveName } from './objective.js';
import { objectivesClaims } from './objectivesClaims.js';

const ANGLES = Array.from({ length: 24 }, (_, index) => index * 7.5);
/** Mean of cos 4θ over 0° and ±7.5°, the angles of a window. */
const NEAR = (1 + 2 * Math.cos(Math.PI / 6)) / 3;

/** log √D = (follows · cos 4(θ − turn) + 0.3 cos 4θ) · (step > 0) and a little noise. */
function training(turnDeg: number, follows: number, seed: number): LearnedSensitivity {
  const random = randomStream(seed, `turned by ${turnDeg}`, Math.round(1000 * follows));
  const noise = 0.01 * random.normal();
  const wave = (angleDeg: number): number => Math.cos((4 * angleDeg * Math.PI) / 180);
  return {
    steps: [0, 10, 100],
    observations: ['gabor'],
    layers: ['conv', 'middle', 'deep', 'readout'],
    anglesDeg: ANGLES,
    d: (_observation, layer, step) =>
      ANGLES.map((angle) => {
        // What the readout does must not matter.
        const sign = layer === 'readout' ? -5 : 1;
        const learned = sign * (follows + noise) * wave(angle - turnDeg) + 0.3 * wave(angle);
        return Math.exp(step === 0 ? 0 : 2 * learned);
      }),
  };
}

function cohort(objective: ObjectiveName, follows: number, seeds = [0, 1, 2]): MeasuredCohort {
  const trainings = WORLDS.map(({ turnDeg }) => seeds.map((seed) => training(turnDeg, follows, seed)));
  const first = training(0, follows, 0);
  return {
    objective,
    trainings,
    place: judgedPlace({ ...first, layers: first.layers.slice(0, -1) }, 0.5),
    loss: { first: 2, last: 1 },
    provenance: [],
  };
}

const claimsOf = (cohorts: readonly MeasuredCohort[]) =>
  new Map(objectivesClaims(cohorts, 0.95).map((claim) => [claim.id, claim]));

describe('claims on made-up trainings', () => {
  it('find what follows the images, whatever the architecture adds', () => {
    const claims = claimsOf([
      cohort('orientation', 0.4),
      cohort('reconstruction', 0.2),
      cohort('contrast', 0.1),
    ]);
    expect([...claims].map(([id, { verdict }]) => [id, verdict])).toEqual([
      ['OB.1-orientation', 'supported'],
      ['OB.1-reconstruction', 'supported'],
      ['OB.1-contrast', 'supported'],
      ['OB.2', 'supported'],
      ['OB.3', 'supported'],
    ]);
    // log R is twice the amplitude, but for the mean of √D over windows, where curves are not flat.
    expect(Math.log(claims.get('OB.1-reconstruction')?.effect ?? NaN)).toBeCloseTo(2 * 0.2 * NEAR, 1);
    expect(claims.get('OB.2')?.effect).toBe(claims.get('OB.1-contrast')?.effect);
    expect(Math.log(claims.get('OB.3')?.effect ?? NaN)).toBeCloseTo(2 * (0.4 - 0.15) * NEAR, 1);
  });

  it('are refuted by one objective that does the opposite', () => {
    const claims = claimsOf([cohort('class', 0.3), cohort('contrast', -0.3)]);
    expect(claims.get('OB.1-class')?.verdict).toBe('supported');
    expect(claims.get('OB.2')?.verdict).toBe('not supported');
    expect(claims.has('OB.3')).toBe(false);
  });

  it('conclude nothing from one seed, or where there is nothing', () => {
    const one = claimsOf([cohort('orientation', 0.4, [0])]);
    expect([...one.values()].map(({ id, verdict, interval }) => [id, verdict, interval])).toEqual([
      ['OB.1-orientation', 'inconclusive', null],
    ]);
    expect(claimsOf([cohort('tilt', 0)]).get('OB.1-tilt')?.verdict).toBe('inconclusive');
  });
});
