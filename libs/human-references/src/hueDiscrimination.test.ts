import { expect, it } from 'vitest';
import { hueDiscrimination } from './hueDiscrimination.js';

const { hueDeg, deltaE } = hueDiscrimination();
/** Between the hues of this index and the next, 360/359 of a degree apart. */
const at = (index: number): number => deltaE[index] ?? NaN;

it('has the values of skimage.color.rgb2lab and Delta E 1976', () => {
  expect(deltaE).toHaveLength(359);
  expect(deltaE.reduce((sum, value) => sum + value, 0) / 359).toBeCloseTo(1.791, 3);
  expect(Math.max(...deltaE)).toBeCloseTo(3.452, 3);
  const everyThirty = [0.309, 2.329, 1.816, 1.192, 0.325, 2.064, 2.897, 3.452, 0.122, 1.118, 2.082, 2.431];
  everyThirty.forEach((value, index) => expect(at(30 * index)).toBeCloseTo(value, 2));
});

it('has its peaks where the paper finds them', () => {
  const peaks = [...hueDeg.keys()].filter((index) => {
    const [before = 0, here = 0, after = 0] = [deltaE[index - 1], deltaE[index], deltaE[index + 1]];
    return here > before && here > after && here > 2.3;
  });
  expect(peaks).toEqual(expect.arrayContaining([45, 210, 337]));
  expect(at(45)).toBeCloseTo(2.536, 2);
  expect(at(337)).toBeCloseTo(2.473, 2);
});
