import { randomStream } from '@oblique/random';
import { describe, expect, it } from 'vitest';
import { cohortsOf } from './cohort.js';
import { declaredPlace } from './judgement.js';
import { learnedOf, type Learned } from './learned.js';
import type { LearnedSensitivity } from './learnedSensitivity.js';
import { cohortClaims, poolingAfterTraining, type MeasuredCohort } from './trainedClaims.js';
import { rotatedParameters } from './trainedParameters.js';
import { ORIENTATION } from './turnedVariable.js';

const PARAMETERS = rotatedParameters.parse({ tasks: ['object-orientation'] });
const ANGLES = Array.from({ length: 24 }, (_, index) => index * 7.5);
const STEPS = [0, 1, 10, 100];

/** How strongly the made-up network follows its world, and what its architecture adds however the world is turned. */
interface Made {
  readonly world: number;
  readonly architecture: number;
  readonly network?: string;
}

describe('claims on made-up trainings', () => {
  it('finds that the preference turns, by how much, and what the architecture keeps', () => {
    const found = claimsOf({ world: 0.6, architecture: 0.15 });
    expect(verdicts(found)).toEqual({
      'C-SI1b.1': 'supported',
      'preference-original': 'supported',
      'preference-turned': 'supported',
      'shift-22.5': 'supported',
      'shift-45': 'supported',
      dose: 'supported',
      'C-SI1b.2': 'supported',
    });
    // log √D = 0.6 cos 4(θ − turn) + 0.15 cos 4θ. Windows hold 0 and ±7.5°, where cos 4θ is 0.911 on average; log R is twice that.
    expect(found.get('C-SI1b.1')?.effect).toBeCloseTo(Math.exp(2 * 0.6 * 0.911), 1);
    expect(found.get('C-SI1b.2')?.effect).toBeCloseTo(Math.exp(2 * 0.15 * 0.911), 1);
    expect(found.get('shift-45')?.effect).toBeCloseTo(45, 0);
    expect(found.get('shift-22.5')?.effect).toBeCloseTo(22.5, 0);
  });

  it('says so where a preference is reversed', () => {
    expect(verdicts(claimsOf({ world: -0.6, architecture: 0 }))).toMatchObject({
      'C-SI1b.1': 'not supported',
      'preference-original': 'not supported',
      'preference-turned': 'not supported',
      dose: 'inconclusive',
    });
  });

  it('concludes nothing where there is nothing, or one seed', () => {
    expect(verdicts(claimsOf({ world: 0, architecture: 0 }))).toMatchObject({
      'C-SI1b.1': 'inconclusive',
      'C-SI1b.2': 'inconclusive',
    });
    const one = cohortOf({ world: 0.6, architecture: 0 }, [0]);
    const claims = cohortClaims(one, { ...PARAMETERS, seeds: [0] }, ORIENTATION);
    expect(new Set(claims.map(({ verdict }) => verdict))).toEqual(new Set(['inconclusive']));
    expect(claims.every(({ interval }) => interval === null)).toBe(true);
  });

  it('tells no shift where its interval spans the circle', () => {
    const shift = claimsOf({ world: 0, architecture: 0 }).get('shift-45');
    expect(shift).toMatchObject({ effect: null, interval: null, verdict: 'inconclusive' });
    expect(shift?.explanation).toMatch(/No shift can be told/);
  });

  it('judges nothing of networks that did not learn their task', () => {
    const accuracies = [0, 45].map(() => [0.2, 0.22, 0.21].map((last) => accuracyOf(last)));
    const barely = learnedOf('hue-turn', accuracies, 0.52, 0.95);
    expect(barely?.verdict).toBe('not learned');
    const found = claimsOf({ world: 0.6, architecture: 0.15 }, barely);
    expect(new Set([...found.values()].map(({ verdict }) => verdict))).toEqual(new Set(['not learned']));
    expect(found.get('C-SI1b.1')?.effect).toBeGreaterThan(2);

    expect(learnedOf('hue-turn', accuracies, undefined, 0.95)?.verdict).toBe('supported');
    const guessed = [[accuracyOf(0.1), accuracyOf(0.12), accuracyOf(0.11)]];
    expect(learnedOf('hue-turn', guessed, undefined, 0.95)?.verdict).toBe('not learned');
    expect(learnedOf('hue-turn', [[accuracyOf(0.9)]], undefined, 0.95)?.verdict).toBe('inconclusive');
    expect(learnedOf('hue-turn', [[undefined]], undefined, 0.95)).toBeUndefined();
  });

  it('finds what overlapping pooling keeps after training', () => {
    const overlapping = cohortOf({ world: 0.4, architecture: 0.3, network: 'alexnet' });
    const other = cohortOf({ world: 0.5, architecture: 0.1, network: 'alexnet_nonoverlapping' });
    const [claim] = poolingAfterTraining(overlapping, other, PARAMETERS, ORIENTATION);
    expect(claim?.verdict).toBe('supported');
    expect(claim?.effect).toBeCloseTo(Math.exp(2 * 0.2 * 0.911), 1);
  });
});

const accuracyOf = (last: number) => ({ steps: [0, 100], accuracy: [0.1, last] });

function claimsOf(made: Made, learned?: Learned) {
  const claims = cohortClaims({ ...cohortOf(made), learned }, PARAMETERS, ORIENTATION);
  return new Map(
    claims.map((claim) => [claim.id.replace('-orientation-small-resnet-object-orientation', ''), claim]),
  );
}

function verdicts(claims: ReturnType<typeof claimsOf>): Record<string, string> {
  return Object.fromEntries([...claims].map(([id, { verdict }]) => [id, verdict]));
}

function cohortOf(made: Made, seeds: readonly number[] = PARAMETERS.seeds): MeasuredCohort {
  const networks = [made.network ?? 'small_resnet'] as typeof PARAMETERS.networks;
  const [cohort] = cohortsOf({ ...PARAMETERS, networks, seeds: [...seeds] }, ORIENTATION);
  if (cohort === undefined) throw new Error('There is no cohort.');
  const trainings = cohort.worlds.map(({ turnDeg }) => seeds.map((seed) => training(made, turnDeg, seed)));
  const first = trainings[0]?.[0];
  if (first === undefined) throw new Error('Nothing was trained.');
  const place = declaredPlace(first, 0.5, () => true);
  return { cohort, trainings, place, learned: undefined, provenance: [] };
}

/** Twin and architecture are the same in all worlds of a seed; noise is not. */
function training({ world, architecture }: Made, turnDeg: number, seed: number): LearnedSensitivity {
  const noise = randomStream(seed, `made-up training ${turnDeg}`);
  return {
    steps: STEPS,
    observations: ['gabor'],
    layers: ['first', 'second'],
    anglesDeg: ANGLES,
    d: (_observation, _layer, step) =>
      ANGLES.map((angle) => {
        const learned = step === 0 ? 0 : world * Math.cos(radians(4 * (angle - turnDeg)));
        const kept = architecture * Math.cos(radians(4 * angle));
        return Math.exp(2 * (learned + kept) + 0.02 * noise.normal());
      }),
  };
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
