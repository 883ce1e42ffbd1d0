import { float32 } from '@oblique/arrays';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { contactSheet } from './contactSheet.js';
import { drawSheet, stimulusSheet } from './stimulusSheet.js';

/** Red ramps along x, green is full, blue is beyond the range; the last pixel's red is unknown. */
const PIXELS = float32([3, 1, 3], [-1, 0, NaN, 1, 1, 1, -7, -7, -7]);

it('maps the range to black and white, clips, and shows what is not a number in red', async () => {
  const { svg } = await drawSheet({ images: [{ label: 'ramp', pixels: PIXELS, range: [-1, 1] }], tilePixels: 3 });
  const [, base64 = ''] = /base64,([^"]+)"/.exec(svg) ?? [];
  const { data } = await sharp(Buffer.from(base64, 'base64')).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  expect([...data]).toEqual([0, 255, 0, 128, 255, 0, 255, 255, 0]);
});

it('keeps the pixels as drawn in the arrays', async () => {
  const image = { label: 'ramp', pixels: PIXELS, range: [-1, 1] } as const;
  const { arrays, table } = await stimulusSheet({ id: 's', title: 't', caption: 'c', images: [image, { ...image, group: 'two' }] });
  expect(arrays['pixels']?.shape).toEqual([2, 3, 1, 3]);
  expect(Array.from(arrays['pixels']?.data ?? [], Number).slice(9)).toEqual([-1, 0, NaN, 1, 1, 1, -7, -7, -7]);
  expect(table.rows[1]).toEqual(['two', 'ramp', -1, 1, -7, 1]);
});

it('makes a sheet of a hundred pictures under headings', async () => {
  const images = Array.from({ length: 100 }, (_, index) => ({ label: `picture ${index}`, pixels: PIXELS, range: [-1, 1] as const, group: `group ${index % 3}` }));
  const { width, height } = await sharp(await contactSheet({ images, columns: 10, tilePixels: 32, heading: 'All' })).metadata();
  expect(width).toBe(2 * (2 * 14 + 10 * 46 - 14));
  expect(height).toBeGreaterThan(2 * 12 * 46);
});

it('refuses pictures that are none', async () => {
  const flat = { label: 'flat', pixels: float32([4], [1, 2, 3, 4]), range: [0, 1] } as const;
  await expect(drawSheet({ images: [flat] })).rejects.toThrow('not [4]');
  await expect(drawSheet({ images: [{ ...flat, pixels: PIXELS, range: [1, 1] }] })).rejects.toThrow('The range of the picture "flat" is empty: [1, 1].');
});

it('leaves the ranges out where they are not asked for', async () => {
  const images = [{ label: 'ramp', pixels: PIXELS, range: [-1, 1] as const }];
  const [shown, plain] = await Promise.all([drawSheet({ images }), drawSheet({ images, ranges: false })]);
  expect(shown.svg).toContain('range −1 to 1');
  expect(plain.svg).not.toContain('range');
  expect(plain.heightPixels).toBeLessThan(shown.heightPixels);
});
