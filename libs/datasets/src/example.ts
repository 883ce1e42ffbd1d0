import type { RandomStream } from '@oblique/random';
import type { Augmentation } from './augmentation.js';
import { centreBox, randomBox } from './boxes.js';
import { hueShifted } from './hueShifted.js';
import type { LabelledImage } from './imageSet.js';
import { cut, flipped, type Picture } from './picture.js';
import { resized } from './resized.js';
import { rotated, rotatedInDisc } from './rotated.js';
import { drawTurn, orientationBin, type Task, type Turn } from './task.js';

/** How images become examples. */
export interface Recipe {
  readonly task: Task;
  readonly augmentation: Augmentation;
  readonly inputSizePixels: number;
}

/** What is kept of the shorter side where random crops are left out: 224 of 256, as ImageNet is validated. */
const HELD_OUT_FRACTION = 0.875;

/** The recipe for images that are kept out of training: without random crops and flips. */
export function withoutChance(recipe: Recipe): Recipe {
  const { crop } = recipe.augmentation;
  return {
    ...recipe,
    augmentation: {
      ...recipe.augmentation,
      horizontalFlip: false,
      crop: 'centreFraction' in crop ? crop : { centreFraction: HELD_OUT_FRACTION },
    },
  };
}

/**
 * Makes one example.
 * @param random of this example alone
 * @param target [3, size, size], filled with 0 to 1
 * @returns the label; 0 for tasks without classes
 */
export function makeExample(
  image: LabelledImage,
  { task, augmentation, inputSizePixels: size }: Recipe,
  random: RandomStream,
  target: Float32Array,
): number {
  const turn = drawTurn(task, random);
  const { data } = augmented(image, augmentation, turn, task.kind === 'tilt', size, random);
  const area = size * size;
  for (let pixel = 0; pixel < area; pixel++) {
    target[pixel] = (data[pixel * 3] ?? 0) / 255;
    target[area + pixel] = (data[pixel * 3 + 1] ?? 0) / 255;
    target[2 * area + pixel] = (data[pixel * 3 + 2] ?? 0) / 255;
  }
  return turn.label ?? labelOf(image, task, augmentation);
}

function labelOf(image: LabelledImage, task: Task, { rotationDeg }: Augmentation): number {
  if (task.kind === 'class') return image.classIndex;
  if (task.kind !== 'objectOrientation') return 0;
  if (image.objectOrientationRad === undefined) throw new Error('The image has no known orientation.');
  return orientationBin(image.objectOrientationRad + (rotationDeg * Math.PI) / 180, task.bins);
}

function augmented(
  image: LabelledImage,
  augmentation: Augmentation,
  turn: Turn,
  alwaysInDisc: boolean,
  size: number,
  random: RandomStream,
): Picture {
  const { crop, rotationOrder } = augmentation;
  // The world's rotation and the task's are one, so that all worlds are resampled alike.
  const angleDeg = augmentation.rotationDeg + turn.tiltDeg;
  const inDisc = augmentation.rotateInDisc || alwaysInDisc;
  const turned = (picture: Picture): Picture => {
    if (inDisc) return rotatedInDisc(picture, angleDeg);
    return angleDeg === 0 ? picture : rotated(picture, angleDeg);
  };

  let picture: Picture = { data: image.pixels, width: image.width, height: image.height };
  if (augmentation.horizontalFlip && random.uniform() < 0.5) picture = flipped(picture);
  const hueDeg = augmentation.hueShiftDeg + turn.hueTurnDeg;
  if (hueDeg !== 0) picture = hueShifted(picture, hueDeg);
  if (rotationOrder === 'beforeCrop') picture = turned(picture);
  if ('centreFraction' in crop) {
    const centre = centreBox(picture, crop.centreFraction, size);
    picture = resized(picture, centre.size, centre.window);
  } else {
    picture = resized(cut(picture, randomBox(picture, crop, random)), { width: size, height: size });
  }
  return rotationOrder === 'afterCrop' ? turned(picture) : picture;
}
