import { randomStream } from '@oblique/random';
import { describe, expect, it } from 'vitest';
import { NO_AUGMENTATION } from './augmentation.js';
import { makeExample } from './example.js';
import type { LabelledImage } from './imageSet.js';
import { orientationBin, type Task } from './task.js';

const SIZE = 48;

/** Stripes along this orientation, counter-clockwise on the screen from horizontal. */
function stripes(orientationDeg: number): LabelledImage {
  const angle = (orientationDeg * Math.PI) / 180;
  const pixels = new Uint8Array(SIZE * SIZE * 3);
  for (let index = 0; index < SIZE * SIZE; index++) {
    const [x, y] = [(index % SIZE) - SIZE / 2, Math.floor(index / SIZE) - SIZE / 2];
    pixels.fill(
      128 + 100 * Math.sin(0.5 * (x * Math.sin(angle) + y * Math.cos(angle))),
      index * 3,
      index * 3 + 3,
    );
  }
  return { pixels, width: SIZE, height: SIZE, classIndex: 0 };
}

/** Dominant orientation within the middle, by the structure tensor. */
function measuredOrientationDeg(image: Float32Array): number {
  let [sine, cosine] = [0, 0];
  const at = (x: number, y: number): number => image[y * SIZE + x] ?? 0;
  for (let y = 14; y < SIZE - 14; y++) {
    for (let x = 14; x < SIZE - 14; x++) {
      const across = at(x + 1, y) - at(x - 1, y);
      const up = at(x, y - 1) - at(x, y + 1);
      sine += 2 * across * up;
      cosine += across * across - up * up;
    }
  }
  const gradientDeg = (Math.atan2(sine, cosine) * 90) / Math.PI;
  return (gradientDeg + 90 + 360) % 180;
}

describe('makeExample', () => {
  it('tilts by the world and the bin in one, flipping only before', () => {
    const task: Task = { kind: 'tilt', bins: 9 };
    for (const rotationDeg of [0, 45]) {
      for (const horizontalFlip of [false, true]) {
        const recipe = {
          task,
          augmentation: { ...NO_AUGMENTATION, rotationDeg, horizontalFlip },
          inputSizePixels: SIZE,
        };
        for (let index = 0; index < 30; index++) {
          const target = new Float32Array(3 * SIZE * SIZE);
          // Vertical stripes are their own mirror image.
          const label = makeExample(stripes(90), recipe, randomStream(1, 'test', index), target);
          const tilt = ((measuredOrientationDeg(target) - 90 - rotationDeg + 270) % 180) - 90;
          expect(tilt).toBeGreaterThan(-24 + (label * 48) / 9 - 0.7);
          expect(tilt).toBeLessThan(-24 + ((label + 1) * 48) / 9 + 0.7);
        }
      }
    }
  });

  it('turns the hue by the world and the bin in one', () => {
    const image: LabelledImage = {
      pixels: Uint8Array.from({ length: 192 }, (_, index) => (index % 3 === 0 ? 200 : 50)),
      width: 8,
      height: 8,
      classIndex: 0,
    };
    const augmentation = { ...NO_AUGMENTATION, hueShiftDeg: 60 };
    for (let index = 0; index < 30; index++) {
      const target = new Float32Array(192);
      const recipe = { task: { kind: 'hueTurn', bins: 9 } as const, augmentation, inputSizePixels: 8 };
      const label = makeExample(image, recipe, randomStream(1, 'test', index), target);
      const [red = 0, green = 0, blue = 0] = [target[0], target[64], target[128]];
      // Around yellow, where red and green change places and blue stays the least.
      const hue =
        red >= green ? (60 * (green - blue)) / (red - blue) : 120 - (60 * (red - blue)) / (green - blue);
      expect(Math.floor(((hue - 60 + 40) / 80) * 9)).toBe(label);
    }
  });

  it('puts worlds turned by 22.5° and 45° alike between the edges of bins', () => {
    const bin = (deg: number): number => orientationBin((deg * Math.PI) / 180, 12);
    for (let peak = 0; peak < 180; peak += 22.5) {
      const same = [-3.7, 3.7].filter((offset) => bin(peak + offset) === bin(peak)).length;
      expect(same).toBe(2);
      expect([-3.8, 3.8].filter((offset) => bin(peak + offset) === bin(peak))).toHaveLength(1);
    }
    expect(bin(180 + 50)).toBe(bin(50));
    expect(bin(-10)).toBe(bin(170));
  });
});
