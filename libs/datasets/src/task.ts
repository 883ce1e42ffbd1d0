import type { RandomStream } from '@oblique/random';
import type { Augmentation } from './augmentation.js';
import { DatasetError, type ImageSet } from './imageSet.js';

/** What is to be learned from an image. */
export type Task =
  /** Its class. */
  | { readonly kind: 'class' }
  /** By how much it was tilted: bins over ±24°, jittered within a bin, in a disc on grey. */
  | { readonly kind: 'tilt'; readonly bins: number }
  /** By how much its hue was turned: bins over ±40°, jittered within a bin. */
  | { readonly kind: 'hueTurn'; readonly bins: number }
  /** The orientation of its object (scenes only), after the augmentation's rotation. */
  | { readonly kind: 'objectOrientation'; readonly bins: number }
  /** The image itself. */
  | { readonly kind: 'reconstruction' }
  /**
   * Which other example is a view of the same image: examples come in pairs, each with the augmentation's chances and a
   * turn of the hue by any angle of its own, so that colour does not tell.
   */
  | { readonly kind: 'contrast' };

/** The largest tilt either way. */
const TILT_DEG = 24;
/** The largest turn of the hue either way. */
const HUE_TURN_DEG = 40;

/** How many classes the task has on a set; 0 where it has none. */
export function classesOf(task: Task, set: ImageSet): number {
  switch (task.kind) {
    case 'class':
      return set.classes.length;
    case 'reconstruction':
    case 'contrast':
      return 0;
    case 'tilt':
    case 'hueTurn':
    case 'objectOrientation':
      return task.bins;
  }
}

/** How many examples are made of an image each time that it comes. */
export function viewsOf({ kind }: Task): number {
  return kind === 'contrast' ? 2 : 1;
}

/** @throws DatasetError where the task cannot be learned from the set, or not with the augmentation */
export function checkTask(task: Task, augmentation: Augmentation, set: ImageSet): void {
  if (task.kind === 'class' && set.classes.length < 2) {
    throw new DatasetError(
      `The task "class" needs images of two classes or more; this ${set.kind} has ${set.classes.length}. ` +
        'Put images in one folder a class, or choose another task.',
    );
  }
  if (task.kind !== 'objectOrientation') return;
  if (set.kind !== 'scenes') {
    throw new DatasetError(
      `The task of the object's orientation needs scenes; of a ${set.kind} it is not known.`,
    );
  }
  if (task.bins % 4 !== 0 || task.bins < 4) {
    throw new DatasetError(
      `The task of the object's orientation has ${task.bins} bins; it must be a multiple of 4, so that 0°, 45°, 90° and ` +
        '135° lie alike in their bins.',
    );
  }
  const { crop, horizontalFlip } = augmentation;
  if (horizontalFlip) {
    throw new DatasetError(
      "A horizontal flip changes the object's orientation, which is the label; leave it out.",
    );
  }
  if ('aspect' in crop && (crop.aspect[0] !== 1 || crop.aspect[1] !== 1)) {
    throw new DatasetError(
      `Random crops with the aspects ${crop.aspect.join(' to ')} change the object's orientation, which is the label; ` +
        'set both to 1.',
    );
  }
}

/** What an example is turned by for the task's sake, and the label that it gets for it. */
export interface Turn {
  readonly tiltDeg: number;
  readonly hueTurnDeg: number;
  /** Undefined where the image itself has the label. */
  readonly label: number | undefined;
}

/** Draws the turn of one example. */
export function drawTurn(task: Task, random: RandomStream): Turn {
  if (task.kind === 'tilt') {
    const { label, value } = binned(task.bins, TILT_DEG, random);
    return { tiltDeg: value, hueTurnDeg: 0, label };
  }
  if (task.kind === 'hueTurn') {
    const { label, value } = binned(task.bins, HUE_TURN_DEG, random);
    return { tiltDeg: 0, hueTurnDeg: value, label };
  }
  if (task.kind === 'contrast') return { tiltDeg: 0, hueTurnDeg: 360 * random.uniform(), label: undefined };
  return { tiltDeg: 0, hueTurnDeg: 0, label: undefined };
}

/** A bin of [−reach, reach], and a place in it. */
function binned(bins: number, reach: number, random: RandomStream): { label: number; value: number } {
  const label = random.integer(bins);
  return { label, value: -reach + (2 * reach * (label + random.uniform())) / bins };
}

/**
 * The bin of an orientation. The first begins a quarter of its width after 0°: with a multiple of four bins, every
 * multiple of 22.5° lies a quarter of a bin from an edge, so that worlds turned by it have their peaks at no bin's
 * centre, and all alike.
 */
export function orientationBin(orientationRad: number, bins: number): number {
  const position = Math.floor((orientationRad * bins) / Math.PI - 0.25);
  return ((position % bins) + bins) % bins;
}
