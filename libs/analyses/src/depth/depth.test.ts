import { describe, expect, it } from 'vitest';
import type { LearnedVariant } from '../gratings-grid/gratingsGrid.js';
import { depthClaims } from './depthClaims.js';
import { depthParameters } from './depthParameters.js';
import { depthsOf } from './depths.js';

const parameters = depthParameters.parse({ depths: [4, 1], steps: 400, seeds: [0, 1, 2] });
const STEPS = Array.from({ length: 41 }, (_, k) => 10 * k);

/** Three seeds whose log preference is a rate times the step, with a loss that falls by `fall` a step. */
const learned = (rate: number, fall: number): LearnedVariant[] =>
  [0.98, 1, 1.02].map((factor) => ({
    trainStep: '',
    steps: STEPS,
    logRatios: STEPS.map((step) => factor * rate * step),
    loss: Array.from({ length: 400 }, (_, step) => 4.1 - fall * step),
    digest: '',
  }));

interface Told {
  readonly first: number;
  readonly last: number;
  readonly fall: number;
}

function verdicts(shallow: Told, deep: Told): Record<string, string> {
  const depths = depthsOf(parameters).map((variant, index) => {
    const { first, last, fall } = index === 0 ? shallow : deep;
    return { variant, first: learned(first, fall), last: learned(last, fall) };
  });
  return Object.fromEntries(depthClaims(depths, parameters).map(({ id, verdict }) => [id, verdict]));
}

it('takes the architecture of every depth, from the shallowest on', () => {
  expect(depthsOf(parameters).map(({ training }) => training.architecture)).toEqual(['mlp_1', 'mlp_4']);
  expect(depthParameters.safeParse({ depths: [2, 2] }).success).toBe(false);
});

describe('claims about depth', () => {
  it('hold where deeper networks and deeper layers prefer more', () => {
    expect(
      verdicts({ first: 0.01, last: 0.01, fall: 0.01 }, { first: 0.02, last: 0.03, fall: 0.01 }),
    ).toEqual({ 'DP.1-1': 'supported', 'DP.1-4': 'supported', 'DP.2': 'supported', 'DP.3': 'supported' });
  });

  it('compare where equally much is learned, not after equally many steps', () => {
    // As steep by the step, but learned in half of the steps.
    expect(
      verdicts({ first: 0.02, last: 0.02, fall: 0.01 }, { first: 0.02, last: 0.01, fall: 0.02 }),
    ).toMatchObject({ 'DP.2': 'not supported', 'DP.3': 'not supported' });
  });

  it('stay open where too little is learned', () => {
    expect(
      verdicts({ first: 0.02, last: 0.02, fall: 0.01 }, { first: 0.02, last: 0.02, fall: 0.001 }),
    ).toMatchObject({ 'DP.1-4': 'inconclusive', 'DP.2': 'inconclusive', 'DP.3': 'inconclusive' });
  });
});
