import { describe, expect, it } from 'vitest';
import type { LearnedVariant } from '../gratings-grid/gratingsGrid.js';
import { peakSteps, preferenceAtTime, ratesOf } from './rates.js';
import { trainingLengthClaims } from './trainingLengthClaims.js';
import { trainingLengthParameters } from './trainingLengthParameters.js';

const parameters = trainingLengthParameters.parse({
  steps: 400,
  seeds: [0, 1, 2],
  learningRates: [0.1, 0.2],
});
const rates = ratesOf(parameters);

/** A training whose log preference is a function of time. */
function learned(timePerStep: number, preference: (time: number) => number): LearnedVariant {
  const own = 400 / timePerStep;
  const steps = [1, 2, 5, 10, 20, 40, 80, 120, 160, 200, 280, 400].filter((step) => step <= own);
  return {
    trainStep: '',
    steps,
    logRatios: steps.map((step) => preference(step * timePerStep)),
    loss: [],
    digest: '',
  };
}

const verdicts = (preference: (time: number, timePerStep: number) => number): Record<string, string> =>
  Object.fromEntries(
    trainingLengthClaims(
      rates.map((rate) => ({
        rate,
        learned: [0.98, 1, 1.02].map((factor) =>
          learned(rate.timePerStep, (time) => factor * preference(time, rate.timePerStep)),
        ),
      })),
      parameters,
    ).map(({ id, verdict }) => [id, verdict]),
  );

describe('learning rates', () => {
  it('are trained for the same time', () => {
    expect(rates.map(({ training, timePerStep }) => [training.steps, timePerStep])).toEqual([
      [400, 1],
      [200, 2],
    ]);
    expect(trainingLengthParameters.safeParse({ learningRates: [1, 1] }).success).toBe(false);
  });

  it('are read at equal times, between steps on a line over log time', () => {
    const one = learned(2, (time) => Math.log(time));
    expect(preferenceAtTime(one, { timePerStep: 2 }, 40)).toBeCloseTo(Math.log(40), 12);
    expect(preferenceAtTime(one, { timePerStep: 2 }, 60)).toBeCloseTo(Math.log(60), 12);
    expect(preferenceAtTime(one, { timePerStep: 2 }, 500)).toBeNaN();
  });
});

it('chooses the peak on the other seeds', () => {
  const [rate] = rates;
  if (rate === undefined) throw new Error('There is no rate.');
  const peakAt = (place: number) => learned(1, (time) => -Math.abs(Math.log(time / place)));
  // The third seed's own peak is elsewhere; the first two follow it and each other.
  expect(peakSteps({ rate, learned: [peakAt(20), peakAt(20), peakAt(200)] })[2]).toBe(20);
});

describe('claims about training length', () => {
  it('hold for a preference that comes early and goes', () => {
    expect(verdicts((time) => 0.2 + 2 * Math.exp(-(Math.log(time / 8) ** 2)))).toEqual({
      'TL.1': 'supported',
      'TL.2': 'supported',
      'TL.3': 'supported',
      'TL.4-0.2': 'supported',
    });
  });

  it('fail for one that stays, or counts steps', () => {
    expect(verdicts((time) => Math.log(time))).toMatchObject({
      'TL.1': 'inconclusive',
      'TL.3': 'not supported',
    });
    expect(verdicts((time, timePerStep) => 0.02 * (time / timePerStep))).toMatchObject({
      'TL.4-0.2': 'not supported',
    });
  });
});
