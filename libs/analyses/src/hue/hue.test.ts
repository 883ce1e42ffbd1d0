import { describe, expect, it } from 'vitest';
import { hueClaims } from './hueClaims.js';
import type { HueReferences, MeasuredHues } from './hueCurves.js';
import { hueNetworks } from './hueNetworks.js';
import type { Learned } from '../trained-controls/learned.js';
import { hueAngles, hueParameters, saturationsOf } from './hueParameters.js';

const parameters = hueParameters.parse({ hues: 72, seeds: [0, 1, 2] });
const ANGLES = hueAngles(parameters);
/** Peaks of several widths, so that few curves as smooth are as alike. */
const bumps = (...peaksDeg: number[]): number[] =>
  ANGLES.map(
    (angle) =>
      0.5 +
      peaksDeg.reduce((sum, peak, index) => {
        const apart = Math.abs(((angle - peak + 540) % 360) - 180);
        return sum + Math.exp(-((apart / (12 + 6 * index)) ** 2));
      }, 0),
  );

const references: HueReferences = {
  frequency: bumps(30, 80, 210),
  otherFrequency: bumps(30, 210),
  discrimination: bumps(45, 210, 337),
  images: { kind: 'made up', synthetic: true, images: 1 },
  digest: '',
};

function verdicts(
  deep: readonly (readonly number[])[],
  conv1?: readonly number[],
  learned?: Learned,
  origin = 'trained',
): Record<string, string> {
  const network = hueNetworks(parameters).find((one) => one.origin === origin);
  if (network === undefined) throw new Error('There is no network.');
  const measured: MeasuredHues = {
    network,
    layers: conv1 === undefined ? ['layer'] : ['conv1', 'layer'],
    members: deep.map((curve) => (conv1 === undefined ? [curve] : [conv1, curve])),
    deep,
    learned,
    provenance: [],
  };
  return Object.fromEntries(
    hueClaims([measured], references, parameters).map(({ id, verdict }) => [id, verdict]),
  );
}

describe('hues', () => {
  it('lie in the middle of bins that tile the circle, with the saturations of text and code', () => {
    expect(ANGLES.slice(0, 2)).toEqual([2.5, 7.5]);
    expect(saturationsOf({ saturations: 3, protocol: 'text' })).toEqual([0.5, 0.75, 1]);
    expect(saturationsOf({ saturations: 2, protocol: 'code' })).toEqual([0.5, 0.9]);
    expect(hueParameters.safeParse({ hues: 50 }).success).toBe(false);
  });

  it('are measured on given networks and their untrained twins, or on ones that are trained in the run', () => {
    const labels = (networks: string[]): string[] =>
      hueNetworks(hueParameters.parse({ networks, seeds: [0] })).map(({ label }) => label);
    expect(labels(['mine'])).toEqual(['mine', 'mine (untrained)']);
    expect(labels([])).toEqual(['resnet18 (untrained)', 'small_resnet (trained)']);
  });
});

describe('claims about hue', () => {
  it('hold where sensitivity follows the images, in every seed', () => {
    const curve = references.frequency;
    const noisy = [0.02, 0.05, 0.08].map((part) =>
      curve.map((value, index) => value + part * Math.sin(2.1 * index)),
    );
    expect(verdicts(noisy)).toMatchObject({ 'C3.1-small-resnet-trained': 'supported' });
    expect(verdicts([curve.map((value) => 3 - value)])).toMatchObject({
      'C3.1-small-resnet-trained': 'not supported',
    });
  });

  it('are not judged on untrained networks, which are the controls, nor where nothing was learned', () => {
    const curves = [references.frequency];
    expect(verdicts(curves, undefined, undefined, 'untrained')).toEqual({});
    const interval = { low: 0.1, high: 0.2, confidence: 0.95 };
    const learned: Learned = {
      accuracy: { estimate: 0.15, interval },
      chance: 1 / 9,
      twin: 0.5,
      verdict: 'not learned',
    };
    expect(verdicts(curves, undefined, learned)).toEqual({
      'C3.1-small-resnet-trained': 'not learned',
      'C3.2-small-resnet-trained': 'not learned',
    });
  });

  it('stay open where curves as smooth are often as alike, or seeds disagree', () => {
    const wave = (turnDeg: number): number[] =>
      ANGLES.map((angle) => 1 + 0.3 * Math.cos(((angle - turnDeg) * Math.PI) / 180));
    expect(verdicts([wave(30)])).toMatchObject({ 'C3.1-small-resnet-trained': 'inconclusive' });
    expect(verdicts([wave(30), wave(150), wave(270)])).toMatchObject({
      'C3.1-small-resnet-trained': 'inconclusive',
    });
  });

  it('stay open for a network that is as sensitive to every hue: its curve correlates with nothing', () => {
    const flat = ANGLES.map(() => 2);
    expect(verdicts([flat])).toMatchObject({ 'C3.1-small-resnet-trained': 'inconclusive' });
    expect(verdicts([references.frequency, flat])).toMatchObject({
      'C3.1-small-resnet-trained': 'inconclusive',
    });
  });

  it("find people's peaks, unless there are so many that chance finds them too", () => {
    expect(verdicts([bumps(50, 205, 340)])).toMatchObject({ 'C3.2-small-resnet-trained': 'supported' });
    expect(verdicts([bumps(100, 140, 285)])).toMatchObject({ 'C3.2-small-resnet-trained': 'not supported' });
    expect(verdicts([bumps(0, 60, 120, 180, 240, 300)])).toMatchObject({
      'C3.2-small-resnet-trained': 'inconclusive',
    });
  });

  it('see whether a linear layer is constant in every sixth', () => {
    const steps = ANGLES.map((angle) => 1 + (Math.floor(angle / 60) % 3));
    const [ok, wrong] = [steps, steps.map((value, index) => value + 0.001 * (index % 2))];
    expect(verdicts([bumps(30)], ok)).toMatchObject({ 'C3-conv1-small-resnet-trained': 'supported' });
    expect(verdicts([bumps(30)], wrong)).toMatchObject({ 'C3-conv1-small-resnet-trained': 'not supported' });
  });
});
