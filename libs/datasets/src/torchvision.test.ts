import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { centreBox } from './boxes.js';
import { hueShifted } from './hueShifted.js';
import { cut, type Box, type Picture } from './picture.js';
import { resized } from './resized.js';
import { rotated } from './rotated.js';

interface Reference {
  readonly width: number;
  readonly height: number;
  readonly pixels: readonly number[];
  readonly resized: readonly { width: number; height: number; pixels: number[] }[];
  readonly croppedAndResized: readonly { box: Box; size: number; pixels: number[] }[];
  readonly centre: readonly { shorter: number; size: number; pixels: number[] }[];
  readonly rotated: readonly { angleDeg: number; pixels: number[] }[];
  readonly hueShifted: readonly { shiftDeg: number; pixels: number[] }[];
}

// Made by reference/augmentations.py.
const reference = JSON.parse(
  readFileSync(new URL('../reference/augmentations.json', import.meta.url), 'utf8'),
) as Reference;
const { width, height } = reference;
const picture: Picture = { data: Uint8Array.from(reference.pixels), width, height };

function expectPixels(found: Picture, expected: readonly number[], tolerance = 1e-4): void {
  expect(found.data.length).toBe(expected.length);
  expect(found.data.length).toBe(found.width * found.height * 3);
  const differences = expected.map((value, index) => Math.abs(value - (found.data[index] ?? NaN)));
  expect(Math.max(...differences)).toBeLessThan(tolerance);
}

describe('equals torchvision', () => {
  it.each(reference.resized)('resized to $width × $height', (target) =>
    expectPixels(resized(picture, target), target.pixels),
  );

  it.each(reference.croppedAndResized)('cropped to $box and resized to $size', ({ box, size, pixels }) =>
    expectPixels(resized(cut(picture, box), { width: size, height: size }), pixels),
  );

  it.each(reference.centre)('resized to $shorter and cut to $size', ({ shorter, size, pixels }) => {
    const centre = centreBox(picture, size / shorter, size);
    expectPixels(resized(picture, centre.size, centre.window), pixels);
  });

  it.each(reference.rotated)('rotated by $angleDeg°', ({ angleDeg, pixels }) =>
    expectPixels(rotated(picture, angleDeg), pixels),
  );

  it.each(reference.hueShifted)('hue shifted by $shiftDeg°', ({ shiftDeg, pixels }) =>
    // torchvision goes through hues as fractions of the circle, in float32.
    expectPixels(hueShifted(picture, shiftDeg), pixels, 1e-3),
  );
});
