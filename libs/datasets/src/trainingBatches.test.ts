import { NATURAL_SCENES } from '@oblique/scenes';
import { afterEach, describe, expect, it } from 'vitest';
import { NO_AUGMENTATION, type Augmentation } from './augmentation.js';
import { openImageSet } from './openImageSet.js';
import type { Task } from './task.js';
import { TrainingBatches, type Batch, type TrainingBatchesOptions } from './trainingBatches.js';

const AUGMENTED: Augmentation = {
  ...NO_AUGMENTATION,
  crop: { scale: [0.3, 1], aspect: [3 / 4, 4 / 3] },
  horizontalFlip: true,
  hueShiftDeg: 20,
};
const opened: TrainingBatches[] = [];

async function batches(options: Partial<TrainingBatchesOptions> = {}, count = 50): Promise<TrainingBatches> {
  const set = await openImageSet({ kind: 'scenes', scenes: { ...NATURAL_SCENES, count, sizePixels: 16 } });
  const made = new TrainingBatches(set, {
    task: { kind: 'class' },
    augmentation: NO_AUGMENTATION,
    batchSize: 8,
    seed: 5,
    inputSizePixels: 16,
    heldOutFraction: 0,
    ...options,
  });
  opened.push(made);
  return made;
}

afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
});

const numbersOf = ({ image, label, weight }: Batch): unknown => [image, label, weight];

const imagesOf = ({ image, label }: Batch): string[] =>
  Array.from(label.data, (_, place) => image.data.subarray(place * 768, (place + 1) * 768).join());

describe('TrainingBatches', () => {
  it('depend on seed and step alone: not on workers, the order of asking, or what is made ahead', async () => {
    const tasks: Task[] = [{ kind: 'class' }, { kind: 'tilt', bins: 9 }, { kind: 'hueTurn', bins: 9 }];
    for (const task of tasks) {
      const options = { task, augmentation: AUGMENTED };
      const [one, three] = [
        await batches(options),
        await batches({ ...options, workers: 3, ahead: 0, cacheBytes: 3000 }),
      ];
      const inOrder = [await one.batch(0), await one.batch(1), await one.batch(9)];
      const outOfOrder = [await three.batch(9), await three.batch(0), await three.batch(1)];
      expect([outOfOrder[1], outOfOrder[2], outOfOrder[0]].map((batch) => numbersOf(batch!))).toEqual(
        inOrder.map(numbersOf),
      );
      expect(inOrder[0]!.image.data).not.toEqual(inOrder[1]!.image.data);
      const other = await batches({ ...options, seed: 6 });
      expect((await other.batch(0)).image.data).not.toEqual(inOrder[0]!.image.data);
    }
  });

  it('bring every image once a pass, in a new order, without gaps between passes', async () => {
    const made = await batches({ batchSize: 20 });
    expect(made.stepsPerEpoch).toBe(2.5);
    const seen: string[] = [];
    for (let step = 0; step < 5; step++) {
      seen.push(...imagesOf(await made.batch(step)));
    }
    const [first, second] = [seen.slice(0, 50), seen.slice(50)];
    expect(new Set(first).size).toBe(50);
    expect([...second].sort()).toEqual([...first].sort());
    expect(second).not.toEqual(first);
  });

  it('give images as they are in [0, 1] where nothing is to be done to them', async () => {
    const set = await openImageSet({
      kind: 'scenes',
      scenes: { ...NATURAL_SCENES, count: 1, sizePixels: 16 },
    });
    const made = await batches({ batchSize: 1, task: { kind: 'reconstruction' } }, 1);
    const { pixels } = await set.read(0);
    const { image, label, weight } = await made.batch(0);
    expect(image.shape).toEqual([1, 3, 16, 16]);
    for (let pixel = 0; pixel < 256; pixel++) {
      for (let channel = 0; channel < 3; channel++) {
        expect(image.data[channel * 256 + pixel]).toBe(
          Math.fround((pixels[pixel * 3 + channel] ?? NaN) / 255),
        );
      }
    }
    expect([...label.data, ...weight.data, made.classes]).toEqual([0n, 1, 0]);
  });

  it('keep images out by their index, and never learn from them', async () => {
    const made = await batches({ heldOutFraction: 0.3, batchSize: 40 }, 400);
    expect(made.heldOutLength).toBeGreaterThan(90);
    expect(made.heldOutLength).toBeLessThan(150);
    const heldOut: string[] = [];
    for await (const batch of made.heldOut()) heldOut.push(...imagesOf(batch));
    const learned: string[] = [];
    for (let step = 0; step < made.stepsPerEpoch; step++) learned.push(...imagesOf(await made.batch(step)));
    expect([heldOut.length, new Set(heldOut).size]).toEqual([made.heldOutLength, made.heldOutLength]);
    expect(new Set(learned).size).toBe(made.trainingLength);
    expect(new Set([...heldOut, ...learned]).size).toBe(400);
  });

  it('label a tilted image by its bin, all bins equally often, in a disc on grey', async () => {
    const made = await batches({ task: { kind: 'tilt', bins: 9 }, batchSize: 900 });
    expect(made.classes).toBe(9);
    const { image, label } = await made.batch(0);
    for (let bin = 0n; bin < 9n; bin++) {
      const count = label.data.filter((value) => value === bin).length;
      expect(Math.abs(count - 100)).toBeLessThan(40); // four standard deviations
    }
    for (const corner of [0, 15, 240, 255]) expect(image.data[corner]).toBeCloseTo(0.5, 6);
  });

  it('give two views of each image for the contrast, in other colours but as bright', async () => {
    const made = await batches({ task: { kind: 'contrast' }, batchSize: 20 });
    expect([made.classes, made.stepsPerEpoch]).toEqual([0, 5]);
    const brightness: string[] = [];
    for (let step = 0; step < made.stepsPerEpoch; step++) {
      const { image } = await made.batch(step);
      for (let view = 0; view < 20; view++) {
        const colours = image.data.subarray(view * 768, (view + 1) * 768);
        // HSV's value, which a turn of the hue leaves.
        const value = Array.from({ length: 256 }, (_, pixel) =>
          Math.max(...[0, 1, 2].map((channel) => Math.round(255 * (colours[channel * 256 + pixel] ?? NaN)))),
        );
        brightness.push(value.join());
        if (view % 2 === 1) {
          expect(brightness.at(-1)).toBe(brightness.at(-2));
          expect(colours).not.toEqual(image.data.subarray((view - 1) * 768, view * 768));
        }
      }
    }
    expect(new Set(brightness).size).toBe(50);
  });

  it('label an object by its orientation in the turned world', async () => {
    const task = { kind: 'objectOrientation', bins: 12 } as const;
    const [upright, turned] = [
      await batches({ task, batchSize: 50 }),
      await batches({ task, batchSize: 50, augmentation: { ...NO_AUGMENTATION, rotationDeg: 45 } }),
    ];
    const labels = (await upright.batch(0)).label.data;
    expect((await turned.batch(0)).label.data).toEqual(labels.map((bin) => (bin + 3n) % 12n));
  });

  it.each([
    [{ task: { kind: 'objectOrientation', bins: 10 } }, /10 bins; it must be a multiple of 4/],
    [
      {
        task: { kind: 'objectOrientation', bins: 12 },
        augmentation: { ...NO_AUGMENTATION, horizontalFlip: true },
      },
      /flip changes the object's orientation/,
    ],
    [
      {
        task: { kind: 'objectOrientation', bins: 12 },
        augmentation: { ...AUGMENTED, horizontalFlip: false },
      },
      /aspects/,
    ],
    [{ heldOutFraction: 1 }, /none is left to learn from/],
  ] as const)('refuse what cannot be learned: %j', async (options, message) => {
    await expect(batches(options)).rejects.toThrow(message);
  });
});
