import { describe, expect, it } from 'vitest';
import type { LayerRatio } from '@oblique/study';
import { controlClaim, gaborGridClaim, poolingClaims, trainedClaims, type ClaimData } from './claims.js';
import { slugsOf } from './condition.js';
import { deepHalf } from '../verdicts.js';

const interval = (low: number, high: number) => ({ low, high, confidence: 0.95 });
const layer = (name: string, ratio: number, low: number, high: number): LayerRatio => ({
  layer: name,
  ratio,
  interval: interval(low, high),
  ratios: [ratio],
  resampledOver: 'phase',
});

function data(layers: LayerRatio[], trend = interval(0.4, 0.9)): ClaimData {
  return {
    label: 'net',
    trend: { layers, spearman: 0.7, interval: trend },
    halfWidthDeg: 10,
    figures: [],
    provenance: [],
  };
}

const verdicts = (claims: readonly { id: string; verdict: string }[]) =>
  Object.fromEntries(claims.map(({ id, verdict }) => [id, verdict]));

describe('the claims about a network as given', () => {
  it("are supported by the ratios of the authors' trained ResNet18", () => {
    const layers = [
      layer('maxpool', 1, 0.995, 1.005),
      layer('layer1', 0.98, 0.97, 0.99),
      layer('layer2', 1.06, 1.03, 1.08),
      layer('layer3', 1.4, 1.3, 1.5),
      layer('layer4', 1.99, 1.8, 2.2),
      layer('fc', 2.29, 2, 2.5),
    ];
    const claims = trainedClaims(data(layers), 'net', 0.02);
    expect(verdicts(claims)).toEqual({
      'C2.1-ratio-net': 'supported',
      'C2.1-depth-net': 'supported',
      'C2.2-net': 'supported',
    });
    expect(claims[0]?.effect).toBe(1.4);
  });

  it('are refuted by one deep layer below 1, and open where an interval straddles', () => {
    const first = layer('a', 1.1, 1.05, 1.15);
    const refuted = trainedClaims(
      data([first, first, layer('c', 0.9, 0.8, 0.95), layer('d', 2, 1.9, 2.1)]),
      'n',
      0.02,
    );
    expect(verdicts(refuted)).toMatchObject({ 'C2.1-ratio-n': 'not supported', 'C2.2-n': 'not supported' });
    const open = trainedClaims(data([first, layer('b', 1.1, 0.9, 1.3)], interval(-0.1, 0.9)), 'n', 0.02);
    expect(verdicts(open)).toMatchObject({ 'C2.1-ratio-n': 'inconclusive', 'C2.1-depth-n': 'inconclusive' });
  });

  it('are open where a layer has no ratio at all', () => {
    const claims = trainedClaims(data([layer('a', NaN, NaN, NaN), layer('b', NaN, NaN, NaN)]), 'n', 0.02);
    expect(verdicts(claims)).toMatchObject({ 'C2.1-ratio-n': 'inconclusive', 'C2.2-n': 'inconclusive' });
  });
});

describe('the claim about controls', () => {
  it('needs every layer within the tolerance, and shows the farthest', () => {
    const flat = [layer('a', 1, 0.99, 1.01), layer('b', 1.05, 1.02, 1.08)];
    const [held] = controlClaim(data(flat), 'n', 0.1);
    expect(held).toMatchObject({ verdict: 'supported', effect: 1.05 });
    const [open] = controlClaim(data([...flat, layer('c', 1.06, 1.01, 1.11)]), 'n', 0.1);
    expect(open).toMatchObject({ verdict: 'inconclusive', effect: 1.06 });
    const [refuted] = controlClaim(data([...flat, layer('c', 0.8, 0.7, 0.89)]), 'n', 0.1);
    expect(refuted).toMatchObject({ verdict: 'not supported', effect: 0.8 });
  });
});

it('the claims about pooling are told in ratios', () => {
  const log = (estimate: number, low: number, high: number) => ({ estimate, interval: interval(low, high) });
  const claims = poolingClaims({
    overlapping: log(Math.log(1.2), Math.log(1.1), Math.log(1.3)),
    difference: log(Math.log(1.15), Math.log(1.05), Math.log(1.2)),
    halfMinusRest: log(0.05, -0.01, 0.1),
    seeds: 3,
    figures: [],
    provenance: [],
  });
  expect(claims.map(({ verdict }) => verdict)).toEqual(['supported', 'supported', 'inconclusive']);
  expect(claims[0]?.effect).toBeCloseTo(1.2, 12);
  expect(claims[1]?.interval?.low).toBeCloseTo(1.05, 12);
});

it('the claim about other Gabors needs all of them', () => {
  const head = { label: 'net', halfWidthDeg: 10, figures: [], provenance: [] };
  const strong = { name: 'strong', layers: [layer('a', 1, 0.9, 1.1), layer('b', 1.5, 1.4, 1.6)] };
  const weak = { name: 'weak', layers: [layer('a', 1, 0.9, 1.1), layer('b', 0.9, 0.8, 0.95)] };
  expect(gaborGridClaim(head, 'n', [strong])[0]).toMatchObject({ verdict: 'supported', effect: 1.5 });
  expect(gaborGridClaim(head, 'n', [strong, weak])[0]).toMatchObject({
    verdict: 'not supported',
    effect: 0.9,
  });
});

it('the deep half leaves the middle layer out', () => {
  expect(deepHalf([1])).toEqual([1]);
  expect(deepHalf([1, 2])).toEqual([2]);
  expect(deepHalf([1, 2, 3])).toEqual([3]);
  expect(deepHalf([1, 2, 3, 4])).toEqual([3, 4]);
});

it('slugs can be file names, and differ', () => {
  expect(slugsOf(['ResNet18 (shuffled, text)', '网络', 'net_1', 'net-1'])).toEqual([
    'resnet18-shuffled-text',
    'network',
    'net-1',
    'net-1-2',
  ]);
});
