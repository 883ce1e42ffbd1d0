import { describe, expect, it } from 'vitest';
import { doseResponseClaims } from './doseResponseClaims.js';
import { doseResponseParameters } from './doseResponseParameters.js';
import { dosesOf, logPriorRatio } from './doses.js';

const parameters = doseResponseParameters.parse({ steps: 100, seeds: [0, 1, 2] });
const STEPS = Array.from({ length: 21 }, (_, index) => 5 * index);

/** Every seed's log ratio is a function of the dose at all steps; by layer it is this times a factor. */
function verdicts(
  response: (logPrior: number) => number,
  layerFactors: readonly number[] = [1, 1.2, 1.5],
): Record<string, string> {
  const doses = dosesOf(parameters).map((dose) => {
    const byLayer = layerFactors.map((layerFactor) =>
      [0.98, 1, 1.02].map((factor) => ({
        trainStep: '',
        steps: STEPS,
        logRatios: STEPS.map(() => layerFactor * factor * response(dose.logPriorRatio)),
        loss: [],
        digest: '',
      })),
    );
    return { dose, byLayer, learned: byLayer[0] ?? [] };
  });
  return Object.fromEntries(doseResponseClaims(doses, parameters).map(({ id, verdict }) => [id, verdict]));
}

it('averages the prior over the windows in which D is averaged', () => {
  // The integral of (1 + 0.5 cos 2x) over ±15° about its peak and its trough, summed numerically.
  const mean = (sign: number): number => {
    const count = 3000;
    let sum = 0;
    for (let k = 0; k < count; k++) {
      const x = (((k + 0.5) / count) * 30 - 15) * (Math.PI / 180);
      sum += 1 + sign * 0.5 * Math.cos(2 * x);
    }
    return sum / count;
  };
  expect(logPriorRatio(0.5)).toBeCloseTo(Math.log(mean(1) / mean(-1)), 6);
  expect(logPriorRatio(-0.5)).toBeCloseTo(-logPriorRatio(0.5), 12);
});

describe('claims about doses', () => {
  it('hold for D ∝ p²', () => {
    expect(verdicts((x) => 2 * x)).toEqual({
      'DR.1': 'supported',
      'DR.2': 'supported',
      'DR.3-0.5': 'supported',
      'DR.3-0.9': 'supported',
      'DR.4': 'supported',
      'DR.5': 'supported',
      'DR.6': 'supported',
    });
    expect(verdicts((x) => 2 * x, [1, 0.9, 0.8])).toMatchObject({ 'DR.6': 'not supported' });
  });

  it('tell another power, a bias and a response that is no power law', () => {
    expect(verdicts((x) => 0.7 * x)).toMatchObject({ 'DR.1': 'supported', 'DR.5': 'not supported' });
    expect(verdicts((x) => 2 * x + 1)).toMatchObject({
      'DR.2': 'not supported',
      'DR.3-0.5': 'not supported',
    });
    expect(verdicts((x) => -x)).toMatchObject({ 'DR.1': 'not supported', 'DR.4': 'supported' });
    expect(verdicts((x) => Math.abs(x))).toMatchObject({ 'DR.1': 'inconclusive', 'DR.4': 'not supported' });
  });

  it('need three priors', () => {
    expect(doseResponseParameters.safeParse({ steepnesses: [0, 0.5, 0.5] }).success).toBe(false);
  });
});
