import { describe, expect, it } from 'vitest';
import { regimeClaims } from './regimeClaims.js';
import { regimeParameters } from './regimeParameters.js';
import { learningRateOf, relativeChange, scalesOf } from './scales.js';

const parameters = regimeParameters.parse({ scales: [3, 0.1], steps: 400, seeds: [0, 1, 2] });
const STEPS = Array.from({ length: 41 }, (_, k) => 10 * k);

/** What every seed of a scale learned: the loss falls linearly by `fall` a step, the preference's logarithm rises. */
interface Told {
  readonly fall: number;
  readonly rise: number;
  readonly change: number;
}

function verdicts(rich: Told, lazy: Told): Record<string, string> {
  const scales = scalesOf(parameters).map((variant, index) => {
    const { fall, rise, change } = index === 0 ? rich : lazy;
    const seeds = [0.99, 1, 1.01];
    return {
      variant,
      learned: seeds.map((factor) => ({
        trainStep: '',
        steps: STEPS,
        logRatios: STEPS.map((step) => factor * rise * step),
        loss: Array.from({ length: 400 }, (_, step) => 4.1 - fall * step),
        digest: '',
      })),
      weightChange: seeds.map((factor) => factor * change),
    };
  });
  return Object.fromEntries(regimeClaims(scales, parameters).map(({ id, verdict }) => [id, verdict]));
}

describe('initial scales', () => {
  it('have the learning rate of their α, which is their third power, in their own coordinates', () => {
    expect(learningRateOf(1, { learningRate: 0.5 })).toBe(0.5);
    expect(learningRateOf(0.1, { learningRate: 0.5 })).toBe(0.5);
    expect(learningRateOf(2, { learningRate: 0.5 })).toBeCloseTo((0.5 * 2 ** 2) / (2 ** 3) ** 2, 12);
    expect(scalesOf(parameters).map(({ scale }) => scale)).toEqual([0.1, 3]);
  });

  it('are at least two', () => {
    expect(regimeParameters.safeParse({ scales: [1, 1] }).success).toBe(false);
  });

  it('tell how far weights went relative to where they were', () => {
    expect(relativeChange(Float64Array.of(3, 4), Float64Array.of(3, 5))).toBeCloseTo(0.2, 12);
  });
});

describe('claims about regimes', () => {
  it('hold where features are learned and prefer in the rich regime only', () => {
    expect(verdicts({ fall: 0.01, rise: 0.02, change: 5 }, { fall: 0.01, rise: 0, change: 0.05 })).toEqual({
      'RG.1': 'supported',
      'RG.2': 'supported',
      'RG.3': 'supported',
      'RG.4': 'supported',
    });
  });

  it('compare where equally much is learned, not after equally many steps', () => {
    // Twice as slow and more than half as steep: behind at every step, ahead where equally much is learned.
    expect(
      verdicts({ fall: 0.02, rise: 0.02, change: 5 }, { fall: 0.01, rise: 0.012, change: 5 }),
    ).toMatchObject({ 'RG.1': 'not supported', 'RG.3': 'not supported', 'RG.4': 'not supported' });
  });

  it('stay open where too little is learned', () => {
    expect(
      verdicts({ fall: 0.01, rise: 0.02, change: 5 }, { fall: 0.001, rise: 0, change: 0.05 }),
    ).toMatchObject({ 'RG.2': 'supported', 'RG.3': 'inconclusive', 'RG.4': 'inconclusive' });
  });
});
