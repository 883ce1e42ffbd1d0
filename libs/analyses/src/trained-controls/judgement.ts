import type { LearnedSensitivity } from './learnedSensitivity.js';
import type { Place } from './preferences.js';
import type { TaskName } from './task.js';

/**
 * What claims about trained networks are judged on, as it was written down before a network of the default seeds was
 * trained. The choices were explored on the seeds 0 to 9, and how a shift is told was changed while looking at 10 to 17;
 * no default uses any of them. docs/learning.md says what they gave.
 */

/** Seeds that the choices were explored on, or changed after. */
export const EXPLORED_SEEDS: readonly number[] = Array.from({ length: 18 }, (_, seed) => seed);

/** The first tenth of a training is left out: the claims are about what emerges while a network learns. */
export const JUDGED_FROM = 0.1;

/** Frequencies of Gabors, in cycles/pixel of a 32 pixel image with a standard deviation of 5 pixels. */
export interface FrequencyChoice {
  readonly judged: readonly number[];
  /** Drawn beside them, and not judged. */
  readonly counterExamples: readonly number[];
  readonly reason: string;
}

/**
 * The finest difference of orientation that a Gabor may blur and still be judged: about an eighth of the 90° after which
 * the scenes' prior repeats. A Gabor that holds more orientations than that at once cannot tell common from rare ones.
 */
export const LARGEST_SPREAD_DEG = 12;

/**
 * One standard deviation of the orientations that a Gabor holds: its spectrum is a Gaussian of 1/(2πσ) about its
 * frequency.
 */
export function orientationSpreadDeg(cyclesPerPixel: number, sigmaPixels: number): number {
  return (Math.atan(1 / (2 * Math.PI * sigmaPixels * cyclesPerPixel)) * 180) / Math.PI;
}

/** What is judged belongs to the world that networks learn from. */
export const FREQUENCIES: Readonly<Record<'scenes' | 'photographs', FrequencyChoice>> = {
  scenes: {
    judged: [0.16, 0.2],
    counterExamples: [0.06, 0.12],
    reason:
      'Judged are Gabors whose spread of orientation is within about an eighth of the 90° after which the prior repeats ' +
      '(11° at 0.16 and 9° at 0.2 cycles/pixel), at frequencies that the stripes of the scenes have (from 0.05 to 0.4). ' +
      'Those of 0.06 and 0.12 (28° and 15°) are drawn as counter-examples: a prior that they cannot resolve does not show in them.',
  },
  photographs: {
    judged: [0.06, 0.12],
    counterExamples: [0.2],
    reason:
      'Photographs of 32 pixels have broad peaks of orientation and, once resampled, little energy at 0.2 cycles/pixel, ' +
      'which is drawn as a counter-example; 0.06 and 0.12 are judged.',
  },
};

/**
 * Part of the accuracy of the twin problem, about the other variable on the same images, below which a task counts as not
 * learned.
 */
export const LEARNED_PART_OF_TWIN = 0.5;

/**
 * What telling the object's orientation in scenes reached in the profile quick on an explored seed: the twin problem of
 * telling turns of the hue.
 */
export const TWIN_ACCURACY = 0.52;

/** Blocks of the architectures by their layers' names; what lies before and behind is stem and readout. */
const BLOCKS = /^(layer\d|features\.|encoder\.|hidden)/;

/** The layers between stem and readout. Layers that were chosen so that none is left are taken as they are. */
export function blocksOf(layers: readonly string[]): readonly string[] {
  const [stem] = layers;
  const blocks = layers.filter((layer) => BLOCKS.test(layer) && layer !== stem);
  return blocks.length === 0 ? layers : blocks;
}

/** Where claims are judged: the judged stimuli, the blocks, and the observed steps from `judgedFrom` of the training on. */
export function declaredPlace(
  { steps, layers, observations }: LearnedSensitivity,
  judgedFrom: number,
  isJudged: (observation: string) => boolean,
): Place {
  const last = steps.at(-1);
  if (last === undefined) throw new Error('Nothing was observed.');
  return {
    observations: observations.filter(isJudged),
    layers: blocksOf(layers),
    steps: steps.filter((step) => step > 0 && step >= judgedFrom * last),
  };
}

/** Bins of the tasks whose label is an angle; the class has as many as the images have. */
const BINS = 9;

/** The accuracy of guessing; undefined where it depends on the images. */
export function chanceOf(task: TaskName): number | undefined {
  return task === 'class' ? undefined : 1 / BINS;
}
