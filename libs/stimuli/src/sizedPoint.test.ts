import { expect, it } from 'vitest';
import { findFamily } from './families.js';
import { sizedPoint } from './sizedPoint.js';

const gabor = findFamily('gabor');

it('covers as much of an image of any size, and leaves what is given', () => {
  const usual = { orientation: 0, frequency: 0.02, phase: 0, sigma: 50, contrast: 1 };
  expect(sizedPoint(gabor, {}, { widthPixels: 224, heightPixels: 300 })).toEqual(usual);
  const small = sizedPoint(gabor, { orientation: 30 }, { widthPixels: 32, heightPixels: 64 }, ['phase']);
  expect(small).toMatchObject({ orientation: 30, contrast: 1 });
  expect(small['phase']).toBeUndefined();
  expect(small['frequency']).toBeCloseTo(0.02 * 7, 12);
  expect(small['sigma']).toBeCloseTo(50 / 7, 12);
  expect(sizedPoint(gabor, { sigma: 50 }, { widthPixels: 32, heightPixels: 32 })['sigma']).toBe(50);
  // No grating is finer than two pixels.
  expect(sizedPoint(gabor, {}, { widthPixels: 4, heightPixels: 4 })['frequency']).toBe(0.5);
  expect(sizedPoint(findFamily('grating'), {}, { widthPixels: 32, heightPixels: 32 })['radius']).toBe(30);
});
