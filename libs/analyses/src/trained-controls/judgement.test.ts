import { describe, expect, it } from 'vitest';
import {
  EXPLORED_SEEDS,
  FREQUENCIES,
  LARGEST_SPREAD_DEG,
  blocksOf,
  orientationSpreadDeg,
} from './judgement.js';
import { hueRotatedParameters, rotatedParameters } from './trainedParameters.js';

const SIGMA_PIXELS = 5;
/** Of the scenes' stripes, in cycles/pixel of a 32 pixel image. */
const STRIPES = { from: 0.05, to: 0.4 };

describe('what is judged', () => {
  it('follows its rule for scenes', () => {
    const { judged, counterExamples } = FREQUENCIES.scenes;
    for (const frequency of judged) {
      expect(orientationSpreadDeg(frequency, SIGMA_PIXELS)).toBeLessThanOrEqual(LARGEST_SPREAD_DEG);
      expect(frequency).toBeGreaterThan(STRIPES.from);
      expect(frequency).toBeLessThan(STRIPES.to);
    }
    for (const frequency of counterExamples)
      expect(orientationSpreadDeg(frequency, SIGMA_PIXELS)).toBeGreaterThan(LARGEST_SPREAD_DEG);
  });

  it('is not what was explored on', () => {
    for (const profile of ['quick', 'full']) {
      const { seeds } = rotatedParameters.parse({ profile });
      expect(seeds.length).toBeGreaterThanOrEqual(8);
      expect(seeds.filter((seed) => EXPLORED_SEEDS.includes(seed))).toEqual([]);
      expect(
        hueRotatedParameters.parse({ profile }).seeds.filter((seed) => EXPLORED_SEEDS.includes(seed)),
      ).toEqual([]);
    }
  });

  it('belongs to the images, and is what people ask for where they do', () => {
    expect(rotatedParameters.parse({})).toMatchObject({
      frequencies: [0.16, 0.2],
      counterExamples: [0.06, 0.12],
    });
    expect(rotatedParameters.parse({ dataset: '/photographs' })).toMatchObject({
      frequencies: [0.06, 0.12],
      counterExamples: [0.2],
    });
    expect(rotatedParameters.parse({ frequencies: [0.1] })).toMatchObject({
      frequencies: [0.1],
      counterExamples: [],
    });
    expect(rotatedParameters.parse({ counterExamples: [0.2, 0.3] })).toMatchObject({
      frequencies: [0.16, 0.2],
      counterExamples: [0.3],
    });
  });
});

describe('blocks', () => {
  it.each([
    [
      ['conv1.relu', 'meanpool', 'layer1', 'layer2', 'avgpool', 'fc'],
      ['layer1', 'layer2'],
    ],
    [['features.2.relu', 'features.5.relu', 'classifier.1.relu', 'classifier.6'], ['features.5.relu']],
    [
      ['patch_embedding', 'encoder.0', 'encoder.1', 'heads.head'],
      ['encoder.0', 'encoder.1'],
    ],
    [
      ['mine', 'yours'],
      ['mine', 'yours'],
    ],
  ])('of %j are %j', (layers, blocks) => {
    expect(blocksOf(layers)).toEqual(blocks);
  });
});
