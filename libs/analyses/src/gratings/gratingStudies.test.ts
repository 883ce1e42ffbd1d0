import { Quantity, Trained, type AxesByName, type Place } from '@oblique/study';
import { describe, expect, it } from 'vitest';
import { batchSize } from '../batchSize.js';
import { depth } from '../depth.js';
import { doseResponse, logPriorRatio } from '../doseResponse.js';
import { learningRateOf, regime, relativeChange } from '../regime.js';
import { trainingLength } from '../trainingLength.js';
import type { LearnedGratings } from './gratingTrainings.js';

const SEEDS = [0, 1, 2];
const STEPS = Array.from({ length: 21 }, (_, index) => 5 * index);
/** Seeds differ by as much. */
const FACTORS = [0.98, 1, 1.02];

/** Made-up data: logarithms of the preference, and the loss, that seeds differ about a little. */
function learned(
  over: AxesByName,
  logRatio: (place: Place) => number,
  loss: (place: Place) => number = () => 1,
  steps: readonly number[] = STEPS,
): LearnedGratings {
  const axes = { ...over, seed: SEEDS, step: steps };
  const factorOf = ({ seed }: Place): number => FACTORS[Number(seed)] ?? NaN;
  return {
    preference: Quantity.over(axes, (place) => factorOf(place) * logRatio(place), {
      name: 'ratio',
      isLogarithm: true,
    }),
    loss: Quantity.over(axes, loss, { name: 'loss' }),
    trained: new Trained([], []),
  };
}

const verdictsOf = (claims: readonly { readonly id: string; readonly verdict: string }[]) =>
  Object.fromEntries(claims.map(({ id, verdict }) => [id, verdict]));

describe('dose-response', () => {
  const given = { steps: 100, seeds: SEEDS };
  const steepnesses = [-0.9, -0.5, 0, 0.5, 0.9];
  const layers = ['hidden1', 'hidden2', 'logits'];
  const verdicts = (response: (logPrior: number) => number, byLayer: readonly number[] = [1, 1.2, 1.5]) =>
    verdictsOf(
      doseResponse.claimsOn(
        {
          learned: learned(
            { steepness: steepnesses, layer: layers },
            ({ steepness, layer }) =>
              (byLayer[layers.indexOf(String(layer))] ?? NaN) * response(logPriorRatio(Number(steepness))),
          ),
        },
        given,
      ),
    );

  it('averages the prior over the windows in which D is averaged', () => {
    // The integral of (1 + 0.5 cos 2x) over ±15° about its peak and its trough, summed numerically.
    const mean = (sign: number): number => {
      const all = Array.from({ length: 3000 }, (_, k) => (((k + 0.5) / 3000) * 30 - 15) * (Math.PI / 180));
      return all.reduce((sum, x) => sum + 1 + sign * 0.5 * Math.cos(2 * x), 0) / all.length;
    };
    expect(logPriorRatio(0.5)).toBeCloseTo(Math.log(mean(1) / mean(-1)), 6);
    expect(logPriorRatio(-0.5)).toBeCloseTo(-logPriorRatio(0.5), 12);
  });

  it('holds for D ∝ p²', () => {
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

  it('tells another power, a bias and a response that is no power law', () => {
    expect(verdicts((x) => 0.7 * x)).toMatchObject({ 'DR.1': 'supported', 'DR.5': 'not supported' });
    expect(verdicts((x) => 2 * x + 1)).toMatchObject({
      'DR.2': 'not supported',
      'DR.3-0.5': 'not supported',
    });
    expect(verdicts((x) => -x)).toMatchObject({ 'DR.1': 'not supported', 'DR.4': 'supported' });
    expect(verdicts((x) => Math.abs(x))).toMatchObject({ 'DR.1': 'inconclusive', 'DR.4': 'not supported' });
  });

  it('needs three priors', () => {
    expect(() => doseResponse.prepare({ steepnesses: [0, 0.5, 0.5] })).toThrow('steepnesses');
  });
});

describe('batch-size', () => {
  const given = { steps: 50, seeds: SEEDS, batchSizes: [2, 4, 8] };
  const verdicts = (logRatio: (place: Place) => number) =>
    verdictsOf(batchSize.claimsOn({ learned: learned({ batchSize: [2, 4, 8] }, logRatio) }, given));

  it('goes with steps where the preference is a function of them', () => {
    const found = verdicts(({ step }) => 0.02 * Number(step));
    expect(found).toEqual({
      'BS.1-2': 'supported',
      'BS.1-4': 'supported',
      'BS.1-8': 'supported',
      'BS.2': 'supported',
      'BS.3': 'supported',
    });
  });

  it('goes with examples where it is a function of those', () => {
    expect(verdicts(({ step, batchSize: size }) => 0.005 * Number(step) * Number(size))).toMatchObject({
      'BS.2': 'not supported',
      'BS.3': 'not supported',
    });
  });

  it('refuses sizes that cannot see equally many examples', () => {
    expect(() => batchSize.prepare({ steps: 50, batchSizes: [3, 4] })).toThrow('batches of 3');
  });
});

describe('where equally much is learned', () => {
  // The loss halves at a step that depends on what is varied.
  const falling = (at: number) => (place: Place) => (Number(place['step']) >= at ? 1 : 5);

  it('compares depths in their first and last layers', () => {
    const verdicts = (slope: number, last: number) =>
      verdictsOf(
        depth.claimsOn(
          {
            learned: learned(
              { depth: [1, 2], layer: ['hidden1', 'logits'] },
              ({ depth: layers, layer }) => 0.5 + slope * Number(layers) + (layer === 'logits' ? last : 0),
              falling(50),
            ),
          },
          { depths: [1, 2], seeds: SEEDS },
        ),
      );
    expect(verdicts(0.2, 0.5)).toEqual({
      'DP.1-1': 'supported',
      'DP.1-2': 'supported',
      'DP.2': 'supported',
      'DP.3': 'supported',
    });
    expect(verdicts(-0.2, -0.5)).toMatchObject({ 'DP.2': 'not supported', 'DP.3': 'not supported' });
  });

  it('compares regimes, and says nothing of what was not learned', () => {
    const verdicts = (lazyRatio: number, learnsAt = 50) => {
      const data = learned(
        { scale: [0.1, 3] },
        ({ scale }) => (scale === 3 ? lazyRatio : 1),
        falling(learnsAt),
      );
      const change = Quantity.over(
        { scale: [0.1, 3], seed: SEEDS },
        ({ scale }) => (scale === 3 ? 0.01 : 1),
        {
          name: 'change',
        },
      );
      return verdictsOf(
        regime.claimsOn({ learned: { ...data, change } }, { scales: [0.1, 3], seeds: SEEDS }),
      );
    };
    expect(verdicts(0)).toEqual({
      'RG.1': 'supported',
      'RG.2': 'supported',
      'RG.3': 'supported',
      'RG.4': 'supported',
    });
    expect(verdicts(1.5)).toMatchObject({ 'RG.3': 'not supported', 'RG.4': 'not supported' });
    expect(verdicts(0, 1000)).toMatchObject({
      'RG.1': 'supported',
      'RG.2': 'inconclusive',
      'RG.3': 'inconclusive',
    });
  });

  it('learns large weights as slowly as their outputs ask', () => {
    expect([0.1, 1, 2].map((scale) => learningRateOf(scale, 0.5))).toEqual([0.5, 0.5, 0.5 / 16]);
    expect(relativeChange(Float64Array.of(3, 4), Float64Array.of(3, 5))).toBeCloseTo(0.2, 12);
  });
});

describe('training-length', () => {
  const steps = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256];
  const verdicts = (logRatio: (time: number, rate: number) => number) =>
    verdictsOf(
      trainingLength.claimsOn(
        {
          learned: learned(
            { rate: [0.25, 0.5] },
            ({ rate, step }) => logRatio((Number(step) * Number(rate)) / 0.25, Number(rate)),
            undefined,
            steps,
          ),
        },
        { steps: 256, seeds: SEEDS },
      ),
    );

  it('sees an early peak that relaxes, as a function of rate times steps', () => {
    expect(verdicts((time) => 0.5 + (time > 2 && time <= 8 ? 1 : 0))).toEqual({
      'TL.1': 'supported',
      'TL.2': 'supported',
      'TL.3': 'supported',
      'TL.4-0.5': 'supported',
    });
  });

  it('sees one that only grows, and rates that go their own ways', () => {
    expect(verdicts((time, rate) => 0.005 * time * (rate > 0.25 ? 3 : 1))).toMatchObject({
      'TL.1': 'inconclusive',
      'TL.3': 'not supported',
      'TL.4-0.5': 'not supported',
    });
  });
});
