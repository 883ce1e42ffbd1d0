import { float64, writeNpz, type NdArray } from '@oblique/arrays';
import { describe, expect, it } from 'vitest';
import { acuityGrowth } from './acuityGrowth.js';
import { crossing, learningCurves } from './learningCurves.js';
import { LinearRecord } from './linearRecord.js';
import { SINGLE, theoreticalSigma, theoreticalStep, TIED, type LinearNetwork } from './network.js';
import { overSeedsClaim } from './seedClaim.js';
import { spectrumFit } from './spectrum.js';
import { supervisedCases } from './supervised.js';
import { snapshotsOf } from './thresholds.js';

const THREE: LinearNetwork = { slug: 'depth-3', label: '3 matrices', depth: 3, tied: false };
const STEPS = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096];
const VARIANCE = [8, 4, 2, 1];

/** A record made of the theory itself, with sensitivity that has an elbow which moves up. */
function recordOf(network: LinearNetwork, initial: number): LinearRecord {
  const flow = { network, learningRate: 1, pixels: 64 };
  const learned = STEPS.flatMap((step) =>
    VARIANCE.map((variance) => theoreticalSigma(flow, variance, initial, step)),
  );
  const frequencies = Array.from({ length: 20 }, (_, index) => 0.02 * (index + 1));
  const sensitivity = STEPS.flatMap((step) =>
    frequencies.map((frequency) => (0.05 + 2 * Math.max(0, frequency - step / 20_000)) ** -2),
  );
  const arrays: [string, NdArray][] = [
    ['step', float64([STEPS.length], STEPS)],
    ['variance', float64([4], VARIANCE)],
    ['frequencyCyclesPerPixel', float64([20], frequencies)],
    ['learned', float64([STEPS.length, 4], learned)],
    [
      'learnedSquared',
      float64(
        [STEPS.length, 4],
        learned.map((sigma) => sigma ** 2),
      ),
    ],
    ['sensitivityProduct', float64([STEPS.length, 20], sensitivity)],
    [
      'acuity',
      float64(
        [STEPS.length],
        STEPS.map((step) => 0.005 * Math.sqrt(step)),
      ),
    ],
  ];
  return new LinearRecord(writeNpz(new Map(arrays)));
}

describe('half-times', () => {
  it.each([
    [SINGLE, 0.001, false],
    [TIED, 0.008, false],
    [THREE, 0.004, false],
    [THREE, 0.004, true],
  ])(
    'of curves that are the theory are those of theory: %o, σ(0) %d, squared %o',
    (network, initial, squared) => {
      const flow = { network, learningRate: 1, pixels: 64 };
      const curves = learningCurves(recordOf(network, initial), flow, {
        components: 4,
        fitted: 4,
        squared,
        start: { uniform: 0.01 },
      });
      const level = squared ? Math.sqrt(0.5) : 0.5;
      VARIANCE.forEach((variance, component) => {
        expect(curves.initial[component]).toBeCloseTo(initial, 6);
        const exact = theoreticalStep(flow, variance, initial, level);
        expect((curves.times.t50[component] ?? NaN) / exact).toBeCloseTo(1, 6);
        expect((curves.theory.t50[component] ?? NaN) / exact).toBeCloseTo(1, 6);
      });
    },
  );

  it('are none where half is not reached', () => {
    expect(crossing([0, 10], [0.1, 0.4], 0.5, 2)).toBeNaN();
    expect(crossing([0, 10], [-0.1, 0.9], 0.5, 1)).toBeGreaterThan(0);
  });
});

it('acuity that grows as the root of time is found to', () => {
  const growth = acuityGrowth(recordOf(TIED, 0.008), 'acuity');
  expect(growth?.exponent).toBeCloseTo(0.5, 10);
  expect(growth?.squared).toBeCloseTo(1, 10);
  expect(growth?.root).toBeCloseTo(1, 10);
  expect(growth?.linear).toBeLessThan(0.99);
});

it('the elbow of thresholds is found, and moves', () => {
  const snapshots = snapshotsOf(recordOf(TIED, 0.008), 'Product');
  const last = snapshots.at(-1);
  expect(last?.step).toBe(4096);
  expect(last?.elbow.elbow).toBeCloseTo(4096 / 20_000, 2);
  expect(last?.elbow.rSquaredAbove).toBeCloseTo(1, 6);
});

it('the spectrum of a power law has its exponent', () => {
  const variance = Array.from({ length: 100 }, (_, index) => (index + 1) ** -1.16);
  expect(spectrumFit(variance).exponent).toBeCloseTo(-1.16, 10);
});

it('a claim over seeds has an interval, and none from one seed or where a seed has no value', () => {
  const claim = {
    id: 'x',
    sentence: '',
    statistic: '',
    threshold: '',
    explanation: '',
    figures: [],
    provenance: [],
  };
  const judge = ({ low }: { low: number }) => (low > 0 ? ('supported' as const) : ('inconclusive' as const));
  const of = (values: number[]) => overSeedsClaim({ ...claim, values, confidence: 0.95, judge });
  expect(of([1, 1.1, 0.9])).toMatchObject({ verdict: 'supported', effect: 1 });
  expect(of([1])).toMatchObject({ verdict: 'inconclusive', effect: 1, interval: null });
  expect(of([1, NaN])).toMatchObject({ verdict: 'inconclusive', effect: null });
});

it('supervised features have the half-times of eqs. 9 to 11', () => {
  const ratioAt = (usefulness: string, depth: number): number | undefined =>
    supervisedCases().find((each) => each.usefulness === usefulness && each.depth === depth)?.halfTimeRatio;
  // Four times for one matrix (its relative rate is λ) from small σ(0), and for two of equal regression weight.
  expect(ratioAt('regressionWeight', 2)).toBeCloseTo(4, 6);
  for (const usefulness of ['correlation', 'covariance', 'regressionWeight']) {
    expect(ratioAt(usefulness, 1)).toBeCloseTo(4, 0);
    expect(ratioAt(usefulness, 3)).toBeGreaterThan(1);
  }
  const covariance = supervisedCases().filter((each) => each.usefulness === 'covariance');
  for (const { shareAhead } of covariance) expect(shareAhead).toBeLessThan(0.5);
});
