import { float64, int64, type NdArray } from '@oblique/arrays';
import { parseDigest } from '@oblique/artifacts';
import { axesOf, placesOf, Trained } from '@oblique/study';
import { describe, expect, it } from 'vitest';
import { halfStep, perceptualLearning } from './perceptualLearning.js';

const STEPS = [0, 1, 4, 16];
const SEEDS = [0, 1, 2];
const ANGLES = 36;
const DIGEST = parseDigest(`sha256:${'0'.repeat(64)}`);

/** log D over D before, by layer, distance from the trained orientation and step, in units that seeds differ about. */
type Gain = (layer: 'early' | 'late', distanceDeg: number, step: number) => number;

/** What the orientation itself has, whatever is trained: it must cancel. */
const bias = (orientationDeg: number, step: number): number =>
  0.3 * Math.cos((2 * orientationDeg * Math.PI) / 180) * step;

function verdicts(gain: Gain): Record<string, string> {
  const axes = axesOf({ trained: [45, 135], seed: SEEDS });
  const orientations = Array.from({ length: ANGLES }, (_, k) => (45 + (180 * k) / ANGLES) % 180);
  const members = placesOf(axes).map((place) => {
    const factor = 1 + 0.02 * (Number(place['seed']) - 1);
    const of = (layer: 'early' | 'late') =>
      float64(
        [STEPS.length, ANGLES, 1],
        STEPS.flatMap((step) =>
          orientations.map((angle) => {
            const apart = (angle - Number(place['trained']) + 270) % 180;
            return Math.exp(factor * gain(layer, apart - 90, step) + bias(angle, step));
          }),
        ),
      );
    return {
      place,
      observations: new Map<string, NdArray>([
        ['step', int64([STEPS.length], STEPS)],
        ['gratings/D/early', of('early')],
        ['gratings/D/late', of('late')],
        ['gratings/orientation', float64([ANGLES], orientations)],
        ['gratings/phase', float64([1], [0])],
      ]),
      metrics: new Map([['accuracy', float64([2], [0.1, 0.2])]]),
      digest: DIGEST,
      model: DIGEST,
      checkpoints: new Map(),
    };
  });
  const claims = perceptualLearning.claimsOn(
    { pretrained: undefined, narrow: new Trained(axes, members) },
    { seeds: SEEDS, steps: 16, orientations: ANGLES },
  );
  return Object.fromEntries(claims.map(({ id, verdict }) => [id, verdict]));
}

const peaked = (distanceDeg: number): number => Math.exp(-((distanceDeg / 30) ** 2));

describe('claims about perceptual learning', () => {
  it('hold where the last layer gains most and first, at the trained orientation', () => {
    const found = verdicts((layer, distance, step) =>
      layer === 'late' ? peaked(distance) * Math.min(1, step / 2) : 0.5 * peaked(distance) * (step / 16),
    );
    expect(found).toEqual({
      'PL.1': 'supported',
      'PL.2': 'supported',
      'PL.3': 'supported',
      'PL.4': 'supported',
    });
  });

  it('fail where sensitivity is lost, or gained elsewhere and early', () => {
    const found = verdicts(
      (layer, distance, step) => -peaked(distance) * (layer === 'late' ? 1 : 0.5) * (step / 16),
    );
    expect(found).toEqual({
      'PL.1': 'not supported',
      'PL.2': 'not supported',
      'PL.3': 'not supported',
      // Without a gain there is no half of it.
      'PL.4': 'inconclusive',
    });
  });

  it('read the half of a gain in the logarithm of the step', () => {
    expect(halfStep([0, 1, 4, 16], [0, 0, 1, 3])).toBeCloseTo(4 * 4 ** 0.25, 12);
    expect(halfStep([0, 1, 4], [0, 3, 4])).toBe(1);
    expect(halfStep([0, 1], [0, -1])).toBeNaN();
  });

  it('are refused where the untrained orientation would not be measured', () => {
    expect(() => perceptualLearning.prepare({ orientations: 25 })).toThrow('must be even');
  });
});
